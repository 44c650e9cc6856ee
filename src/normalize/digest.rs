//! Digests: what makes a version, what two addresses of one article share, what a teaser says.
//!
//! Every field is hashed with its mark and length. A change here makes a new version of every
//! article that is read again.

use sha2::{Digest, Sha256};
use url::Url;

use crate::domain::{Article, Precision, Teaser};

use super::text;
use super::url::key;

/// A hash of marked fields.
struct Fields(Sha256);

impl Fields {
    fn new() -> Self {
        Self(Sha256::new())
    }
    fn add(&mut self, mark: u8, value: &str) {
        let length = u64::try_from(value.len()).unwrap_or(u64::MAX);
        let mut head = [mark; 9];
        head[1..].copy_from_slice(&length.to_be_bytes());
        self.0.update(head);
        self.0.update(value);
    }
    fn end(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// What makes a version (CONTRACT section 3): title, lead, date, authors, texts, captions,
/// addresses of pictures and attachments.
/// `marks`: what markup says beside the texts, each with its kind.
pub(super) fn version(
    article: &Article,
    texts: &[(bool, &str)],
    marks: &[(u8, String)],
    pictures: &[String],
) -> [u8; 32] {
    let mut fields = Fields::new();
    fields.add(b't', &article.title);
    fields.add(b'l', article.lead.as_deref().unwrap_or_default());
    if let Some(published) = article.published {
        let day = if published.precision == Precision::Day { " day" } else { "" };
        fields.add(b'd', &format!("{}{day}", published.at));
    }
    article.authors.iter().for_each(|name| fields.add(b'a', name));
    texts.iter().for_each(|(caption, piece)| fields.add(if *caption { b'c' } else { b'p' }, piece));
    marks.iter().for_each(|(kind, said)| fields.add(*kind, said));
    pictures.iter().for_each(|picture| fields.add(b'i', &same(picture)));
    article.attachments.iter().for_each(|attachment| fields.add(b'f', &same(&attachment.url)));
    fields.end()
}

/// All that a page says of an article, its markup and its address too: what an archive must not
/// miss.
pub(super) fn said(article: &Article, answered: &Url) -> u128 {
    let mut fields = Fields::new();
    fields.add(b'u', answered.as_str());
    fields.add(b'c', &article.url);
    fields.0.update(article.digest);
    fields.add(b'h', &article.content_html);
    fields.add(b'i', article.image.as_deref().unwrap_or_default());
    fields.add(b'g', article.language.as_deref().unwrap_or_default());
    article.attachments.iter().for_each(|attachment| fields.add(b'f', &attachment.title));
    fields.end().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// Title and body texts alone.
pub(super) fn body(title: &str, texts: &[(bool, &str)]) -> [u8; 32] {
    let mut fields = Fields::new();
    fields.add(b't', title);
    texts.iter().filter(|(caption, _)| !caption).for_each(|(_, piece)| fields.add(b'p', piece));
    fields.end()
}

/// The first eight bytes of the digest of a teaser.
pub(super) fn teaser(teaser: &Teaser, key: &str) -> u64 {
    let mut fields = Fields::new();
    fields.add(b'u', key);
    fields.add(b't', &text::clean(&teaser.title));
    fields.add(b'd', &teaser.date.map_or(String::new(), |date| format!("{date:?}")));
    fields.add(b'i', &teaser.image.as_deref().map_or(String::new(), same));
    fields.end().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// An address as far as it says which thing is meant.
fn same(address: &str) -> String {
    Url::parse(address).map_or_else(|_| address.to_owned(), |url| key(&url))
}
