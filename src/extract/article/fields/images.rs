//! Pictures: which count, and where the address of one stands when it loads late.

use crate::extract::html::dom::Node;
use crate::extract::rules::profile::Profile;

/// Bytes of an address; longer ones are none.
const LONGEST: usize = 2_000;

/// A picture's address as written; `None` for one that is no content.
pub(crate) fn address(node: Node<'_>, profile: &Profile) -> Option<String> {
    let rules = &profile.data.images;
    let small = |name: &str| {
        node.attr(name)
            .and_then(|v| v.trim().trim_end_matches("px").parse::<u32>().ok())
            .is_some_and(|n| n < rules.least)
    };
    if small("width") || small("height") {
        return None;
    }
    let lazy = rules.lazy.iter().filter_map(|name| {
        node.attr(name).map(|v| if name.ends_with("srcset") { largest(v) } else { v })
    });
    let set = node.attr("srcset").map(largest);
    let all = lazy.chain(node.attr("src")).chain(set);
    all.map(str::trim).find(|src| counts(src, profile)).map(str::to_owned)
}

/// Whether an address is one of a picture that is content.
fn counts(src: &str, profile: &Profile) -> bool {
    let scheme = src.get(..5).map(str::to_ascii_lowercase).unwrap_or_default();
    !src.is_empty()
        && src.len() <= LONGEST
        && scheme != "data:"
        && !scheme.starts_with("blob")
        && !src.starts_with('#')
        && !profile.pictures_left.any(src)
}

/// The address of the largest picture in a `srcset`.
fn largest(set: &str) -> &str {
    let size = |d: &str| d.trim_end_matches(['w', 'x', 'h']).parse::<f64>().unwrap_or(1.0);
    let sized = set.split(", ").flat_map(|p| p.split(",\n")).filter_map(|part| {
        let mut words = part.trim().trim_end_matches(',').split_whitespace();
        Some((words.next()?, words.next().map_or(1.0, size)))
    });
    sized.max_by(|a, b| a.1.total_cmp(&b.1)).map_or("", |(src, _)| src)
}
