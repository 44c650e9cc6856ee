//! Pictures: which count, and where the address of one stands when it loads late.

use crate::extract::html::dom::Node;
use crate::extract::rules::profile::Profile;

/// Bytes of an address; longer ones are none.
const LONGEST: usize = 2_000;
/// Points that a picture of a set is wide at most, while it has smaller ones.
const WIDEST: f64 = 4_096.0;

/// A picture's address as written; `None` for one that is no content.
pub(crate) fn address(node: Node<'_>, profile: &Profile) -> Option<String> {
    if is_small(node, profile) {
        return None;
    }
    let own = written(node, profile).find(|src| counts(src, profile));
    own.map(str::to_owned).or_else(|| source(node, profile))
}

/// The address that the sources of a picture give, for one that has none of its own.
fn source(node: Node<'_>, profile: &Profile) -> Option<String> {
    let picture = node.parent().filter(|parent| parent.is(&["picture"]))?;
    let sources = picture.children().filter(|n| n.is(&["source"]));
    let sets = sources.flat_map(|n| written(n, profile));
    let found: Vec<&str> = sets.filter(|src| counts(src, profile)).collect();
    // One that every browser knows goes before a newer form of the same picture.
    let is_newer = |src: &&&str| {
        let path = src.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        [".webp", ".avif", ".jxl"].iter().any(|ending| path.ends_with(ending))
    };
    found.iter().find(|src| !is_newer(src)).or(found.first()).map(|src| (*src).to_owned())
}

/// Whether an element is too small to be content.
pub(crate) fn is_small(node: Node<'_>, profile: &Profile) -> bool {
    let small = |name: &str| {
        node.attr(name)
            .and_then(|v| v.trim().trim_end_matches("px").parse::<u32>().ok())
            .is_some_and(|n| n < profile.data.images.least)
    };
    small("width") || small("height")
}

/// The addresses that an element gives of its picture, the best first.
pub(crate) fn written<'a, 'p>(
    node: Node<'a>,
    profile: &'p Profile,
) -> impl Iterator<Item = &'a str> + use<'a, 'p> {
    let lazy = profile.data.images.lazy.iter().filter_map(move |name| {
        node.attr(name).map(|v| if name.ends_with("srcset") { largest(v) } else { v })
    });
    let set = node.attr("srcset").map(largest);
    lazy.chain(node.attr("src")).chain(set).map(str::trim)
}

/// Whether an address is one of a picture that is content.
pub(crate) fn counts(src: &str, profile: &Profile) -> bool {
    let scheme = src.get(..5).map(str::to_ascii_lowercase).unwrap_or_default();
    !src.is_empty()
        && src.len() <= LONGEST
        && scheme != "data:"
        && !scheme.starts_with("blob")
        && !src.starts_with('#')
        && !profile.pictures_left.any(src)
}

/// The address of the largest picture in a `srcset` that a screen is not too small for.
fn largest(set: &str) -> &str {
    let fits = |(_, size): &&(&str, f64)| *size <= WIDEST;
    let all: Vec<(&str, f64)> = candidates(set).collect();
    let most = |a: &&(&str, f64), b: &&(&str, f64)| a.1.total_cmp(&b.1);
    let best = all.iter().filter(fits).max_by(most).or(all.iter().min_by(most));
    best.map_or("", |(src, _)| src)
}

/// The addresses of a `srcset`, each with its width or density.
fn candidates(set: &str) -> impl Iterator<Item = (&str, f64)> {
    let mut rest = set;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (src, behind) = rest.split_at(end);
        let bare = src.trim_end_matches(',');
        let (size, tail) = match bare.len() == src.len() {
            true => behind.split_once(',').unwrap_or((behind, "")),
            false => ("", behind),
        };
        rest = tail;
        let size = size.split_whitespace().next().unwrap_or_default();
        let size = size.trim_end_matches(['w', 'x', 'h']).parse::<f64>().unwrap_or(1.0);
        (!bare.is_empty()).then_some((bare, size))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_picture_of_a_set_is_taken_within_reason() {
        for (set, want) in [
            ("/a.jpg", "/a.jpg"),
            ("/a.jpg 300w, /b.jpg 1200w,\n/c.jpg 600w", "/b.jpg"),
            ("/a.jpg 1x,/b.jpg 2x", "/b.jpg"),
            ("/a.jpg 800w, /b.jpg 9000w", "/a.jpg"),
            ("/a.jpg 9000w, /b.jpg 6000w", "/b.jpg"),
            ("/a,1.jpg 1x, /b,2.jpg 2x", "/b,2.jpg"),
            ("/a.jpg, /b.jpg 2x,", "/b.jpg"),
            (" , ", ""),
        ] {
            assert_eq!(largest(set), want, "{set}");
        }
    }
}
