//! A page read on a thread of the pool: what it is, and what it says.

use std::sync::Arc;

use jiff::Timestamp;

use super::identity::Addresses;
use crate::domain::settings::Lengths;
use crate::domain::{Article, Bound, Fingerprint, Habits, Lesson, Link, Site};
use crate::extract::{self, Reader, Reading, View};
use crate::fetch::Response;
use crate::normalize::{self, Sanitizer};

/// What reading a page brought.
pub(super) enum Read {
    /// An article.
    Article(Box<ReadArticle>),
    /// None, and why; what the page says.
    NoArticle(String, u128),
    /// No page at all, and why.
    NoPage(String),
    /// It was not read to its end, and why.
    Failed(String),
}

/// A page that was read as an article.
pub(super) struct ReadArticle {
    pub(super) article: Article,
    /// The addresses under which it was met.
    pub(super) addresses: Addresses,
    /// What it brings to what is known of the site's pages.
    pub(super) lesson: Lesson,
    /// What was known of them when it was read.
    pub(super) habits: Arc<Habits>,
}

/// What a thread that reads a page is given.
pub(super) struct Job {
    pub(super) reader: Arc<Reader>,
    pub(super) sanitizer: Arc<Sanitizer>,
    pub(super) site: Site,
    pub(super) response: Response,
    pub(super) link: Link,
    /// What the site's pages do alike.
    pub(super) habits: Arc<Habits>,
    /// When the page was had.
    pub(super) now: Timestamp,
    pub(super) lengths: Lengths,
}

impl Job {
    /// Reads the page; also which lengths it was cut to.
    pub(super) fn read(&self) -> Result<(Read, Vec<Bound>), extract::Error> {
        let Self { reader, sanitizer, site, response, lengths, .. } = self;
        let budget = reader.begin();
        let view = View {
            body: &response.body,
            content_type: response.content_type.as_deref(),
            url: Some(&response.url),
            portal: site.portal.as_deref(),
            site: Some(site.id.as_str()),
            teaser: self.link.told.as_deref(),
            habits: Some(&self.habits),
            ..View::default()
        };
        let draft = match reader.article_within(&view, &budget)? {
            Reading::Article(draft) => draft,
            Reading::NoArticle(why) => {
                let said = said(reader.fingerprint(&view), response);
                return Ok((Read::NoArticle(why, said), Vec::new()));
            }
        };
        let addresses = Addresses::of(site, &draft, &response.url, &self.link);
        let context = normalize::Context {
            site: site.id.as_str(),
            url: Some(addresses.first()),
            canonical: Some(addresses.first()),
            timezone: site.timezone.as_deref(),
            language: site.language.as_deref(),
            sanitizer,
            now: self.now,
        };
        let (article, cut) = normalize::article_within(&draft, &context, *lengths);
        budget.check()?;
        if cut.contains(&Bound::Content) {
            // Half an article is none.
            return Err(extract::Error::Bound { what: Bound::Content, limit: lengths.content });
        }
        let habits = self.habits.clone();
        let lesson = draft.lesson;
        Ok((Read::Article(Box::new(ReadArticle { article, addresses, lesson, habits })), cut))
    }
}

/// What a page says that is neither article nor listing: what it is but for tokens and numbers.
pub(super) fn said(fingerprint: Option<Fingerprint>, response: &Response) -> u128 {
    fingerprint.map_or(response.digest, |fingerprint| fingerprint.form)
}

/// Why an answer is no page of the site: another media type, or nothing but the way to another
/// host.
pub(super) fn no_page(response: &Response) -> Option<String> {
    if let Some(url) = &response.elsewhere {
        return Some(format!("it only sends on to {url}, which is not the site's own host"));
    }
    extract::page::media::other(response.content_type.as_deref(), &response.body)
        .map(|media| format!("it is {media}, no page"))
}
