//! What is known of an article beside its page.

use ::url::Url;
use jiff::Timestamp;

use super::sanitizer::Sanitizer;

/// What the caller knows beside the page.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The site's id; empty for a file.
    pub site: &'a str,
    /// The page's address.
    pub url: Option<&'a Url>,
    /// The address that identifies the article, when the caller knows better than the page.
    pub canonical: Option<&'a Url>,
    /// The site's zone (IANA name), before the profile's.
    pub timezone: Option<&'a str>,
    /// The site's language, before the page's.
    pub language: Option<&'a str>,
    /// What may be published.
    pub sanitizer: &'a Sanitizer,
    /// Now; dates more than a day ahead of it are none.
    pub now: Timestamp,
}
