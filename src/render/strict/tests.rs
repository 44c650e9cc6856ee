use super::entry::LARGEST_ENTRY;
use super::{LARGEST, objections};

const RSS: &str = r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>t</title><link>http://a.example/</link><description>d</description><language>vi</language>
<atom:link rel="self" href="https://f.example/feeds/x.rss"/>
<item><title>Một</title><link>http://a.example/1</link><guid isPermaLink="false">urn:x:1</guid>
<description>Lead một</description>
<content:encoded><![CDATA[<p>Một <a href="http://b.example/">x</a></p>]]></content:encoded>
<pubDate>Mon, 02 Feb 2026 08:00:00 +0700</pubDate>
<enclosure url="http://b.example/x.pdf" length="0" type="application/pdf"/>
<media:content url="http://b.example/x.mp4" type="video/mp4" medium="video">
<media:title type="plain">x</media:title></media:content></item>
<item><title>Hai</title><link>http://a.example/2</link><guid isPermaLink="false">urn:x:2</guid>
<description>Lead hai</description>
<content:encoded><![CDATA[<p>Hai</p>]]></content:encoded>
<pubDate>Tue, 03 Feb 2026 08:00:00 +0700</pubDate></item>
</channel></rss>"#;

const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom"
xmlns:at="http://purl.org/atompub/tombstones/1.0" xml:lang="vi">
<title>t</title><id>urn:x:0</id><updated>2026-02-03T01:00:00Z</updated>
<link rel="self" href="https://f.example/feeds/x.atom"/>
<entry><id>urn:x:1</id><title type="html">Một &amp;amp; A</title><summary>Lead một</summary>
<published>2026-02-02T01:00:00Z</published>
<updated>2026-02-02T02:00:00Z</updated><link rel="alternate" href="http://a.example/1"/>
<link rel="enclosure" href="http://b.example/x.pdf" type="application/pdf"/>
<content type="html" xml:lang="en-GB">&lt;p&gt;Một&lt;/p&gt;</content></entry>
<entry><id>urn:x:2</id><title>Hai</title><updated>2026-02-03T01:00:00Z</updated>
<link rel="alternate" href="http://a.example/2"/>
<content type="html">&lt;p&gt;Hai&lt;/p&gt;</content></entry>
<at:deleted-entry ref="urn:x:3" when="2026-02-03T01:00:00Z">
<at:comment>urn:x:1</at:comment></at:deleted-entry>
</feed>"#;

const JSON: &str = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t",
"home_page_url":"http://a.example/","feed_url":"https://f.example/feeds/x.json",
"language":"vi","items":[
{"id":"urn:x:1","url":"http://a.example/1","title":"Một","summary":"Lead một",
"content_html":"<p>Một</p>","date_published":"2026-02-02T08:00:00+07:00",
"date_modified":"2026-02-02T09:00:00+07:00","language":"en-GB",
"attachments":[{"url":"http://b.example/x.pdf","mime_type":"application/pdf"}]},
{"id":"urn:x:2","url":"http://a.example/2","content_html":"<p>Hai</p>"}],
"_bantin":{"deleted":[
{"id":"urn:x:3","time":"2026-02-03T08:00:00+07:00","why":"joined","joined":"urn:x:1"}]}}"#;

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

/// One fault: what stands in a document, what stands there instead, and how what is said of it
/// begins; the entry's id without its `urn:x:`.
type Fault<'a> = (&'a str, &'a str, &'a str);

const RSS_FAULTS: &[Fault<'_>] = &[
    ("<channel>", "<chanel>", ": it cannot be read"),
    ("http://a.example/<", "/<", r#": its link has no whole address: "/""#),
    ("feeds/x.rss", "feeds/y.rss", ": it calls itself https://f.example/feeds/y.rss"),
    (r#"rel="self""#, r#"rel="alternate""#, ": it calls itself nothing"),
    ("<title>t", "<title>", ": its title is empty"),
    ("http://b.example/x.mp4", "/x.mp4", r#"1: its medium has no whole address: "/x.mp4""#),
    ("video/mp4", "video", r#"1: the type of its enclosure is no media type: "video""#),
    (
        "<p>Hai",
        "<p>H\u{fffd}i",
        "2: it holds U+FFFD, which stands for a character that could not be read",
    ),
    (">vi<", ">vn<", r#": its language is none: "vn""#),
    (r#"<guid isPermaLink="false">urn:x:2</guid>"#, "", ": it has no id"),
    ("urn:x:2", "urn:x:1", "1: its id stands there twice"),
    ("http://a.example/2", "http://a.example/1", "2: another entry leads to the same page"),
    ("<title>Hai", "<title> ", "2: its title is empty"),
    ("<title>Hai", "<title>&lt;b>Hai", "2: its title holds markup: <b>Hai"),
    ("<title>Hai", "<title>&amp;amp;nbsp;Hai", "2: its title holds markup: &nbsp;Hai"),
    ("Lead hai", "&amp;lt;i&amp;gt;Lead", "2: its description holds markup: <i>Lead"),
    ("<p>Hai</p>", " ", "2: its content is empty"),
    ("http://b.example/\"", "/x\"", r#"1: its content has no whole address: "/x""#),
    (
        "http://b.example/\"",
        "http://b.example/ă\"",
        "1: its content has a bare 'ă': http://b.example/ă",
    ),
    ("<p>Hai</p>", "<p>Hai<Script>x</script></p>", "2: its content holds <script>"),
    ("Tue, 03", "Mon, 03", "2: its date cannot be read: Mon, 03 Feb 2026 08:00:00 +0700"),
    ("<pubDate>Tue, 03 Feb 2026 08:00:00 +0700</pubDate>", "", "2: its date cannot be read: "),
    ("Tue, 03 Feb 2026", "Wed, 03 Feb 2027", "2: its date is ahead: 2027-02-03T01:00:00Z"),
    ("Tue, 03 Feb 2026", "Fri, 03 Feb 1989", "2: its date is before 1990: 1989-02-03T01:00:00Z"),
    (
        "http://a.example/2",
        "http://c.example/2",
        "2: its page is at c.example, which is not the site's own",
    ),
    ("http://a.example/2", "http://a.example/|", "2: its link has a bare '|': http://a.example/|"),
    ("http://b.example/x.pdf", "x.pdf", r#"1: its enclosure has no whole address: "x.pdf""#),
    (r#"length="0""#, r#"length="many""#, r#"1: the length of its enclosure is no number: "many""#),
    (r#"length="0""#, "", r#"1: the length of its enclosure is no number: """#),
    (
        r#"type="application/pdf""#,
        r#"type="pdf""#,
        r#"1: the type of its enclosure is no media type: "pdf""#,
    ),
];

const ATOM_FAULTS: &[Fault<'_>] = &[
    ("<id>urn:x:0</id>", "<id>x</id>", r#": its id has no whole address: "x""#),
    ("xml:lang=\"vi\"", "xml:lang=\"\"", r#": its language is none: """#),
    ("xml:lang=\"en-GB\"", "xml:lang=\"english\"", ""),
    ("xml:lang=\"en-GB\"", "xml:lang=\"en_GB\"", r#"1: its language is none: "en_GB""#),
    (
        "<updated>2026-02-03T01:00:00Z</updated>\n<link rel=\"self\"",
        "<updated>2026-02-03T00:00:00Z</updated>\n<link rel=\"self\"",
        ": its time of change, 2026-02-03T00:00:00Z, is before that of an entry, \
         2026-02-03T01:00:00Z",
    ),
    ("ref=\"urn:x:3\"", "ref=\"urn:x:2\"", "2: it stands there, and so does its tombstone"),
    ("<id>urn:x:2</id>", "<id>urn:x:1</id>", "1: its id stands there twice"),
    (
        "<id>urn:x:2</id><title>Hai</title><updated>2026-02-03T01:00:00Z</updated>",
        "<id>urn:x:1</id><title>Hai</title><updated>2026-02-02T02:00:00Z</updated>",
        "1: its id stands there twice, with the same time of change",
    ),
    ("Một &amp;amp; A", "&amp;lt;b&amp;gt;", "1: its title holds markup: <b>"),
    ("<title>Hai", "<title>&amp;#9;", "2: its title holds markup: &#9;"),
    ("<summary>Lead", "<summary>&lt;br/>", "1: its description holds markup: <br/> một"),
    (
        "<published>2026-02-02T01:00:00Z",
        "<published>2026-02-03T02:00:01Z",
        "1: it was published, 2026-02-03T02:00:01Z, over a day after it last changed, \
         2026-02-02T02:00:00Z",
    ),
    ("<published>2026-02-02T01:00:00Z", "<published>2026-02-03T02:00:00Z", ""),
    (
        "type=\"application/pdf\"",
        "type=\"\"",
        r#"1: the type of its enclosure is no media type: """#,
    ),
    ("type=\"application/pdf\"", "", ""),
    (
        "type=\"application/pdf\"",
        "length=\"-1\"",
        r#"1: the length of its enclosure is no number: "-1""#,
    ),
    ("2026-02-02T01:00:00Z", "2 February", ": it cannot be read"),
];

const JSON_FAULTS: &[Fault<'_>] = &[
    ("\"items\"", "items", ": it cannot be read"),
    ("<p>Hai</p>", "<p>Một</p>", ""),
    (
        "\"content_html\":\"<p>Hai</p>\"",
        "\"title\":\"Một\",\"content_html\":\"<p>Một</p>\"",
        "2: title and text are those of urn:x:1",
    ),
    ("\"title\":\"Một\"", "\"title\":\"\"", "1: its title is empty"),
    (
        "\"date_modified\":\"2026-02-02T09:00:00+07:00\"",
        "\"date_modified\":\"today\"",
        "1: its date cannot be read: today",
    ),
    ("\"application/pdf\"", "null", r#"1: the type of its enclosure is no media type: """#),
    ("http://b.example/x.pdf", "x.pdf", r#"1: its attachment has no whole address: "x.pdf""#),
    (
        "\"language\":\"en-GB\"",
        "\"language\":\"Tiếng Việt\"",
        r#"1: its language is none: "Tiếng Việt""#,
    ),
    ("{\"id\":\"urn:x:3\"", "{\"id\":\"urn:x:1\"", "1: it stands there, and so does its tombstone"),
    ("feeds/x.json", "feeds/x/1.json", ": it calls itself https://f.example/feeds/x/1.json"),
];

fn assert_told(path: &str, good: &str, faults: &[Fault<'_>]) {
    let mut missed = Vec::new();
    for (from, to, want) in faults {
        assert!(good.contains(from), "{path}: {from}");
        let found = said(path, &good.replacen(from, to, 1));
        let begins = |one: &String| one.strip_prefix("urn:x:").unwrap_or(one).starts_with(want);
        let is_told =
            if want.is_empty() { found.is_empty() } else { found.len() == 1 && begins(&found[0]) };
        if !is_told {
            missed.push(format!("{path}: {from} is {to:.80}: {found:.300?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn each_fault_is_said_once() {
    assert_told("feeds/x.rss", RSS, RSS_FAULTS);
    assert_told("feeds/x.atom", ATOM, ATOM_FAULTS);
    assert_told("feeds/x.json", JSON, JSON_FAULTS);
}

#[test]
fn what_is_too_large_is_told() {
    let over = format!("<p>Hai {}</p>", "dài ".repeat(LARGEST_ENTRY / 4));
    let huge = format!("<title>{}</title><link>http://a.example/</link>", "t".repeat(LARGEST));
    let bytes = RSS.len() + LARGEST - 1;
    let told = format!(": it has {bytes} bytes, over 500000");
    let head = "<title>t</title><link>http://a.example/</link>";
    assert_told("feeds/x.rss", RSS, &[("<p>Hai</p>", &over, "2: it has"), (head, &huge, &told)]);
}
