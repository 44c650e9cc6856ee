//! One article in the shapes that portals give it: tables, elements, spans, definition lists, plain
//! text.

use std::borrow::Cow;
use std::sync::LazyLock;

use proptest::prelude::*;
use url::Url;

use super::*;
use crate::domain::{Draft, Part};
use crate::extract::article::text_capture;
use crate::extract::blocks::area::Area;
use crate::extract::blocks::text_capture::divide;
use crate::extract::budget::Budget;
use crate::extract::html::dom::Tree;
use crate::extract::html::visible::Hidden;
use crate::extract::rules::compiler::Compiler;
use crate::extract::view::View;

/// A shipped profile.
fn profile(name: &str) -> Profile {
    let portals = crate::config::shipped().portals;
    let portal = portals.into_iter().find(|portal| portal.name == name).unwrap();
    Compiler::default().profile(portal).unwrap()
}

fn portal() -> &'static Profile {
    static PORTAL: LazyLock<Profile> = LazyLock::new(|| profile("publishing-portal"));
    &PORTAL
}

/// A page of two blocks.
fn page(toolbar: &str, view: &str) -> String {
    format!(
        "<html lang='vi-VN'><body><div id='t'>{toolbar}</div><div id='v'>{view}</div></body></html>"
    )
}

fn draft(profile: &Profile, html: &str) -> Reading {
    let tree = Tree::parse(html, &Budget::default()).unwrap();
    let area = |id, name: &str, role| {
        tree.by_id(id).map(|node| Area { name: name.to_owned(), role, ..Area::new(node) })
    };
    let areas: Vec<Area<'_>> = [
        area("t", "X - Block_Tin_Toolbar", Role::Toolbar),
        area("v", "X - Block_Tin_ViewData", Role::ViewData),
    ]
    .into_iter()
    .flatten()
    .collect();
    let url = Url::parse("https://portal.example/Pages/x.aspx?ItemID=77").unwrap();
    read(&Source {
        profile,
        engine: None,
        hidden: &Hidden::default(),
        url: Some(&url),
        silent: &[],
        tree: &tree,
        areas: &areas,
        teaser: None,
        habits: None,
        explain: true,
    })
}

fn article(reading: Reading) -> Draft {
    match reading {
        Reading::Article(draft) => *draft,
        Reading::NoArticle(why) => panic!("no article: {why}"),
    }
}

/// What the page says, one line a field or part.
fn said(draft: &Draft) -> Vec<String> {
    let mut out = vec![format!(
        "{:?} | {:?} | {:?} | {:?}",
        draft.title,
        draft.lead,
        draft.published.map(|w| (w.date, w.time)),
        draft.authors
    )];
    out.extend(draft.body.iter().filter_map(|part| match part {
        Part::Figure { caption, .. } => caption.as_ref().map(|c| format!("[{c}]")),
        Part::Paragraph { .. } | Part::Heading { .. } | Part::Item { .. } => {
            part.text().map(Cow::into_owned)
        }
        other => Some(format!("{other:?}")),
    }));
    out
}

const TITLE: &str = "Xã Nà Phặc ra mắt tổ tự quản đường biên";
const LEAD: &str =
    "Sáng ngày 12/03/2018, Đảng ủy xã Nà Phặc đã tổ chức lễ ra mắt tổ tự quản tại thôn Cốc Tào.";
const FIRST: &str = "Tổ có mười hai thành viên, chia sẻ việc tuần tra cùng bộ đội; lượt xem trên \
    cổng thông tin đạt 1.200 mỗi tháng.";
const CAPTION: &str = "Lễ ra mắt tổ tự quản ở thôn Cốc Tào";
const LAST: &str = "Xã phấn đấu mỗi thôn có một tổ trong năm tới./.";
const AFTER: &str = "Trước đó, đoàn đã thăm hai gia đình chính sách của thôn.";

fn expected() -> Vec<String> {
    let head = format!(
        "{:?} | {:?} | {:?} | {:?}",
        Some(TITLE),
        Some(LEAD),
        Some(((2020_i16, 4_i8, 7_i8), None::<(i8, i8)>)),
        ["Nông Thị Duyên"]
    );
    [head.as_str(), FIRST, &format!("[{CAPTION}]"), LAST, AFTER].map(str::to_owned).to_vec()
}

/// One article in four shapes, each with its name.
fn shapes() -> [(&'static str, String); 4] {
    let table = page(
        &format!(
            "<table><tr><td>Thứ Ba, 07/04/2020</td><td><a href='javascript:f()'>Tăng cỡ chữ</a> \
             <a href='/print'>Bản in</a></td></tr><tr><td colspan=2>{TITLE}</td></tr><tr>\
             <td>{LEAD}</td></tr></table>"
        ),
        &format!(
            "<table><tr><td><p>{FIRST}</p><table><tr><td><img src='/a.jpg'></td></tr><tr>\
             <td>{CAPTION}</td></tr></table><p>{LAST}{AFTER}</p></td></tr><tr><td align=right>\
             Nông Thị Duyên</td></tr></table>"
        ),
    );
    let elements = page(
        &format!(
            "<ul><li>Chữ to</li><li onclick='x()'>Nghe giọng nói</li></ul>\
             <div>Ngày đăng: 7/4/2020</div><h1>{TITLE}</h1><h2>{LEAD}</h2><span>Lượt xem: \
             <b>92</b></span>"
        ),
        &format!(
            "<div>{FIRST}</div><div>&nbsp;</div><figure><img data-src='/a.jpg' \
             src='data:image/gif;base64,R0'><figcaption>{CAPTION}</figcaption></figure>{LAST}\
             <div>{AFTER}</div><div>Tác giả: Nông Thị Duyên</div><div><h4>Tin liên quan</h4><ul>\
             <li><a href='/b'>Tin kia</a> (06/04/2020)</li></ul></div><script>x</script>"
        ),
    );
    let spans = page(
        &format!(
            "<span>07/04/2020</span><span>Lượt xem 311</span><span>Tác giả: Nông Thị Duyên</span>\
             <span>Tăng cỡ chữ | Giảm cỡ chữ</span><br><span style='font-weight:bold'>\
             {TITLE}</span><br><span>{LEAD}</span>"
        ),
        &format!(
            "<span>{FIRST}<br><br><img src='/a.jpg' alt='{CAPTION}'><br>{CAPTION}<br>\
             <br>{LAST} {AFTER}</span>"
        ),
    );
    let list = page(
        &format!(
            "<dl><dt>Ngày cập nhật</dt><dd>09/04/2020</dd><dt>Ngày đăng</dt><dd>07/04/2020</dd>\
             <dt>Tiêu đề</dt><dd>{TITLE}</dd><dt>Lượt xem</dt><dd>17</dd></dl>"
        ),
        &format!(
            "<div class=a>{LEAD}</div><div class=b><p>{FIRST}</p><div><img src='/a.jpg'>\
             <p>{CAPTION}</p></div><p>{LAST}</p><p>{AFTER} <strong><em>Nông Thị Duyên</em></strong>\
             </p></div>"
        ),
    );
    [("table", table), ("elements", elements), ("spans", spans), ("list", list)]
}

#[test]
fn every_shape_says_the_same() {
    let profile = portal();
    for (name, html) in shapes() {
        assert_eq!(said(&article(draft(profile, &html))), expected(), "{name}");
    }
    let text = format!(
        "X - Block_Tin_Toolbar\n\n07/04/2020\nTăng cỡ chữ Giảm cỡ chữ\n{TITLE}\n{LEAD}\n\n\
         \u{a0}X - Block_Tin_ViewData\n\n{FIRST}\n\n{CAPTION}\n\n{LAST}{AFTER}\n\nNông Thị Duyên"
    );
    let sections = divide(&text, profile).unwrap();
    assert_eq!(
        said(&article(text_capture::read(&sections, profile, &View::default()))),
        expected(),
        "text"
    );
}

#[test]
fn fields_that_a_page_lacks_are_absent() {
    let profile = portal();
    let got = article(draft(
        profile,
        &page(
            &format!("<h1></h1><h2>{LEAD}</h2><p>Cập nhật 15:30</p>"),
            &format!("<p>{FIRST}</p><p>{LAST}</p>"),
        ),
    ));
    assert_eq!(
        (got.title, got.lead.as_deref(), got.published, got.authors.len()),
        (None, Some(LEAD), None, 0)
    );
    assert_eq!((got.item.as_deref(), got.language.as_deref()), (Some("77"), Some("vi-VN")));
}

#[test]
fn a_title_may_speak_of_tools() {
    for title in [
        "Zalo - kênh tiếp nhận phản ánh của người dân",
        "Facebook: cảnh báo thủ đoạn lừa đảo mới",
        "Chia sẻ kinh nghiệm trồng quế ở xã Nà Phặc",
        "Video đạt 5.000 lượt xem",
    ] {
        let got = article(draft(
            portal(),
            &page(&format!("<p>07/04/2020</p><div>{title}</div>"), &format!("<p>{FIRST}</p>")),
        ));
        assert_eq!(got.title.as_deref(), Some(title));
    }
}

#[test]
fn a_message_is_no_article() {
    let profile = portal();
    for (toolbar, view) in [
        ("<div>&nbsp;</div>", "<div>Bài này đã được gỡ.</div>"),
        ("", ""),
        ("<h1>Thông báo</h1>", "<p>Không tìm thấy nội dung</p>"),
    ] {
        assert!(matches!(draft(profile, &page(toolbar, view)), Reading::NoArticle(_)), "{view}");
    }
    assert!(matches!(draft(profile, "<div id=t>07/04/2020</div>"), Reading::NoArticle(_)));
}

#[test]
fn attachments_tables_and_lists_are_told_apart() {
    let profile = portal();
    let view = format!(
        "<p>{FIRST}</p><ol><li>Một<ul><li>Hai</li></ul></li></ol><table><tr><th>Xã</th>\
         <th>Số</th></tr><tr><td>A</td><td colspan=2>5</td></tr></table><p>{LAST}</p>\
         <p><a href='/d/bieu.docx'>Biểu mẫu</a></p><div><b>Tệp đính kèm:</b><ul><li>\
         <a href=\"javascript:downloadfile('a.pdf','/d/a.pdf')\">Văn bản 12</a> (24 KB)</li></ul>\
         </div>"
    );
    let got = article(draft(profile, &page(&format!("<h1>{TITLE}</h1>"), &view)));
    let attached: Vec<(&str, &str)> =
        got.attachments.iter().map(|(u, t)| (u.as_str(), t.as_str())).collect();
    assert_eq!(attached, [("/d/bieu.docx", "Biểu mẫu"), ("/d/a.pdf", "Văn bản 12")]);
    assert!(
        matches!(&got.body[1], Part::Item { ordered: true, depth: 0, .. })
            && matches!(&got.body[2], Part::Item { ordered: false, depth: 1, .. })
    );
    assert!(matches!(
        &got.body[3],
        Part::Table { rows } if rows[0][0].heading && rows[1][1].columns == 2
    ));
    assert_eq!(got.body.len(), 6);
}

#[test]
fn a_page_without_named_blocks_is_read_at_large() {
    let profile = profile("sharepoint");
    let html = "<head><title>Site - A bridge is opened - News</title><meta property='og:image' \
        content='/p.jpg'></head><body><nav><p>Menus of every kind, a long line of them, one after \
        the other.</p></nav><div><p>Date: 5 June 2017</p><h1>A bridge is opened</h1>\
        <p>The bridge over the river was opened on Monday after four years of works and two \
        floods.</p><p>It carries eight thousand cars a day, and for the first time a path for \
        bicycles and people on foot.</p></div></body>";
    let got = article(draft(&profile, html));
    assert_eq!(
        (got.title.as_deref(), got.published.map(|w| w.date), got.body.len()),
        (Some("A bridge is opened"), Some((2017, 6, 5)), 2)
    );
    assert!(matches!(draft(&profile, "<body><p>Gone</p></body>"), Reading::NoArticle(_)));
}

#[test]
fn numbers_say_when_the_month_comes_first() {
    let profile = profile("sharepoint");
    for (text, date, time) in [
        ("2/7/2019 12:00 PM", (2019, 2, 7), Some((12, 0))),
        ("12/7/2019 1:05:00 PM", (2019, 12, 7), Some((13, 5))),
        ("02/07/2019 12:00 PM", (2019, 7, 2), Some((12, 0))),
        ("2/7/2019 14:05 PM", (2019, 7, 2), Some((14, 5))),
        ("2/7/2019 1:05 CH", (2019, 7, 2), Some((13, 5))),
        ("10/15/2019", (2019, 10, 15), None),
        ("15/10/2019", (2019, 10, 15), None),
    ] {
        let found = profile.dates.find(text).map(|f| (f.written.date, f.written.time));
        assert_eq!(found, Some((date, time)), "{text}");
    }
}

#[test]
fn a_page_at_large_has_its_fields_apart_and_is_no_front_page() {
    let profile = profile("liferay");
    let text = "<p>The bridge over the river was opened on Monday after four years of works and \
        two floods, says the town.</p>"
        .repeat(3);
    let page = |head: &str, body: &str| {
        draft(
            &profile,
            &format!("<head><title>{head}</title></head><body><div>{body}</div></body>"),
        )
    };
    let fields =
        "<div class='date'>4. 2. 2022</div><div class='byline'><ul><li>Ann Lee</li></ul></div>";
    // The title is said again under the text.
    let got = article(page(
        "A bridge - News",
        &format!("<h1>A bridge</h1>{fields}{text}<p>“A bridge”</p>"),
    ));
    assert_eq!(
        (got.title.as_deref(), got.published.map(|w| w.date)),
        (Some("A bridge"), Some((2022, 2, 4)))
    );
    assert_eq!((got.authors, got.body.len()), (vec!["Ann Lee".to_owned()], 4), "{:?}", got.body);
    // Where no heading is, what stands over a field is another one.
    let got = article(page(
        "A bridge - News",
        &format!("<p>Release no. 12</p>{fields}{text}<p>Release no. 13</p>"),
    ));
    assert_eq!((got.title.as_deref(), got.body.len()), (Some("A bridge"), 4), "{:?}", got.body);
    assert!(matches!(
        page("A bridge - News", &format!("<h1>A bridge</h1>{fields}<p>A bridge</p>")),
        Reading::NoArticle(_)
    ));
    let links = "<ul><li><a href='/x/1'>Another one of the contests</a></li></ul>".repeat(20);
    for (head, body, read) in [
        // Nothing but paragraphs is an article, whatever stands over them.
        ("Container - Town", format!("<h2>Contests, see all</h2>{text}"), true),
        ("Container - Town", format!("<h2>Contests, see all</h2>{links}{text}"), false),
        ("Container - Town", format!("<h2>Contests, see all</h2>{fields}{text}"), true),
        ("A bridge - News", format!("<h2>Works: A bridge</h2>{text}"), true),
        ("Town - A bridge opened", format!("<h2>Opened: the bridge</h2>{text}"), true),
        ("Container - Town", format!("<h2>Contests, see all</h2>{}", text.repeat(5)), true),
    ] {
        assert_eq!(matches!(page(head, &body), Reading::Article(_)), read, "{body}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_read_without_panic(
        toolbar in "\\PC{0,80}",
        view in "(<(p|b|td|table|br|img src=x|li|/p|/b|a href=[a-z:/.]{0,9})>|\\./\\.|\
            Tác giả:|07/04/2020|Lượt xem: 3|\\PC{0,9}){0,40}",
    ) {
        let profile = portal();
        let _ = draft(profile, &page(&toolbar, &view));
        let _ = draft(profile, &page(&view, &toolbar));
        let text = format!("Block_a_Toolbar\n{view}\nBlock_a_ViewData\n{toolbar}\n{view}");
        if let Some(sections) = divide(&text, profile) {
            let _ = text_capture::read(&sections, profile, &View::default());
        }
    }
}

mod at_large;
mod shapes;
