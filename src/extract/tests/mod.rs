//! Pages of our own in the chrome of three engines, read whole.

mod blocks;
mod engines;
mod fingerprint;
mod liferay;
mod lists;
mod pagers;

use url::Url;

use super::reader::Reader;
use super::view::{BadData, View};
use crate::domain::{Block, Engine, Page, PageRequest, ProfileRules, Role, Rules};

const PORTALS: [(&str, &str); 2] = [
    (
        "news",
        r#"
        roles = [
          { role = "toolbar", names = ["Block_*_Toolbar"] },
          { role = "view-data", names = ["Block_*_ViewData"] },
          { role = "listing", names = ["Block_*_List", "uc_List"] },
          { role = "most-read", names = ["Block_*_Top"] },
        ]
        lists.next = ["Trang sau"]
        lists.more = ["Xem chi tiết"]
        lists.empty = ["Chưa có bài viết nào"]
        lists.most_read = ["Đọc nhiều"]
        lists.related = ["Tin liên quan"]
        images = { lazy = ["data-src"] }
        dates = { days = ['{d}/{m}/{y}'], times = ['{h}:{min}'] }
        "#,
    ),
    (
        "sharepoint",
        r#"
        general = true
        engines = ["sharepoint-2007", "sharepoint-2010", "sharepoint-2013"]
        lists.next = ["Trang sau", "Next"]
        lists.more = ["Xem chi tiết"]
        lists.empty = ["Chưa có bài viết nào"]
        lists.most_read = ["Đọc nhiều"]
        lists.related = ["Tin liên quan"]
        dates = { days = ['{d}/{m}/{y}'] }
        "#,
    ),
];

pub(super) fn reader() -> Reader {
    let mut engines = crate::config::shipped().engines;
    engines.retain(|engine| engine.name.starts_with("sharepoint"));
    let portals = PORTALS.map(|(name, text)| ProfileRules {
        name: name.to_owned(),
        ..toml::from_str(text).unwrap()
    });
    Reader::compile(Rules { engines, portals: portals.into(), ..Rules::default() }).unwrap()
}

fn segment(html: &str) -> Page {
    let url = Url::parse("https://portal.example/Tin/Pages/list.aspx").unwrap();
    let view = View { body: html.as_bytes(), url: Some(&url), ..View::default() };
    reader().segment(&view).unwrap()
}

/// A page of the 2007, 2010 or 2013 engine: blocks of the main part, then blocks beside it.
pub(super) fn page(version: u16, title: &str, main: &str, beside: &str) -> String {
    let (head, zone) = match version {
        2007 => (r#"<link href="/_layouts/1033/styles/core.css">"#, ""),
        2010 => {
            (r#"<link href="/_layouts/1033/styles/corev4.css">"#, r#"id="ctl00_MSO_ContentDiv""#)
        }
        _ => (
            r#"<link href="/_layouts/15/1033/styles/corev15.css">"#,
            r#"id="DeltaPlaceHolderMain""#,
        ),
    };
    format!(
        "<!DOCTYPE html><html><head><meta name=\"GENERATOR\" content=\"Microsoft SharePoint\">\
         {head}<title>
            {title}</title></head><body><form method=\"post\" action=\"list.aspx\" \
         id=\"aspnetForm\"><input type=\"hidden\" name=\"MSOWebPartPage_PostbackSource\" \
         value=\"\">
        <input type=\"hidden\" name=\"__EVENTTARGET\" value=\"\">\
         <input type=\"hidden\" name=\"__EVENTARGUMENT\" value=\"\">\
         <input type=\"hidden\" name=\"__VIEWSTATE\" value=\"/wEP=\">
        <table><tr><td>{beside}</td><td><div {zone}>{main}</div></td></tr></table></form></body>\
         </html>"
    )
}

/// A block in the version's chrome; an empty name: without chrome.
pub(super) fn block(version: u16, n: u8, name: &str, inner: &str) -> String {
    let body =
        format!(r#"<div WebPartID="0-{n}" id="WebPartWPQ{n}" class="ms-WPBody">{inner}</div>"#);
    let head = match (name, version) {
        ("", _) => String::new(),
        (_, 2007 | 2010) => format!(
            "<tr class=\"ms-WPHeader\"><td title=\"{name} - {name}\" id=\"WebPartTitleWPQ{n}\">\
             <h3 class=\"ms-WPTitle\"><nobr>&nbsp;<span>{name}</span></nobr></h3></td></tr>"
        ),
        _ => format!(
            "<div class=\"ms-webpart-chrome-title\" id=\"WebPartWPQ{n}_ChromeTitle\">\
             <span title=\"{name} - what it does\" id=\"WebPartTitleWPQ{n}\"><h2>\
             <span>{name}</span></h2></span></div>"
        ),
    };
    match version {
        2007 => format!(
            "<table><tr><td id=\"MSOZoneCell_WebPartWPQ{n}\"><table>{head}<tr><td>{body}</td></tr>\
             </table></td></tr></table>"
        ),
        2010 => format!(
            "<table><tr><td id=\"MSOZoneCell_WebPartWPQ{n}\" class=\"s4-wpcell-plain\">\
             <table class=\"s4-wpTopTable\">{head}<tr><td>{body}</td></tr></table></td></tr>\
             </table>"
        ),
        _ => format!(
            "<div id=\"MSOZoneCell_WebPartWPQ{n}\" class=\"ms-webpartzone-cell\">\
             <div class=\"ms-webpart-chrome\">{head}{body}</div></div>"
        ),
    }
}

/// List items with picture, title, date and lead.
pub(super) fn items(ids: std::ops::Range<u32>) -> String {
    let item = |n| {
        format!(
            "<li><a href=\"/Tin/Pages/bai.aspx?ItemID={n}\">\
             <img src=\"/x.gif\" data-src=\"/anh/{n}.jpg\"></a>
               <h3><a href=\"/Tin/Pages/bai.aspx?ItemID={n}\">Bài viết số {n} của chuyên mục</a>\
             </h3><p>07/04/2020</p>
               <p>Ngày 01/02/2019, ủy ban họp bàn về công việc của năm và những việc cần làm \
             ngay.</p><a href=\"bai.aspx?ItemID={n}\">Xem chi tiết</a></li>"
        )
    };
    format!("<ul>{}</ul>", ids.map(item).collect::<String>())
}

fn lists(page: &Page) -> Vec<&Block> {
    page.blocks.iter().filter(|b| b.role == Role::Listing).collect()
}

fn ids(block: &Block) -> Vec<&str> {
    block
        .listing
        .iter()
        .flat_map(|l| &l.teasers)
        .map(|t| t.url.rsplit('=').next().unwrap_or_default())
        .collect()
}

fn next(page: &Page) -> Option<&PageRequest> {
    page.blocks.iter().filter_map(|b| b.listing.as_ref()?.next.as_ref()).next()
}
