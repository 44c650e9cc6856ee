//! OPML 2.0: the list of all feeds, for readers that import subscriptions.

use super::shown::html;
use super::xml::escape;
use crate::domain::language;
use crate::form::uri::uri;

/// A node of the list. Importers take one for a feed or for a folder, so none is both.
#[derive(Clone, Debug)]
pub enum Outline {
    /// A feed.
    Feed {
        /// Its title.
        title: String,
        /// Its address, absolute.
        xml_url: String,
        /// The page it is about, absolute.
        html_url: String,
        /// BCP 47.
        language: Option<String>,
        /// Feeds of its parts that the list has no nodes for: names of letters, digits and hyphens,
        /// and absolute addresses. Importers pass over them; who goes through the list finds them.
        parts: Vec<(String, String)>,
    },
    /// A folder.
    Folder {
        /// Its title.
        title: String,
        /// What it holds.
        children: Vec<Outline>,
    },
}

/// Writes the list. It carries no date, so that it changes only with the feeds.
pub fn opml(title: &str, outlines: &[Outline]) -> Vec<u8> {
    let mut out = String::with_capacity(512 + outlines.len() * 512);
    let has_parts =
        |outline: &Outline| matches!(outline, Outline::Feed { parts, .. } if !parts.is_empty());
    let namespace =
        if outlines.iter().any(has_parts) { " xmlns:part=\"urn:bantin:opml:part\"" } else { "" };
    out.extend([
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\"",
        namespace,
        ">\n<head><title>",
    ]);
    out.push_str(&escape(title));
    out.push_str("</title></head>\n<body>\n");
    outlines.iter().for_each(|outline| write(&mut out, outline));
    out.push_str("</body>\n</opml>\n");
    out.into_bytes()
}

fn write(out: &mut String, outline: &Outline) {
    match outline {
        Outline::Feed { title, xml_url, html_url, language, parts } => {
            let title = shown(if title.is_empty() { xml_url } else { title });
            out.push_str("<outline");
            let mut attribute =
                |name: &str, value: &str| out.extend([" ", name, "=\"", value, "\""]);
            attribute("type", "rss");
            attribute("text", &title);
            attribute("title", &title);
            attribute("xmlUrl", &escape(&uri(xml_url)));
            attribute("htmlUrl", &escape(&uri(html_url)));
            if let Some(language) = language.as_deref().and_then(language::named) {
                attribute("language", &escape(&language));
            }
            for (name, url) in parts {
                attribute(&format!("part:{name}"), &escape(&uri(url)));
            }
            out.push_str("/>\n");
        }
        Outline::Folder { title, children } => {
            // More than its text only nodes with a type may say (OPML 2.0).
            out.extend(["<outline text=\"", &shown(title), "\">\n"]);
            children.iter().for_each(|child| write(out, child));
            out.push_str("</outline>\n");
        }
    }
}

/// Outline text may be HTML (OPML 2.0).
fn shown(title: &str) -> String {
    escape(&html(title))
}
