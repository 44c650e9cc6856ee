//! OPML 2.0: the list of all feeds, for readers that import subscriptions.

use super::shown::like_markup;
use super::xml::escape;

/// One feed in the list, with the feeds below it.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Its title.
    pub title: String,
    /// Its address, absolute.
    pub xml_url: String,
    /// The page it is about, absolute.
    pub html_url: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// A site's sections.
    pub children: Vec<Outline>,
}

/// Writes the list. It carries no date, so that it changes only with the feeds.
pub fn opml(title: &str, outlines: &[Outline]) -> Vec<u8> {
    let mut out = String::with_capacity(512 + outlines.len() * 512);
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\">\n<head><title>");
    out.push_str(&escape(title));
    out.push_str("</title></head>\n<body>\n");
    outlines.iter().for_each(|outline| write(&mut out, outline));
    out.push_str("</body>\n</opml>\n");
    out.into_bytes()
}

fn write(out: &mut String, outline: &Outline) {
    let title = if outline.title.is_empty() { &outline.xml_url } else { &outline.title };
    // Outline text may be HTML (OPML 2.0), so what reads like it is escaped once more.
    let title = if like_markup(title) { escape(&escape(title)) } else { escape(title) };
    out.push_str("<outline type=\"rss\"");
    let mut attribute = |name: &str, value: &str| out.extend([" ", name, "=\"", value, "\""]);
    attribute("text", &title);
    attribute("title", &title);
    attribute("xmlUrl", &escape(&outline.xml_url));
    if let Some(url) = &outline.html_url {
        attribute("htmlUrl", &escape(url));
    }
    if let Some(language) = &outline.language {
        attribute("language", &escape(language));
    }
    if outline.children.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    outline.children.iter().for_each(|child| write(out, child));
    out.push_str("</outline>\n");
}
