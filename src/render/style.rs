//! The style sheet that RSS and Atom documents name, so that who opens one in a browser sees
//! titles, dates and leads.

use memchr::memmem;

use super::shown;
use crate::domain::feed::Feed;

/// Where the style sheet is served, below the public URL. Final documents name it for ever.
pub const STYLE_PATH: &str = "feeds/feed.css";
/// The style sheet.
pub const STYLE: &str = include_str!("feed.css");

/// The written document with the style sheet's name after its XML declaration.
pub(super) fn styled(feed: &Feed, mut document: Vec<u8>) -> Vec<u8> {
    let declared = if document.starts_with(b"<?xml ") {
        memmem::find(&document, b"?>").map_or(0, |at| at + 2)
    } else {
        0
    };
    let instruction = format!("\n<?xml-stylesheet type=\"text/css\" href=\"{}\"?>", href(feed));
    document.splice(declared..declared, instruction.into_bytes());
    document
}

/// The style sheet as seen from the document, so that it is found under whatever name the tree is
/// served.
fn href(feed: &Feed) -> String {
    let path = shown::address(feed, "atom");
    let below_feeds = path[feed.public_url.len()..].matches('/').count().saturating_sub(1);
    format!("{}feed.css", "../".repeat(below_feeds))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::domain::feed::{Document, Scope};
    use crate::domain::{SectionId, SiteId};
    use crate::render::Form;

    #[test]
    fn every_document_finds_its_style_sheet() {
        let (site, section) = (SiteId::new("bac-ha").unwrap(), SectionId::new("tin-tuc").unwrap());
        let table = [
            (Scope::All, Document::Current),
            (Scope::Site(site.clone()), Document::Current),
            (Scope::Section(site.clone(), section), Document::Current),
            (Scope::Site(site.clone()), Document::Open(2)),
            (Scope::Site(site), Document::Final(1)),
        ];
        for (scope, document) in table {
            for public_url in ["https://feeds.example/", "https://example.org/a/b/"] {
                let feed = Feed {
                    scope: scope.clone(),
                    document,
                    public_url: public_url.to_owned(),
                    ..feed()
                };
                let address = Url::parse(&shown::address(&feed, "atom")).unwrap();
                assert_eq!(
                    address.join(&href(&feed)).unwrap().as_str(),
                    format!("{public_url}{STYLE_PATH}")
                );
                let documents = [Form::Atom, Form::Rss]
                    .map(|form| crate::render::document(&feed, form).unwrap());
                for document in documents.map(|bytes| String::from_utf8(bytes).unwrap()) {
                    let after = document
                        .split_once("?>\n<?xml-stylesheet type=\"text/css\" href=\"")
                        .unwrap()
                        .1;
                    assert!(
                        document.starts_with("<?xml ") && after.starts_with(&href(&feed)),
                        "{document}"
                    );
                }
            }
        }
    }

    fn feed() -> Feed {
        Feed {
            scope: Scope::All,
            author: String::new(),
            title: "Tin".to_owned(),
            home: "https://portal.example/".to_owned(),
            language: None,
            public_url: String::new(),
            document: Document::Current,
            previous: None,
            updated: "2026-01-02T03:04:05Z".parse().unwrap(),
            entries: Vec::new(),
        }
    }
}
