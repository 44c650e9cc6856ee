use std::sync::LazyLock;

use jiff::Timestamp;

use super::*;
use crate::domain::draft::{Cell, Numbers};
use crate::domain::run::{BOLD, ITALIC, SUP};
use crate::domain::settings::Lengths;
use crate::domain::{Bound, Part, Precision, Role, Run, Written};

const PAGE: &str = "https://tinh.example/Pages/tin.aspx?ItemID=5";

fn now() -> Timestamp {
    "2024-01-02T00:00:00Z".parse().unwrap()
}

fn context<'a>(page: Option<&'a Url>) -> Context<'a> {
    Context {
        site: "tinh",
        url: page,
        canonical: None,
        timezone: Some("Asia/Ho_Chi_Minh"),
        language: None,
        sanitizer: &SANITIZER,
        now: now(),
    }
}

/// What may be published as the program comes.
pub(super) static SANITIZER: LazyLock<Sanitizer> =
    LazyLock::new(|| Sanitizer::new(crate::config::shipped().html));

fn read(draft: &Draft) -> Article {
    article(draft, &context(Some(&Url::parse(PAGE).unwrap())))
}

fn styled(text: &str, style: u16) -> Run {
    Run { style, ..Run::plain(text) }
}

fn link(text: &str, to: &str) -> Run {
    Run { link: Some(to.into()), ..Run::plain(text) }
}

fn line_break() -> Run {
    Run { breaks: true, ..Run::plain(" ") }
}

fn paragraph(text: &str) -> Part {
    Part::Paragraph { runs: vec![Run::plain(text)] }
}

fn item(ordered: bool, depth: u8, text: &str) -> Part {
    Part::Item { ordered, depth, numbers: Numbers::default(), runs: vec![Run::plain(text)] }
}

fn figure(src: &str, caption: Option<&str>) -> Part {
    Part::Figure { src: src.into(), alt: "a \"b\"".into(), caption: caption.map(Into::into) }
}

fn cell(text: &str, heading: bool, columns: u16) -> Cell {
    Cell { runs: vec![Run::plain(text)], heading, columns, rows: 1 }
}

fn html(parts: Vec<Part>) -> String {
    read(&Draft { body: parts, ..Draft::default() }).content_html
}

#[test]
fn fields_have_their_lengths_and_cuts_are_told() {
    let draft = Draft {
        title: Some("một hai ba".to_owned()),
        lead: Some("một hai ba".to_owned()),
        authors: vec!["Hương Dịu Thị".to_owned()],
        body: vec![paragraph("một hai ba"), paragraph("bốn năm sáu")],
        ..Draft::default()
    };
    let fits = Lengths { title: 10, lead: 10, field: 13, content: 40 };
    assert_eq!(
        article_within(&draft, &context(None), fits),
        (article(&draft, &context(None)), vec![])
    );
    for (lengths, bound) in [
        (Lengths { title: 9, ..fits }, Bound::Title),
        (Lengths { lead: 9, ..fits }, Bound::Lead),
        (Lengths { field: 12, ..fits }, Bound::Field),
        (Lengths { content: 20, ..fits }, Bound::Content),
    ] {
        assert_eq!(article_within(&draft, &context(None), lengths).1, [bound]);
    }
}

/// A body with each kind of part.
fn every_part() -> Vec<Part> {
    let quote = |text: &str| Part::Quote { runs: vec![Run::plain(text)] };
    vec![
        Part::Heading { level: 9, runs: vec![Run::plain("H")] },
        Part::Paragraph {
            runs: vec![
                Run::plain("a "),
                styled("b", BOLD),
                Run::plain(" "),
                link("d", "../c.aspx?utm_source=x&a=1"),
                line_break(),
                styled("e", ITALIC | SUP),
            ],
        },
        item(false, 0, "1"),
        item(true, 1, "1a"),
        item(true, 1, "1b"),
        item(false, 0, "2"),
        item(true, 0, "3"),
        quote("q1"),
        quote("q2"),
        figure("../i.jpg", Some("Ảnh: &ldquo;A&rdquo;")),
        figure("data:image/gif;base64,R0", None),
        figure("", Some("only")),
        Part::Preformatted { text: "x\r\n\r\n  <y>".into() },
        Part::Table {
            rows: vec![
                vec![cell("h", true, 2)],
                vec![cell("1", false, 1), cell("", false, 1)],
                vec![cell("", false, 1)],
            ],
        },
        Part::Paragraph { runs: vec![Run::plain("\u{a0}"), line_break(), styled(" ", BOLD)] },
    ]
}

#[test]
fn every_part_finds_its_place() {
    let article = read(&Draft { body: every_part(), ..Draft::default() });
    assert_eq!(
        article.content_html,
        concat!(
            r#"<h6>H</h6><p>a <strong>b</strong> <a href="https://tinh.example/c.aspx?a=1">d</a>"#,
            "<br><em><sup>e</sup></em></p>",
            "<ul><li>1<ol><li>1a</li><li>1b</li></ol></li><li>2</li></ul><ol><li>3</li></ol>",
            "<blockquote><p>q1</p><p>q2</p></blockquote>",
            r#"<figure><img src="https://tinh.example/i.jpg" alt="a &quot;b&quot;">"#,
            "<figcaption>Ảnh: “A”</figcaption></figure>",
            "<figure><figcaption>only</figcaption></figure><pre>x\n  &lt;y&gt;</pre>",
            r#"<table><thead><tr><th colspan="2">h</th></tr></thead>"#,
            "<tbody><tr><td>1</td><td></td></tr></tbody></table>",
        )
    );
    assert_eq!(
        article.content_text,
        "H\n\na b d e\n\n1\n1a\n1b\n2\n\n3\n\nq1\n\nq2\n\nx\n  <y>\n\nh\n1\t"
    );
    assert_eq!(article.captions, ["Ảnh: “A”", "only"]);
    assert_eq!(article.image.as_deref(), Some("https://tinh.example/i.jpg"));
}

/// What a paragraph of these runs becomes.
fn written(runs: Vec<Run>) -> String {
    html(vec![Part::Paragraph { runs }])
}

#[test]
fn hostile_texts_are_text() {
    let plain = Run::plain;
    for (hostile, expected) in [
        (
            vec![link("a", "javascript:alert(1)"), plain("<img src=x onerror=\"f()\">")],
            "<p>a&lt;img src=x onerror=\"f()\"&gt;</p>",
        ),
        (
            vec![plain("<script>alert(1)</script> &lt;b&gt; &ldquo;x&rdquo;")],
            "<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt; “x”</p>",
        ),
        (
            vec![
                plain("a"),
                styled(" ", BOLD),
                plain("b "),
                styled("\u{301}", ITALIC),
                plain("c\u{200b}\u{b}"),
                styled("\u{338}", BOLD),
            ],
            "<p>a b <em>\u{301}</em>c</p>",
        ),
        (vec![plain("a"), link("\u{302}\u{301}", "javascript:x")], "<p>ấ</p>"),
    ] {
        assert_eq!(written(hostile), expected);
    }
}

#[test]
fn hostile_addresses_are_nothing() {
    let space = || Run::plain(" ");
    for (hostile, expected) in [
        (
            vec![
                link("a", " java\tscript:alert(1)"),
                space(),
                link("b", "data:text/html;base64,PHN"),
            ],
            "<p>a b</p>",
        ),
        (
            vec![link("m", "mailto:a@b.vn"), link("n", "//b.example/x y"), link("", "/t")],
            r#"<p><a href="mailto:a@b.vn">m</a><a href="https://b.example/x%20y">n</a></p>"#,
        ),
        (
            vec![
                link("a", "mailto:"),
                space(),
                link("b", "tel:"),
                space(),
                link("c", "mailto:?subject=x"),
            ],
            "<p>a b c</p>",
        ),
        (
            vec![link("x", "/x?a=\"><script>")],
            r#"<p><a href="https://tinh.example/x?a=%22%3E%3Cscript%3E">x</a></p>"#,
        ),
    ] {
        assert_eq!(written(hostile), expected);
    }
    assert_eq!(
        html(vec![figure("data:image/png;base64,x", None), figure("javascript:x", None)]),
        ""
    );
}

#[test]
fn without_a_base_addresses_stay() {
    let draft = Draft {
        body: vec![
            figure("../i.jpg", None),
            Part::Paragraph { runs: vec![link("x", "x.aspx"), link("y", "javascript:y")] },
        ],
        ..Draft::default()
    };
    let article = article(&draft, &Context { site: "", ..context(None) });
    assert_eq!(
        article.content_html,
        concat!(
            r#"<figure><img src="../i.jpg" alt="a &quot;b&quot;"></figure>"#,
            r#"<p><a href="x.aspx">x</a>y</p>"#,
        )
    );
    assert_eq!((article.url.as_str(), article.image), ("", None));
}

fn dated(
    date: (i16, i8, i8),
    time: Option<(i8, i8)>,
    offset_s: Option<i32>,
    zone: &str,
) -> Option<String> {
    let draft = Draft { published: Some(Written { date, time, offset_s }), ..Draft::default() };
    let published = article(&draft, &Context { timezone: Some(zone), ..context(None) }).published?;
    assert_eq!(
        (published.precision == Precision::Minute, published.offset_s % 60),
        (time.is_some(), 0)
    );
    Some(crate::domain::time::rfc3339_at(published.at, published.offset_s))
}

#[test]
fn dates_keep_the_offset_of_the_place() {
    for (date, time, offset, zone, expected) in [
        ((2020, 4, 7), None, None, "Asia/Ho_Chi_Minh", Some("2020-04-07T00:00:00+07:00")),
        (
            (2020, 4, 7),
            Some((14, 5)),
            Some(0),
            "Asia/Ho_Chi_Minh",
            Some("2020-04-07T14:05:00+00:00"),
        ),
        ((1970, 4, 7), None, None, "Asia/Ho_Chi_Minh", Some("1970-04-07T00:00:00+08:00")),
        ((1899, 12, 31), None, None, "Asia/Ho_Chi_Minh", Some("1899-12-31T00:00:00+07:06")),
        ((1880, 1, 1), Some((9, 5)), None, "America/New_York", Some("1880-01-01T09:05:00-04:56")),
        ((2021, 3, 28), Some((2, 30)), None, "Europe/Berlin", Some("2021-03-28T03:30:00+02:00")),
        ((2021, 10, 31), Some((2, 30)), None, "Europe/Berlin", Some("2021-10-31T02:30:00+02:00")),
        ((2020, 4, 7), None, None, "No/Where", Some("2020-04-07T00:00:00+00:00")),
        ((2024, 1, 2), Some((23, 0)), None, "UTC", Some("2024-01-02T23:00:00+00:00")),
        ((2024, 1, 3), Some((0, 1)), None, "UTC", None),
        ((2020, 2, 30), None, None, "UTC", None),
    ] {
        assert_eq!(dated(date, time, offset, zone).as_deref(), expected, "{date:?} {zone}");
    }
}

#[test]
fn small_fields() {
    let draft = Draft {
        title: Some(format!(" {} ", "ế ".repeat(2000))),
        lead: Some("\u{a0}".into()),
        authors: [
            "  Hương\u{a0}Dịu",
            "hương dịu",
            "",
            "<b>Hương</b>&lt;br&gt;Dịu &lt;d@a.example&gt;",
            "<x>",
            "A < B",
        ]
        .map(Into::into)
        .into(),
        image: Some("/og.jpg".into()),
        language: Some("vi_VN".into()),
        blocks: vec![("\u{a0}P - B".into(), Role::Toolbar)],
        ..Draft::default()
    };
    let article = read(&draft);
    assert_eq!(
        (article.title.chars().count(), article.lead, article.authors),
        (999, None, ["Hương Dịu", "A < B"].map(Into::into).into())
    );
    assert_eq!(
        (article.image.as_deref(), article.language.as_deref()),
        (Some("https://tinh.example/og.jpg"), Some("vi-VN"))
    );
    assert_eq!(article.blocks.first().map(|b| b.name.as_str()), Some("P - B"));
}

#[test]
fn attachments_stand_once_with_their_types() {
    let attachments = [
        ("a%20b.PDF?x=1", "T"),
        ("/d?f=x.docx", ""),
        ("/e", ""),
        ("a b.PDF?x=1", "again"),
        ("javascript:x", ""),
    ];
    let attachments = attachments.map(|(url, title)| (url.into(), title.into())).into();
    let article = read(&Draft { attachments, ..Draft::default() });
    let attachments: Vec<_> = article
        .attachments
        .iter()
        .map(|a| (a.url.as_str(), a.mime_type.as_str(), a.title.as_str()))
        .collect();
    assert_eq!(
        attachments,
        [
            ("https://tinh.example/Pages/a%20b.PDF?x=1", "application/pdf", "T"),
            (
                "https://tinh.example/d?f=x.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                ""
            ),
            ("https://tinh.example/e", "application/octet-stream", ""),
        ]
    );
}

#[test]
fn a_body_has_an_end() {
    let long = "x".repeat(1 << 20);
    let article = read(&Draft { body: vec![paragraph(&long); 6], ..Draft::default() });
    assert_eq!(article.content_text.split("\n\n").count(), 4);
    assert_eq!(
        html((0..200).map(|n| item(n % 2 == 0, u8::MAX, "x")).collect()).matches("<li>").count(),
        200
    );
}

mod any;
mod identity;
mod kept;
