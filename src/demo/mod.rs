//! The sample portal: one server on loopback for `bantin demo` and the end-to-end tests, with switches that make it misbehave.
//! Its pages, words and markup are data; it must never read the network, the clock of its articles is a parameter.

mod article;
mod asset;
mod compose;
mod data;
mod dice;
mod fault;
mod listing;
mod page;
mod part;
mod portal;
mod postback;
mod route;
mod server;
mod side;
mod story;
mod switch;
#[cfg(test)]
mod tests;
mod truth;
mod wire;
mod world;

use jiff::Timestamp;

pub use fault::Fault;
pub use portal::Portal;
pub use story::{Author, AuthorForm, Withdrawal};
pub use switch::Edit;
pub use truth::{Listed, Told, Truth};
pub use wire::Request;

/// The frame that the portal's engine draws round blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chrome {
    /// SharePoint 2007.
    SharePoint2007,
    /// SharePoint 2010.
    SharePoint2010,
    /// SharePoint 2013.
    SharePoint2013,
}

/// The vendor's markup inside the blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skin {
    /// Layout tables.
    Tables,
    /// Divs and headings.
    Divs,
    /// Spans divided by line breaks.
    Spans,
    /// Definition lists, figures.
    Dl,
}

/// What kind of portal is wanted.
#[derive(Clone, Debug)]
pub struct Options {
    /// The frame round blocks.
    pub chrome: Chrome,
    /// The markup inside them.
    pub skin: Skin,
    /// What block names begin with, such as `PublishingPortal - Block_BanTin`.
    pub prefix: String,
    /// How many articles there are at first.
    pub articles: usize,
    /// The same seed makes the same portal.
    pub seed: u64,
    /// The portal's now at its start: no date lies after it.
    pub epoch: Timestamp,
    /// Whether some pages carry ETag or Last-Modified.
    pub validators: bool,
    /// Whether some pages are sent in gzip to who accepts it.
    pub gzip: bool,
    /// The view state, styles and scripts of every page, in percent of the usual 65 kB.
    pub weight: usize,
    /// How many articles stand in a second section too, under the same address: one in so many; 0: none.
    pub shared: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            chrome: Chrome::SharePoint2010,
            skin: Skin::Divs,
            prefix: data::data().site.prefix.clone(),
            articles: 120,
            seed: 1,
            epoch: Timestamp::constant(1_795_500_000, 0),
            validators: true,
            gzip: true,
            weight: 100,
            shared: 15,
        }
    }
}
