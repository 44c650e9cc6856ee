use super::*;

const RSS: &str = r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>t</title><link>http://a.example/</link><description>d</description><language>vi</language>
<atom:link rel="self" href="https://f.example/feeds/x.rss"/>
<item><title>Một</title><link>http://a.example/1</link><guid isPermaLink="false">urn:x:1</guid><description>Lead một</description>
<content:encoded><![CDATA[<p>Một <a href="http://b.example/">x</a></p>]]></content:encoded><pubDate>Mon, 02 Feb 2026 08:00:00 +0700</pubDate>
<enclosure url="http://b.example/x.pdf" length="0" type="application/pdf"/>
<media:content url="http://b.example/x.mp4" type="video/mp4" medium="video"><media:title type="plain">x</media:title></media:content></item>
<item><title>Hai</title><link>http://a.example/2</link><guid isPermaLink="false">urn:x:2</guid><description>Lead hai</description>
<content:encoded><![CDATA[<p>Hai</p>]]></content:encoded><pubDate>Tue, 03 Feb 2026 08:00:00 +0700</pubDate></item>
</channel></rss>"#;

const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" xml:lang="vi">
<title>t</title><id>urn:x:0</id><updated>2026-02-03T01:00:00Z</updated><link rel="self" href="https://f.example/feeds/x.atom"/>
<entry><id>urn:x:1</id><title type="html">Một &amp;amp; A</title><summary>Lead một</summary><published>2026-02-02T01:00:00Z</published>
<updated>2026-02-02T02:00:00Z</updated><link rel="alternate" href="http://a.example/1"/>
<link rel="enclosure" href="http://b.example/x.pdf" type="application/pdf"/><content type="html" xml:lang="en-GB">&lt;p&gt;Một&lt;/p&gt;</content></entry>
<entry><id>urn:x:2</id><title>Hai</title><updated>2026-02-03T01:00:00Z</updated><link rel="alternate" href="http://a.example/2"/>
<content type="html">&lt;p&gt;Hai&lt;/p&gt;</content></entry>
<at:deleted-entry ref="urn:x:3" when="2026-02-03T01:00:00Z"><at:comment>urn:x:1</at:comment></at:deleted-entry>
</feed>"#;

const JSON: &str = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","home_page_url":"http://a.example/","feed_url":"https://f.example/feeds/x.json",
"language":"vi","items":[
{"id":"urn:x:1","url":"http://a.example/1","title":"Một","summary":"Lead một","content_html":"<p>Một</p>","date_published":"2026-02-02T08:00:00+07:00",
"date_modified":"2026-02-02T09:00:00+07:00","language":"en-GB","attachments":[{"url":"http://b.example/x.pdf","mime_type":"application/pdf"}]},
{"id":"urn:x:2","url":"http://a.example/2","content_html":"<p>Hai</p>"}],
"_bantin":{"deleted":[{"id":"urn:x:3","time":"2026-02-03T08:00:00+07:00","why":"joined","joined":"urn:x:1"}]}}"#;

fn said(path: &str, document: &str) -> Vec<String> {
    let now = "2026-06-01T00:00:00Z".parse().unwrap();
    let found =
        objections(path, document.as_bytes(), now, |url| url.host_str() == Some("a.example"));
    found
        .into_iter()
        .map(|one| format!("{}: {}", one.entry.unwrap_or_default(), one.what))
        .collect()
}

#[test]
fn what_is_as_it_should_be_meets_no_objection() {
    for (path, document) in [("feeds/x.rss", RSS), ("feeds/x.atom", ATOM), ("feeds/x.json", JSON)] {
        assert_eq!(said(path, document), [""; 0], "{path}");
    }
}

/// One fault each: what stands in a document, what stands there instead, and what is said of it.
#[test]
fn each_fault_is_said_once() {
    let long = "dài ".repeat(LARGEST_ENTRY / 4);
    let over = format!("<p>Hai {long}</p>");
    let huge = format!("<title>{}</title><link>http://a.example/</link>", "t".repeat(LARGEST));
    let entry = |n: u8, what: &str| format!("urn:x:{n}: {what}");
    let rss: &[(&str, &str, String)] = &[
        (
            "<title>t</title><link>http://a.example/</link>",
            &huge,
            format!(": it has {} bytes, over 500000", RSS.len() + LARGEST - 1),
        ),
        ("<channel>", "<chanel>", ": it cannot be read".to_owned()),
        ("http://a.example/<", "/<", r#": its link has no whole address: "/""#.to_owned()),
        (
            "feeds/x.rss",
            "feeds/y.rss",
            ": it calls itself https://f.example/feeds/y.rss".to_owned(),
        ),
        (r#"rel="self""#, r#"rel="alternate""#, ": it calls itself nothing".to_owned()),
        ("<title>t", "<title>", ": its title is empty".to_owned()),
        (
            "http://b.example/x.mp4",
            "/x.mp4",
            entry(1, r#"its medium has no whole address: "/x.mp4""#),
        ),
        ("video/mp4", "video", entry(1, r#"the type of its enclosure is no media type: "video""#)),
        (
            "<p>Hai",
            "<p>H\u{fffd}i",
            entry(2, "it holds U+FFFD, which stands for a character that could not be read"),
        ),
        (">vi<", ">vn<", r#": its language is none: "vn""#.to_owned()),
        (r#"<guid isPermaLink="false">urn:x:2</guid>"#, "", ": it has no id".to_owned()),
        ("urn:x:2", "urn:x:1", entry(1, "its id stands there twice")),
        (
            "http://a.example/2",
            "http://a.example/1",
            entry(2, "another entry leads to the same page"),
        ),
        ("<title>Hai", "<title> ", entry(2, "its title is empty")),
        ("<title>Hai", "<title>&lt;b>Hai", entry(2, "its title holds markup: <b>Hai")),
        ("<title>Hai", "<title>&amp;amp;nbsp;Hai", entry(2, "its title holds markup: &nbsp;Hai")),
        ("Lead hai", "&amp;lt;i&amp;gt;Lead", entry(2, "its description holds markup: <i>Lead")),
        ("<p>Hai</p>", " ", entry(2, "its content is empty")),
        ("<p>Hai</p>", &over, entry(2, "it has")),
        ("http://b.example/\"", "/x\"", entry(1, r#"its content has no whole address: "/x""#)),
        (
            "http://b.example/\"",
            "http://b.example/ă\"",
            entry(1, "its content has a bare 'ă': http://b.example/ă"),
        ),
        ("<p>Hai</p>", "<p>Hai<Script>x</script></p>", entry(2, "its content holds <script>")),
        (
            "Tue, 03",
            "Mon, 03",
            entry(2, "its date cannot be read: Mon, 03 Feb 2026 08:00:00 +0700"),
        ),
        (
            "<pubDate>Tue, 03 Feb 2026 08:00:00 +0700</pubDate>",
            "",
            entry(2, "its date cannot be read: "),
        ),
        (
            "Tue, 03 Feb 2026",
            "Wed, 03 Feb 2027",
            entry(2, "its date is ahead: 2027-02-03T01:00:00Z"),
        ),
        (
            "Tue, 03 Feb 2026",
            "Fri, 03 Feb 1989",
            entry(2, "its date is before 1990: 1989-02-03T01:00:00Z"),
        ),
        (
            "http://a.example/2",
            "http://c.example/2",
            entry(2, "its page is at c.example, which is not the site's own"),
        ),
        (
            "http://a.example/2",
            "http://a.example/|",
            entry(2, "its link has a bare '|': http://a.example/|"),
        ),
        (
            "http://b.example/x.pdf",
            "x.pdf",
            entry(1, r#"its enclosure has no whole address: "x.pdf""#),
        ),
        (
            r#"length="0""#,
            r#"length="many""#,
            entry(1, r#"the length of its enclosure is no number: "many""#),
        ),
        (r#"length="0""#, "", entry(1, r#"the length of its enclosure is no number: """#)),
        (
            r#"type="application/pdf""#,
            r#"type="pdf""#,
            entry(1, r#"the type of its enclosure is no media type: "pdf""#),
        ),
    ];
    let atom: &[(&str, &str, String)] = &[
        ("<id>urn:x:0</id>", "<id>x</id>", r#": its id has no whole address: "x""#.to_owned()),
        ("xml:lang=\"vi\"", "xml:lang=\"\"", r#": its language is none: """#.to_owned()),
        ("xml:lang=\"en-GB\"", "xml:lang=\"english\"", String::new()),
        ("xml:lang=\"en-GB\"", "xml:lang=\"en_GB\"", entry(1, r#"its language is none: "en_GB""#)),
        (
            "<updated>2026-02-03T01:00:00Z</updated><link rel=\"self\"",
            "<updated>2026-02-03T00:00:00Z</updated><link rel=\"self\"",
            ": its time of change, 2026-02-03T00:00:00Z, is before that of an entry, 2026-02-03T01:00:00Z".to_owned(),
        ),
        ("ref=\"urn:x:3\"", "ref=\"urn:x:2\"", entry(2, "it stands there, and so does its tombstone")),
        ("<id>urn:x:2</id>", "<id>urn:x:1</id>", entry(1, "its id stands there twice")),
        (
            "<id>urn:x:2</id><title>Hai</title><updated>2026-02-03T01:00:00Z</updated>",
            "<id>urn:x:1</id><title>Hai</title><updated>2026-02-02T02:00:00Z</updated>",
            entry(1, "its id stands there twice, with the same time of change"),
        ),
        ("Một &amp;amp; A", "&amp;lt;b&amp;gt;", entry(1, "its title holds markup: <b>")),
        ("<title>Hai", "<title>&amp;#9;", entry(2, "its title holds markup: &#9;")),
        ("<summary>Lead", "<summary>&lt;br/>", entry(1, "its description holds markup: <br/> một")),
        (
            "<published>2026-02-02T01:00:00Z",
            "<published>2026-02-03T02:00:01Z",
            entry(1, "it was published, 2026-02-03T02:00:01Z, over a day after it last changed, 2026-02-02T02:00:00Z"),
        ),
        ("<published>2026-02-02T01:00:00Z", "<published>2026-02-03T02:00:00Z", String::new()),
        ("type=\"application/pdf\"", "type=\"\"", entry(1, r#"the type of its enclosure is no media type: """#)),
        ("type=\"application/pdf\"", "", String::new()),
        ("type=\"application/pdf\"", "length=\"-1\"", entry(1, r#"the length of its enclosure is no number: "-1""#)),
        ("2026-02-02T01:00:00Z", "2 February", ": it cannot be read".to_owned()),
    ];
    let json: &[(&str, &str, String)] = &[
        ("\"items\"", "items", ": it cannot be read".to_owned()),
        ("<p>Hai</p>", "<p>Một</p>", String::new()),
        (
            "\"content_html\":\"<p>Hai</p>\"",
            "\"title\":\"Một\",\"content_html\":\"<p>Một</p>\"",
            entry(2, "title and text are those of urn:x:1"),
        ),
        ("\"title\":\"Một\"", "\"title\":\"\"", entry(1, "its title is empty")),
        (
            "\"date_modified\":\"2026-02-02T09:00:00+07:00\"",
            "\"date_modified\":\"today\"",
            entry(1, "its date cannot be read: today"),
        ),
        (
            "\"application/pdf\"",
            "null",
            entry(1, r#"the type of its enclosure is no media type: """#),
        ),
        (
            "http://b.example/x.pdf",
            "x.pdf",
            entry(1, r#"its attachment has no whole address: "x.pdf""#),
        ),
        (
            "\"language\":\"en-GB\"",
            "\"language\":\"Tiếng Việt\"",
            entry(1, r#"its language is none: "Tiếng Việt""#),
        ),
        (
            "{\"id\":\"urn:x:3\"",
            "{\"id\":\"urn:x:1\"",
            entry(1, "it stands there, and so does its tombstone"),
        ),
        (
            "feeds/x.json",
            "feeds/x/1.json",
            ": it calls itself https://f.example/feeds/x/1.json".to_owned(),
        ),
    ];
    let mut missed = Vec::new();
    for (path, good, table) in
        [("feeds/x.rss", RSS, rss), ("feeds/x.atom", ATOM, atom), ("feeds/x.json", JSON, json)]
    {
        for (from, to, want) in table {
            assert!(good.contains(from), "{path}: {from}");
            let found = said(path, &good.replacen(from, to, 1));
            let is_told = if want.is_empty() {
                found.is_empty()
            } else {
                found.len() == 1 && found[0].starts_with(want)
            };
            if !is_told {
                missed.push(format!("{path}: {from} is {to:.80}: {found:.300?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn addresses_are_those_of_rfc_3986() {
    for good in [
        "http://a.example/",
        "https://[::1]:80/a?b=c%20d#e",
        "urn:uuid:0a",
        "mailto:a@b",
        "http://a.example/(x)/~y;z='",
    ] {
        assert_eq!(uri_fault("link", good), None, "{good}");
    }
    for bad in [
        "",
        "a/b",
        "/a",
        "http://",
        "http://a/%",
        "http://a/%2x",
        "http://a/a b",
        "http://a/ă",
        "http://a/x[1]",
        "http://a/|",
        "http://a/#b#c",
        "1a:b",
    ] {
        assert!(uri_fault("link", bad).is_some(), "{bad}");
    }
}

#[test]
fn languages_and_media_types_are_told_from_what_is_none() {
    for good in ["vi", "VI", "en-GB", "zh-Hant-TW", "hmn", "x-bantin", "i-klingon", "sr-Latn-RS"] {
        assert!(is_language(good), "{good}");
    }
    for bad in ["", "v", "x", "vn", "zz", "vi_VN", "vi-", "vi-việt", "tiếng", "en-abcdefghi", "1a"]
    {
        assert!(!is_language(bad), "{bad}");
    }
    for good in [
        "application/pdf",
        "text/html; charset=utf-8",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ] {
        assert!(is_media_type(good), "{good}");
    }
    for bad in ["", "pdf", "/pdf", "application/", "a/b/c", "application /pdf", "a/b c"] {
        assert!(!is_media_type(bad), "{bad}");
    }
}
