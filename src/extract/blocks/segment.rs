//! A page on the table: its tree, its engine, its profile and its blocks, before anything is read
//! out of them.

use super::area::Area;
use super::tree_view;
use crate::extract::html::dom::Tree;
use crate::extract::html::strip::StrippedPage;
use crate::extract::html::visible::Hidden;
use crate::extract::page::base::Base;
use crate::extract::rules::choice::{Candidates, choose_portal};
use crate::extract::rules::engine::Engine;

/// A page with its blocks.
#[derive(Debug)]
pub struct SegmentedPage<'a> {
    /// Its tree.
    pub tree: &'a Tree<'a>,
    /// The engine that its marks show.
    pub engine: Option<&'a Engine>,
    /// The index of the profile that was chosen.
    pub portal: Option<usize>,
    /// Its blocks in reading order, with the roles that the profile's names give.
    pub areas: Vec<Area<'a>>,
    /// What its addresses are relative to.
    pub base: Base,
    /// What nobody sees.
    pub hidden: Hidden,
    /// Why this engine and this profile.
    pub why: Vec<String>,
}

impl<'a> SegmentedPage<'a> {
    /// Lays a page out. `asked` is the index of the profile that the caller names.
    pub fn lay(
        tree: &'a Tree<'a>,
        page: &StrippedPage<'_>,
        url: Option<&url::Url>,
        known: Candidates<'a>,
        asked: Option<usize>,
    ) -> Self {
        let pieces = std::iter::once(&*page.text).chain(page.silent.iter().copied());
        let shown = known.engine(pieces, &generators(tree));
        let why = match &shown {
            None => "engine: no known engine's marks".to_owned(),
            Some((engine, weight, marks)) => {
                format!("engine {}: marks of weight {weight} ({marks})", engine.id())
            }
        };
        let engine = shown.map(|(engine, ..)| engine);
        let mut why = vec![why];
        let mut areas = engine.map(|e| tree_view::find(tree, e)).unwrap_or_default();
        if areas.is_empty() {
            why.push(
                "no block of a known engine: the page's landmarks are taken for blocks".to_owned(),
            );
            areas = tree_view::landmarks(tree);
        }
        let portal = match asked {
            Some(n) => {
                why.push(format!("profile {}: asked for", known.profiles[n].data.name));
                Some(n)
            }
            None => choose_portal(
                &areas.iter().map(|a| a.names().collect()).collect::<Vec<_>>(),
                engine,
                known.profiles,
                &mut why,
            )
            .map(|(n, _)| n),
        };
        if let Some(profile) = portal.and_then(|n| known.profiles.get(n)) {
            areas.iter_mut().for_each(|area| area.play(&profile.roles));
        }
        let hidden = engine.map(|e| e.hidden().clone()).unwrap_or_default();
        Self { tree, engine, portal, areas, base: Base::of(tree, url), hidden, why }
    }
}

/// What a page says that made it, one a line, in lower case.
fn generators(tree: &Tree<'_>) -> String {
    let generator = tree.root().descendants().filter(|n| {
        n.is(&["meta"]) && n.attr("name").is_some_and(|v| v.eq_ignore_ascii_case("generator"))
    });
    generator
        .filter_map(|n| n.attr("content"))
        .map(str::to_lowercase)
        .collect::<Vec<_>>()
        .join("\n")
}
