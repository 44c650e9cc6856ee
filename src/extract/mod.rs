//! Page to blocks to draft: what a page says, read by its engine's chrome and its portal's profile.
//!
//! Pure and synchronous: no file, no network, no clock of its own. It must never know a site, a language or a selector
//! (those are data in `config/`), never clean or judge what it read, and never name the parser outside of `dom/`.

pub mod address;
mod article;
mod block_name;
pub mod blocks;
mod compiled;
pub mod date;
pub mod decode;
pub mod dom;
pub mod engine;
pub mod error;
pub mod extent;
mod fields;
pub mod form;
mod frame;
mod gist;
mod head;
mod inline;
mod letters;
mod lines;
pub mod listing;
mod manuscript;
pub mod marks;
pub mod media;
mod meter;
pub mod pager;
pub mod pattern;
mod patterns;
mod place;
pub mod profile;
mod reader;
pub mod refresh;
pub mod roles;
mod scan;
pub mod sheet;
pub mod slim;
mod strange;
mod table;
pub mod teaser;
mod text_capture;
pub mod visible;
pub mod vocabulary;
mod way;
mod words;
mod writer;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use meter::{Limits, Meter};
pub use reader::Reader;

use url::Url;

use crate::domain::{Draft, Fault};

/// What is read: a page's bytes and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The body as it came, codings of the transfer undone.
    pub body: &'a [u8],
    /// The Content-Type field, if any.
    pub content_type: Option<&'a str>,
    /// The page's address, where known.
    pub url: Option<&'a Url>,
    /// The portal profile's name; `None`: the one that fits.
    pub portal: Option<&'a str>,
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
    /// `engine` or `portal`.
    pub kind: &'static str,
    /// The file's name.
    pub name: String,
    /// What is wrong, by key path.
    pub fault: Fault,
}
