//! What kind of portal is wanted.

use jiff::Timestamp;

use super::data;
use super::skin::{Chrome, Skin};

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
    /// How many articles stand in a second section too, under the same address: one in so many; 0:
    /// none.
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
