//! A page whose engine and profile are chosen, and the lines of its blocks.

use url::Url;

use super::fields::{images, special};
use crate::domain::{Habits, Teaser};
use crate::extract::blocks::area::Area;
use crate::extract::html::dom::{Node, Tree};
use crate::extract::html::visible::Hidden;
use crate::extract::lines::build;
use crate::extract::lines::line::{LineOptions, Lines};
use crate::extract::rules::engine::Engine;
use crate::extract::rules::profile::Profile;

/// A page whose engine and profile are chosen.
pub(crate) struct Source<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The engine, if its marks were found.
    pub engine: Option<&'a Engine>,
    /// What the engine's pages hide.
    pub hidden: &'a Hidden,
    /// The page's address.
    pub url: Option<&'a Url>,
    /// Texts of scripts that were left out of the page.
    pub silent: &'a [&'a str],
    /// The whole page.
    pub tree: &'a Tree<'a>,
    /// Its blocks, with their roles.
    pub areas: &'a [Area<'a>],
    /// What the listing said of it.
    pub teaser: Option<&'a Teaser>,
    /// What the pages of its site do alike.
    pub habits: Option<&'a Habits>,
    /// Whether the draft says where each field came from.
    pub explain: bool,
}

/// The lines of one block.
pub(crate) fn lines<'a>(source: &Source<'_>, area: &Area<'a>, layout: bool) -> Lines<'a> {
    let left = &source.profile.leave_in_blocks;
    let mut leave: Vec<usize> = area.holes.iter().copied().collect();
    if !left.is_empty() {
        leave.extend(area.node.descendants().filter(|node| left.fit(*node)).map(|node| node.key()));
    }
    leave.sort_unstable();
    let picture = |node: Node<'_>| images::address(node, source.profile);
    let special = |node: Node<'_>| special::special(node, source.profile, source.hidden);
    let quotes = &source.profile.data.body.quotes;
    build::read(
        area.node,
        LineOptions {
            hidden: source.hidden,
            shown: &[],
            leave: &leave,
            layout,
            fields: layout,
            quotes,
            picture: &picture,
            special: &special,
        },
    )
}

/// The item id that the first fitting pattern of a profile finds in an address.
pub(crate) fn item(url: &Url, profile: &Profile) -> Option<String> {
    let mut found = profile.items.iter().filter_map(|p| p.captures(url.as_str()));
    found.find_map(|c| c.get(1)).map(|m| m.as_str().to_owned()).filter(|id| !id.is_empty())
}
