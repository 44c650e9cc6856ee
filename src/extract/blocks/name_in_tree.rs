//! What the blocks of a tree are called, by the rules of their engine.

use regex::Regex;

use super::area::Area;
use super::name::{NameText, clean, derived, group, undescribed};
use crate::extract::html::dom::{Node, Tree};
use crate::extract::rules::engine::{Engine, Place};

/// Nodes below and beside an element that are looked at for a name.
const MOST_NODES: usize = 500;

/// Names blocks by the rules in order.
pub fn name<'a>(engine: &Engine, tree: &'a Tree, areas: &mut [Area<'a>]) {
    for place in engine.places() {
        if let Place::Preamble(pattern) = place {
            name_by_preamble(engine, tree, pattern, areas);
            continue;
        }
        for area in areas.iter_mut().filter(|a| a.name.is_empty()) {
            let name = at(place, tree, area).map(clean).unwrap_or_default();
            if !engine.is_blank(&name) {
                area.chrome = !name.is_empty() && !matches!(place, Place::Heading);
                area.name = name;
            }
            if let Place::Inside(shape) = place {
                // A name that stands inside the block is chrome all the same, no content.
                let frame = inside(area, |n| shape.fits(n)).map(|n| n.key());
                area.holes.extend(frame);
            }
        }
    }
}

/// What else a block is called.
pub fn aliases(engine: &Engine, tree: &Tree, area: &Area<'_>) -> Vec<String> {
    let found = engine.alias_places().iter().filter_map(|place| at(place, tree, area)).map(clean);
    found.filter(|n| !n.is_empty() && *n != area.name).collect()
}

/// Which comment names which block is not said, so the counts must agree: with the blocks of the
/// main part, if the frame has one.
fn name_by_preamble<'a>(engine: &Engine, tree: &'a Tree, pattern: &Regex, areas: &mut [Area<'a>]) {
    let names: Vec<String> =
        tree.comments_before_root().iter().filter_map(|c| group(pattern, c)).map(clean).collect();
    let in_main = |a: &Area<'a>| a.node.ancestors().any(|n| engine.is_main(n));
    let framed = areas.iter().any(&in_main);
    let meant: Vec<&mut Area<'a>> = areas.iter_mut().filter(|a| !framed || in_main(a)).collect();
    if meant.len() != names.len() {
        return;
    }
    for (area, name) in meant.into_iter().zip(names).filter(|(a, _)| a.name.is_empty()) {
        area.chrome = true;
        area.name = name;
    }
}

/// What stands at a place.
fn at(place: &Place, tree: &Tree, area: &Area<'_>) -> Option<String> {
    match place {
        Place::Id { replace, with, suffix } => {
            let title = tree
                .by_id(&derived(area.node.attr("id")?, replace, with, suffix)?)
                .filter(|t| *t != area.node)?;
            Some(written(title))
                .filter(|t| !t.is_empty())
                .or_else(|| Some(undescribed(title.attr("title")?)))
        }
        Place::Reference(attribute) => {
            let ids = area.node.attr(attribute)?;
            ids.split_ascii_whitespace()
                .filter_map(|id| tree.by_id(id))
                .map(written)
                .find(|t| !t.is_empty())
        }
        Place::Attribute(attribute, None) => area.node.attr(attribute).map(str::to_owned),
        Place::Attribute(attribute, Some(pattern)) => group(pattern, area.node.attr(attribute)?),
        Place::Inside(shape) => inside(area, |n| shape.fits(n)).map(written),
        Place::Comment(pattern) => neighbours(area.node).find_map(|c| group(pattern, c)),
        Place::Heading => {
            inside(area, |n| n.is(&["h1", "h2", "h3", "h4", "h5", "h6"]) && !written(n).is_empty())
                .map(written)
        }
        Place::Preamble(_) => None,
    }
}

/// The first element of that kind in a block; inner blocks have their own.
fn inside<'a>(area: &Area<'a>, fits: impl Fn(Node<'a>) -> bool) -> Option<Node<'a>> {
    let mut found = None;
    area.node.walk(|n, _| {
        if found.is_none() && n != area.node && !area.holes.contains(&n.key()) && fits(n) {
            found = Some(n);
        }
        found.is_none() && !area.holes.contains(&n.key())
    });
    found
}

/// The comments right before an element or first inside it, blank text apart.
fn neighbours<'a>(node: Node<'a>) -> impl Iterator<Item = &'a str> {
    let blank =
        |n: &Node<'_>| n.comment().is_some() || n.text().is_some_and(|t| t.trim().is_empty());
    let before = std::iter::successors(node.prev_sibling(), |n| n.prev_sibling())
        .take_while(blank)
        .take(MOST_NODES);
    before.chain(node.children().take_while(blank)).filter_map(|n| n.comment())
}

/// A name's text even if style hides it: chrome is hidden, its name is not void.
fn written(node: Node<'_>) -> String {
    let texts = node
        .descendants()
        .take(MOST_NODES)
        .filter(|n| n.parent().is_none_or(|p| !p.is(&["script", "style"])));
    let mut name = NameText::new();
    texts.filter_map(|n| n.text()).for_each(|text| name.push(text));
    name.settled()
}
