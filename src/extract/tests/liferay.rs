//! Pages of our own in the chrome of Liferay 6 and 7, read with the shipped engines and profiles.

use super::*;
use crate::domain::Draft;
use crate::extract::view::Reading;

const TEXT: &str = "Hội nghị đã nghe báo cáo về tình hình thực hiện nhiệm vụ, các đại biểu thảo \
    luận nhiều nội dung quan trọng của địa phương.";
const TITLE: &str = "Hội nghị tổng kết công tác năm";
const JOURNAL: [&str; 2] =
    ["56_INSTANCE_a1", "com_liferay_journal_content_web_portlet_JournalContentPortlet_INSTANCE_a1"];

/// The shipped rules but for SharePoint's profile.
fn shipped() -> Reader {
    let mut rules = crate::config::shipped();
    rules.portals.retain(|portal| portal.name != "sharepoint");
    Reader::compile(rules).unwrap()
}

/// A portlet in the version's boundary; an empty title: without one.
fn portlet(version: u8, id: &str, title: &str, inner: &str) -> String {
    let data = if version == 7 { format!("data-portlet-id='{id}'") } else { String::new() };
    let head = match (title, version) {
        ("", _) => String::new(),
        (_, 6) => format!(
            "<h1 class='hide-accessible'>{title}</h1><header class='portlet-topper'>\
             <h1 class='portlet-title'><img src='/html/icons/x.png'> \
             <span class='portlet-title-text'>{title}</span></h1></header>"
        ),
        _ => {
            format!("<div class='portlet-header'><h2 class='portlet-title-text'>{title}</h2></div>")
        }
    };
    format!(
        "<div class='portlet-boundary portlet-boundary_x_ portlet-static portlet-static-end' \
         id='p_p_id_{id}_'><span id='p_{id}'></span>
         <section class='portlet' id='portlet_{id}' {data}>{head}<div class='portlet-content'>\
         <div class='portlet-body'>{inner}</div></div></section></div>"
    )
}

fn whole(version: u8, main: &str) -> String {
    let link = if version == 7 {
        "<link href='/o/frontend-css-web/main.css'>"
    } else {
        "<link href='/html/themes/main.css'>"
    };
    format!(
        "<!DOCTYPE html><html lang='vi-VN'><head><title>{TITLE} - Cổng thông tin</title>{link}\
         <script>Liferay.currentURL = '/';</script></head>
         <body><header id='banner' role='banner'><h1><span>Cổng thông tin</span></h1>\
         <p class='date'>23/11/2026</p><nav id='navigation'><a href='/a'>Giới thiệu</a></nav>\
         </header>
         <div id='main-content' role='main'>{main}</div><footer id='footer' role='contentinfo'>\
         Bản quyền</footer></body></html>"
    )
}

fn read(html: &str) -> (Page, Reading) {
    let url = Url::parse("https://portal.example/web/guest/tin").unwrap();
    let view = View { body: html.as_bytes(), url: Some(&url), ..View::default() };
    let reader = shipped();
    (reader.segment(&view).unwrap(), reader.article(&view).unwrap())
}

fn article(html: &str) -> Draft {
    match read(html).1 {
        Reading::Article(draft) => *draft,
        Reading::NoArticle(why) => panic!("{why}: {html}"),
    }
}

fn running() -> String {
    format!("<p>{TEXT}</p>").repeat(4)
}

#[test]
fn portlets_are_named_by_title_by_heading_by_id() {
    for (version, engine, journal) in [(6, "liferay-6", JOURNAL[0]), (7, "liferay-7", JOURNAL[1])] {
        let named = [
            ("Tin &amp; bài", "<h3>Không</h3>", "Tin & bài"),
            ("", "<div><h3> Liên  hệ </h3></div>", "Liên hệ"),
            ("", "x", journal),
        ];
        for (title, inner, want) in named {
            let page = read(&whole(version, &portlet(version, journal, title, inner))).0;
            assert_eq!(page.engine.as_deref(), Some(engine), "{:?}", page.why);
            assert_eq!(page.portal.as_deref(), Some("liferay"), "{:?}", page.why);
            assert_eq!(page.blocks.iter().map(|b| b.name.as_str()).collect::<Vec<_>>(), [want]);
        }
    }
}

#[test]
fn an_articles_portlets_are_known_by_title_and_by_id() {
    let bar = format!("<p>15/10/2026 08:30</p><h1>{TITLE}</h1>");
    for (version, names, titled) in [
        (
            6,
            ["TinToolbar_WAR_vnportlet_INSTANCE_q1", "TinViewData_WAR_vnportlet_INSTANCE_q2"],
            false,
        ),
        (6, JOURNAL, true),
        (7, ["vn_tin_web_ToolbarPortlet_INSTANCE_q1", "vn_tin_web_ViewDataPortlet"], false),
        (7, JOURNAL, true),
    ] {
        let titles = if titled {
            ["Cổng - Block_Tin_Toolbar", "Cổng - Block_Tin_ViewData"]
        } else {
            [""; 2]
        };
        let view = format!("<h3>Kết quả</h3>{}", running());
        let html = whole(
            version,
            &(portlet(version, names[0], titles[0], &bar)
                + &portlet(version, names[1], titles[1], &view)),
        );
        let draft = article(&html);
        assert_eq!(
            (draft.portal.as_str(), draft.title.as_deref()),
            ("publishing-portal", Some(TITLE))
        );
        assert_eq!(draft.published.map(|w| w.date), Some((2026, 10, 15)));
        let want = if titled { titles } else { names };
        assert_eq!(
            draft.blocks,
            [(want[0].to_owned(), Role::Toolbar), (want[1].to_owned(), Role::ViewData)]
        );
    }
}

/// Assets and journal articles, each with the version whose portlets hold it.
fn assets() -> [(u8, String); 4] {
    let body = running();
    let rating = "<div class='taglib-ratings'>Đánh giá của bạn</div>";
    [
        (
            6,
            format!(
                "<div class='asset-full-content'><h3 class='header-title'><span>{TITLE}</span></h3>\
                 <div class='asset-content'><div class='journal-content-article'>{body}</div>\
                 <div class='asset-metadata'><span class='metadata-entry metadata-publish-date'>\
                 15/10/2026</span></div>{rating}</div></div>"
            ),
        ),
        (
            6,
            format!(
                "<div class='journal-content-article'><h2>{TITLE}</h2><div class='date'>\
                 Thứ Năm, 15/10/2026</div><div>{body}</div></div>"
            ),
        ),
        (
            7,
            format!(
                "<div class='asset-full-content'><p class='component-title'>\
                 <span class='asset-title'>{TITLE}</span></p><div class='asset-content'>\
                 <div class='journal-content-article'>{body}</div></div>\
                 <div class='metadata-author'><span class='user-info'>Văn An</span>\
                 <div class='asset-user-info'><span class='date-info'>15/10/2026</span></div></div>\
                 </div>"
            ),
        ),
        (
            7,
            format!(
                "<h1 class='component-heading'>{TITLE}</h1><p class='news-meta-date'>15 tháng 10, \
                 2026</p><div class='component-html'>{body}</div><div class='asset-abstract'>\
                 <h3 class='asset-title'><a href='/b'>Tin khác</a></h3>\
                 <span class='metadata-publish-date'>01/01/2026</span></div>"
            ),
        ),
    ]
}

#[test]
fn assets_and_journal_articles_are_read_at_large() {
    for (version, inner) in assets() {
        let draft = article(&whole(
            version,
            &portlet(version, JOURNAL[usize::from(version) - 6], "", &inner),
        ));
        assert_eq!(
            (draft.portal.as_str(), draft.title.as_deref()),
            ("liferay", Some(TITLE)),
            "{inner}"
        );
        assert_eq!(draft.published.map(|w| w.date), Some((2026, 10, 15)), "{inner}");
        let texts = draft
            .body
            .iter()
            .filter(|p| {
                matches!(p, crate::domain::Part::Paragraph { .. })
                    && p.text().as_deref() == Some(TEXT)
            })
            .count();
        assert_eq!(texts, 4, "{inner}");
        assert!(!format!("{:?}", draft.body).contains("Đánh giá"), "{inner}");
    }
}

/// An item of an asset publisher.
fn publisher_item(n: u32) -> String {
    format!(
        "<div class='asset-abstract'><h3 class='asset-title'><a href='/-/tin-{n}'>\
         Tin số {n} của chuyên mục</a></h3><div class='asset-summary'>Tóm tắt của tin này. \
         <a href='/-/tin-{n}'>Đọc thêm <span class='hide-accessible'>Về tin</span></a></div>\
         <span class='metadata-entry'>1{n}/10/2026</span></div>"
    )
}

/// A link of a pager to a page.
fn page_link(n: u32, says: &str, shows: &str) -> String {
    format!(
        "<li class='page-item'><a class='page-link' href='/tin?_x_cur={n}'>\
         <span class='sr-only'>{says}</span>{shows}</a></li>"
    )
}

#[test]
fn an_asset_publisher_is_a_list_with_a_pager() {
    let items: String = (1..5).map(publisher_item).collect();
    let old = "<div class='taglib-page-iterator'><ul class='pager'><li class='disabled first'>\
        <a href='javascript:;'>Đầu tiên</a></li><li><a href='/tin?_x_cur=2'>Tiếp theo</a></li>\
        <li class='last'><a href='/tin?_x_cur=9'>Cuối</a></li></ul></div>";
    let new = |next: &str| {
        let current = "<li class='active page-item'><span class='page-link'><span class='sr-only'>\
            Trang</span>1</span></li>";
        format!(
            "<div class='taglib-page-iterator'><ul class='pagination'>{current}{}{}{next}</ul>\
             </div>",
            page_link(2, "Trang", "2"),
            page_link(3, "Trang", "3")
        )
    };
    let spoken = page_link(2, "Trang sau", "<svg></svg>");
    for (version, pager) in [(6, old.to_owned()), (7, new("")), (7, new(&spoken))] {
        let id = [
            "101_INSTANCE_b2",
            "com_liferay_asset_publisher_web_portlet_AssetPublisherPortlet_INSTANCE_b2",
        ][usize::from(version) - 6];
        let page =
            read(&whole(version, &portlet(version, id, "Tin tức", &(items.clone() + &pager)))).0;
        let [list] = lists(&page)[..] else { panic!("one list: {page:?}") };
        let titles: Vec<&str> =
            list.listing.iter().flat_map(|l| &l.teasers).map(|t| t.title.as_str()).collect();
        assert_eq!(
            titles,
            [
                "Tin số 1 của chuyên mục",
                "Tin số 2 của chuyên mục",
                "Tin số 3 của chuyên mục",
                "Tin số 4 của chuyên mục"
            ]
        );
        assert_eq!(
            next(&page),
            Some(&PageRequest::Get("https://portal.example/tin?_x_cur=2".to_owned())),
            "{pager}"
        );
    }
}

#[test]
fn parts_of_an_article_in_vendors_portlets_are_left_to_a_profile_that_knows_them() {
    let bar = format!("<p>15/10/2026</p><div>{TITLE}</div>");
    let refused = |over: &str, view: &str| {
        matches!(read(&whole(6, &(over.to_owned() + view))).1, Reading::NoArticle(_))
    };
    let vendor = |name: &str, inner: &str| {
        portlet(6, &format!("{name}_WAR_vnportlet_INSTANCE_q1"), "", inner)
    };
    assert!(refused(&vendor("PhanDau", &bar), &vendor("NoiDung", &running())));
    let related = format!(
        "{}<h4>Tin liên quan</h4><ul><li><a href='/b'>Một tin khác của chuyên mục này</a></li>\
         </ul>",
        running()
    );
    assert!(refused(&vendor("PhanDau", &bar), &vendor("NoiDung", &related)));
    let headed = format!("<h3>Kết quả bước đầu</h3>{}", running());
    assert!(refused(
        &vendor("PhanDau", "<p>15/10/2026 - In trang</p>"),
        &vendor("NoiDung", &headed)
    ));
    // The title is of no use where the page has none.
    assert!(refused(&vendor("PhanDau", "<p>15/10/2026</p>"), &vendor("NoiDung", &running())));
    assert!(!refused(
        &vendor("Banner", "<p>Chào mừng</p>"),
        &vendor("ChiTiet", &(bar.clone() + &running()))
    ));
    assert!(!refused(&portlet(6, JOURNAL[0], "", &bar), &vendor("ChiTiet", &running())));
    assert!(!refused(
        &vendor("DuongDan", &format!("<p>{TITLE}</p>")),
        &vendor("ChiTiet", &(bar + &running()))
    ));
}
