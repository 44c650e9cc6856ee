//! What is given to be read, and what comes of it.

use url::Url;

use crate::domain::{Draft, Fault, Fingerprint, Habits, Subject, Teaser};

/// What is read: a page's bytes and what is known of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'a> {
    /// The body as it came, codings of the transfer undone.
    pub body: &'a [u8],
    /// The Content-Type field, if any.
    pub content_type: Option<&'a str>,
    /// The page's address, where known.
    pub url: Option<&'a Url>,
    /// The portal profile's name; `None`: the one that fits.
    pub portal: Option<&'a str>,
    /// The site that it is a page of: rules of its own go before the portal's.
    pub site: Option<&'a str>,
    /// What the listing said of it that it was found in.
    pub teaser: Option<&'a Teaser>,
    /// What the pages of its site do alike.
    pub habits: Option<&'a Habits>,
    /// Whether the draft says where each field came from ([`Draft::trace`]); a visit does not ask.
    pub explain: bool,
}

/// A page beside what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The known page.
    pub known: &'a Fingerprint,
    /// The page now.
    pub now: &'a Fingerprint,
    /// The step of the ladder that is known to leave out no list.
    pub least: u8,
}

/// What reading an article page brought.
#[derive(Debug)]
pub enum Reading {
    /// What the page says.
    Article(Box<Draft>),
    /// The page is none, and why.
    NoArticle(String),
}

/// A fault of an engine or a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadData {
    /// Of what.
    pub subject: Subject,
    /// What is wrong, by key path.
    pub fault: Fault,
}
