//! What an element stands for that is more than its text.

use super::{late, mails, players};
use crate::extract::html::dom::Node;
use crate::extract::html::visible::Hidden;
use crate::extract::lines::embedded::{Special, is_player};
use crate::extract::rules::profile::Profile;

/// What an element stands for, if it is more than its text.
pub(crate) fn special(node: Node<'_>, profile: &Profile, hidden: &Hidden) -> Option<Special> {
    if is_player(node) {
        let picture = || players::picture(node, profile);
        return picture()
            .map(|(src, alt)| Special::Picture(src, alt))
            .or_else(|| players::embedded(node, profile).map(Special::Embedded));
    }
    if node.is(&["noscript"]) {
        return late::unscripted(node, profile, hidden)
            .map(|(src, alt)| Special::Picture(src, alt));
    }
    mails::opened(node, profile)
}
