//! A page as blocks: what an engine's chrome encloses, by name and role.

use serde::{Deserialize, Serialize};
use url::Url;

use super::draft::Written;
use super::role::Role;

/// A page segmented into blocks.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The page's own address, where known.
    pub url: Option<Url>,
    /// The engine whose chrome was found.
    pub engine: Option<String>,
    /// The portal profile that fits, if any.
    pub portal: Option<String>,
    /// Why this engine and this profile were chosen, one reason a line.
    pub why: Vec<String>,
    /// Which way the page was read.
    pub way: Way,
    /// The blocks in reading order.
    pub blocks: Vec<Block>,
}

/// How a page is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Scanned for its blocks; only those that are needed become trees.
    Scanned,
    /// By a tree of the whole page.
    #[default]
    Whole,
}

/// One block of a page.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its name as the engine's chrome or the profile gives it; may be empty.
    pub name: String,
    /// The role that the profile gives it.
    pub role: Role,
    /// Its visible text, lines divided by `\n`.
    pub text: String,
    /// Its links in order.
    pub links: Vec<Anchor>,
    /// Its teasers and pager, if it is a listing.
    pub listing: Option<Listing>,
}

/// A link of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its visible text.
    pub title: String,
    /// Absolute where the page's address is known, else as written.
    pub url: String,
}

/// A listing's content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The items in the page's order; empty for an empty list, which is a listing too.
    pub teasers: Vec<Teaser>,
    /// How to get the next page; `None` on the last.
    pub next: Option<PageRequest>,
}

/// One item of a listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Teaser {
    /// The article's address, absolute where the page's is known, else as written.
    pub url: String,
    /// Its title as the list shows it; may be empty.
    pub title: String,
    /// Its date, where shown.
    pub date: Option<Written>,
    /// What it says under its title, where that is running text.
    pub lead: Option<String>,
    /// Its picture's address.
    pub image: Option<String>,
}

impl Teaser {
    /// The longest text and the longest address that are kept, in bytes.
    const KEPT: usize = 300;

    /// As much of it as is kept with its link; `None` where it says nothing. A text that is cut
    /// ends with dots; a picture whose address is longer is none.
    pub fn brief(&self) -> Option<Teaser> {
        let lead = self.lead.as_deref().map(brief).filter(|lead| !lead.is_empty());
        let image = self.image.clone().filter(|image| image.len() <= Self::KEPT);
        let teaser =
            Teaser { url: self.url.clone(), title: brief(&self.title), lead, image, ..*self };
        let says = !teaser.title.is_empty()
            || teaser.date.is_some()
            || teaser.lead.is_some()
            || teaser.image.is_some();
        says.then_some(teaser)
    }
}

/// A text, cut where it is too long to be kept.
fn brief(text: &str) -> String {
    const DOTS: &str = "…";
    if text.len() <= Teaser::KEPT {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(Teaser::KEPT - DOTS.len());
    format!("{}{DOTS}", text.get(..end).unwrap_or_default().trim_end())
}

/// The request that turns a listing to another page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageRequest {
    /// A plain link.
    Get(String),
    /// A form post, such as an ASP.NET post-back: address and fields in order, hidden inputs
    /// included.
    Post {
        /// The form's action, absolute.
        url: String,
        /// Names and values, not yet encoded.
        fields: Vec<(String, String)>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teaser_is_kept_within_its_bounds() {
        let whole = Teaser {
            url: "https://a.example/1".into(),
            title: "ố".repeat(200),
            date: None,
            lead: Some("Ngắn.".into()),
            image: Some("x".repeat(301)),
        };
        let brief = whole.brief().unwrap();
        assert_eq!(brief.title, format!("{}…", "ố".repeat(99)));
        assert_eq!((brief.lead, brief.image), (whole.lead.clone(), None));
        let kept = Teaser { title: "a".repeat(300), image: Some("x".repeat(300)), ..whole.clone() };
        let kept = Teaser { lead: None, ..kept };
        assert_eq!(kept.brief(), Some(kept.clone()));
        let nothing = Teaser { title: String::new(), lead: None, ..whole };
        assert_eq!(nothing.brief(), None);
    }
}
