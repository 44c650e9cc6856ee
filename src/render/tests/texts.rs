//! Whatever texts, addresses and times an article has, its documents are well-formed.

use super::*;
use crate::domain::state::chain;

#[test]
fn the_text_of_an_outline_is_html() {
    let text = |title: &str| {
        String::from_utf8(opml(
            "All",
            &[Outline::Folder { title: title.to_owned(), children: vec![] }],
        ))
        .unwrap()
    };
    for (title, want) in [
        ("A & \"B\"", "A &amp; &quot;B&quot;"),
        ("AT&T", "AT&amp;amp;T"),
        ("1 < 2", "1 &amp;lt; 2"),
        ("a && b", "a &amp;&amp; b"),
    ] {
        assert!(text(title).contains(&format!("<outline text=\"{want}\">")), "{}", text(title));
    }
}

/// An article with everything that has an address, and none of the addresses a URI.
fn odd() -> Entry {
    with(bare(4), |record| {
        record.via = Some("https://portal.example/Pages/|.aspx?q=[1]".to_owned());
        let article = &mut record.article;
        article.url = "https://portal.example/giam-50%-[2].aspx".to_owned();
        article.image = Some("https://portal.example/Images/100%|a[1].jpg".to_owned());
        let more = "<img src=\"https://portal.example/Images/^.jpg\" alt=\"50%|\">";
        article.content_html = format!(
            "<p><img src=\"https://portal.example/Images/100%|a[1].jpg\" alt=\"\">{more}<a \
             href=\"https://portal.example/?x=[1]&amp;y=2\">[1]</a></p>"
        );
        article.content_text = "[1]".to_owned();
        let file = |url: &str, mime_type: &str, title: &str| Attachment {
            url: format!("https://portal.example/Documents/{url}"),
            mime_type: mime_type.to_owned(),
            title: title.to_owned(),
        };
        article.attachments = vec![
            file("30%%20[2]|{ban}^`.pdf", "application/pdf", "Kế hoạch <1>"),
            file("phim.mp4", "video/mp4", ""),
            file("x", "", ""),
            file("xem", "text/html", ""),
        ];
    })
}

#[test]
fn every_address_is_a_uri_and_every_medium_is_told_once() {
    let mut of = feed(Document::Current, None, vec![odd()]);
    of.home = "https://portal.example/|".to_owned();
    insta::assert_snapshot!("atom_odd", text(atom(&of).unwrap()));
    insta::assert_snapshot!("rss_odd", text(rss(&of).unwrap()));
    insta::assert_snapshot!("json_odd", text(json(&of).unwrap()));
    let read = parser::parse(&*rss(&of).unwrap()).unwrap();
    let media = read.entries[0]
        .media
        .iter()
        .flat_map(|media| &media.content)
        .filter(|content| content.url.is_some())
        .count();
    assert!(media >= 6, "{media}");
}

#[test]
fn what_reads_like_markup_says_which_it_is_wherever_it_stands() {
    let mut entry = with(bare(8), |record| {
        record.article.title = "Q&A2026 &copy 1".to_owned();
        let file = |title: &str| Attachment {
            url: format!("https://portal.example/{}.pdf", title.len()),
            mime_type: String::new(),
            title: title.to_owned(),
        };
        record.article.attachments = ["<b>Mẫu</b>", "Phụ lục A & B"].map(file).into();
    });
    entry.categories = vec!["<b>A</b>".to_owned(), "A & B".to_owned()];
    let of = feed(Document::Current, None, vec![entry]);
    let atom = text(atom(&of).unwrap());
    assert!(
        atom.contains("<title type=\"html\">Q&amp;amp;A2026 &amp;amp;copy 1</title>"),
        "{atom}"
    );
    // A link's title is text, and nothing can say so.
    assert!(atom.contains("title=\"Phụ lục A &amp; B\"") && !atom.contains("Mẫu"), "{atom}");
    let rss = text(rss(&of).unwrap());
    assert!(
        rss.contains(
            "<category>&#x26;lt;b&#x26;gt;A&#x26;lt;/b&#x26;gt;</category>\n\
             <category>A &#x26; B</category>"
        ),
        "{rss}"
    );
    let titles =
        "<media:title type=\"html\">&#x26;lt;b&#x26;gt;Mẫu&#x26;lt;/b&#x26;gt;</media:title>";
    assert!(
        rss.contains(titles)
            && rss.contains("<media:title type=\"plain\">Phụ lục A &#x26; B</media:title>"),
        "{rss}"
    );
}

#[test]
fn a_language_is_told_if_it_is_one() {
    let said = |site: &str, page: &str| {
        let page = with(bare(9), |record| record.article.language = Some(page.to_owned()));
        let mut of = feed(Document::Current, None, vec![page]);
        of.language = Some(site.to_owned());
        let xml = text([atom(&of).unwrap(), rss(&of).unwrap()].concat());
        (
            xml.matches(" xml:lang=").count(),
            xml.matches("<language>").count(),
            text(json(&of).unwrap()).matches("\"language\":").count(),
        )
    };
    assert_eq!(said("vi", "vi"), (1, 1, 2));
    assert_eq!(said("vi", "en"), (3, 1, 2));
    assert_eq!(said("he", "iw"), (1, 1, 2));
    assert_eq!(said("vi", "vn"), (1, 1, 1));
    assert_eq!(said("vn", "english"), (0, 0, 0));
    let leaf = Outline::Feed {
        title: "A".into(),
        xml_url: "https://a.example/".into(),
        html_url: "https://a.example/".into(),
        language: Some("vn".into()),
        parts: Vec::new(),
    };
    assert!(!text(opml("All", &[leaf])).contains("language"));
}

#[test]
fn an_item_always_says_something() {
    let told = |change: fn(&mut Article)| {
        let entry = with(bare(6), |record| change(&mut record.article));
        let read =
            parser::parse(&*rss(&feed(Document::Current, None, vec![entry])).unwrap()).unwrap();
        read.entries[0].summary.clone().map(|said| said.content).unwrap_or_default()
    };
    assert_eq!(told(|article| article.lead = Some("Lead.".to_owned())), "Lead.");
    assert_eq!(told(|article| article.lead = Some(" \u{8}\u{fffe}".to_owned())), "Nội dung 6");
    let long = told(|article| article.content_text = "một hai ba ".repeat(99));
    assert!(long.ends_with(" một…") && (295..=301).contains(&long.chars().count()), "{long}");
    assert_eq!(told(|article| article.content_text.clear()), "Bài 6");
    // Readers take it for HTML, browsers show it as it is: nothing is escaped that HTML reads as
    // text.
    let written = |lead: &str| {
        let entry = with(bare(6), |record| record.article.lead = Some(lead.to_owned()));
        let document =
            String::from_utf8(rss(&feed(Document::Current, None, vec![entry])).unwrap()).unwrap();
        document
            .rsplit_once("<description>")
            .unwrap()
            .1
            .split_once("</description>")
            .unwrap()
            .0
            .to_owned()
    };
    assert_eq!(written("“A” & \"B\" > 'C' &"), "<![CDATA[“A” & \"B\" > 'C' &]]>");
    assert_eq!(written("AT&T"), "<![CDATA[AT&amp;T]]>");
    assert_eq!(written("1 < 2"), "<![CDATA[1 &lt; 2]]>");
    assert_eq!(written("]]\u{b}>"), "<![CDATA[]]]]><![CDATA[>]]>");
}

#[test]
fn times_at_the_edge_are_written_or_refused_never_a_panic() {
    for offset_s in [0, -12_600, 25_590, 93_599, i32::MAX, i32::MIN] {
        for at in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
            let dated = with(bare(1), |record| {
                record.article.published =
                    Some(Published { at, offset_s, precision: Precision::Minute });
            });
            let feed = feed(Document::Current, None, vec![dated]);
            assert!(atom(&feed).is_ok() && rss(&feed).is_ok(), "{at} {offset_s}");
        }
    }
    let mut late = feed(Document::Current, None, vec![]);
    late.updated = Timestamp::MIN;
    let told = chain(&atom(&late).unwrap_err());
    let why = format!("the instant {} has no RFC 3339 form", Timestamp::MIN);
    assert!(told.contains("feeds/") && told.ends_with(&why), "{told}");
}

/// Reads XML as strictly as the specification asks: balance, names, attributes, references, and no
/// forbidden character.
fn assert_well_formed(document: &[u8]) {
    let text = std::str::from_utf8(document).unwrap();
    assert_eq!(xml::legal(text), text);
    xml_strict::check(text);
}

#[test]
fn what_is_left_out_closes_no_section() {
    let entry = with(bare(7), |record| record.article.content_html = "]]\u{b}><script>".to_owned());
    let document = rss(&feed(Document::Current, None, vec![entry])).unwrap();
    assert_well_formed(&document);
    assert!(String::from_utf8(document).unwrap().contains("]]]]><![CDATA[><script>"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_gives_well_formed_documents(
        title in ".{0,40}|\\PC{0,20}|(]]>|<!\\[CDATA\\[|&amp;|&|<|\u{0}|\u{8}|\u{fffe}|\n){0,8}",
        body in "(.|\\PC|]]>|]]|<!--|<p>|</p>|&lt;|&|\u{b}|\u{ffff}){0,40}",
        url in "(https?://)?.{0,30}",
    ) {
        let entry = with(bare(7), |record| {
            record.via = Some(url.clone());
            record.article.title = title.clone();
            record.article.lead = Some(body.clone());
            record.article.content_html = body.clone();
            record.article.content_text = body.clone();
            record.article.authors = vec![title.clone()];
            record.article.language = Some(title.clone());
            record.article.attachments = vec![Attachment {
                url: url.clone(),
                mime_type: title.clone(),
                title: body.clone(),
            }];
            record.article.url = url.clone();
            record.article.image = Some(url.clone());
        });
        let gone = with(entry.clone(), |record| record.state = RecordState::Withdrawn);
        let mut hostile = feed(Document::Final(2), Some(1), vec![entry, gone]);
        hostile.entries[0].categories = vec![body.clone()];
        hostile.title = title.clone();
        hostile.home = url.clone();
        assert_well_formed(&atom(&hostile).unwrap());
        assert_well_formed(&rss(&hostile).unwrap());
        let leaf = Outline::Feed {
            title: title.clone(),
            xml_url: url.clone(),
            html_url: body.clone(),
            language: Some(body.clone()),
            parts: vec![("section-a".into(), url.clone())],
        };
        let folder = Outline::Folder { title: title.clone(), children: vec![leaf.clone()] };
        assert_well_formed(&opml(&title, &[leaf, folder]));
        let said = parser::parse(&*rss(&hostile).unwrap()).unwrap().entries[0].summary.clone();
        prop_assert!(said.is_some_and(|said| !said.content.trim().is_empty()));
        hostile.scope = Scope::All;
        hostile.entries[0].source_title = body.clone();
        assert_well_formed(&atom(&hostile).unwrap());
        assert_well_formed(&rss(&hostile).unwrap());
        let value: serde_json::Value = serde_json::from_slice(&json(&hostile).unwrap()).unwrap();
        prop_assert_eq!(value["title"].as_str().unwrap(), xml::legal(&title));
        // What is shown as title is never empty, and the content comes back as it went in, but for
        // what XML cannot say.
        let read = parser::parse(&*atom(&hostile).unwrap()).unwrap();
        prop_assert!(
            read.entries[0].title.is_some()
                || title.trim().chars().all(|c| c.is_control() || c.is_whitespace())
        );
    }
}
