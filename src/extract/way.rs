//! The short way to an article: the page is scanned, and only what an article is read from becomes a tree.

use super::blocks::Area;
use super::dom::{Step, Tree};
use super::scan::{self, Outline, Thin, Unsure};
use super::sheet::{Sheet, choose_engine};
use super::{Reader, Reading, View, article};
use crate::domain::Role;

impl Reader {
    /// The page as one article without a tree of all of it, or why that cannot be sure.
    pub(super) fn scanned(&self, html: &str, view: &View<'_>, asked: Option<usize>) -> Result<Reading, Unsure> {
        let probes = scan::probes(&self.engines);
        let outline = Outline::of(html, &probes)?;
        let marks = self.known().marks.of(outline.told(html));
        let (engine, why) = choose_engine(&scan::generators(&outline)?, &marks, &self.engines);
        let engine = engine.ok_or(Unsure("no known engine"))?;
        let thin = Thin::of(outline, engine, &probes)?;
        let mut wanted = Vec::new();
        for _ in 0..2 {
            let source = thin.source(&wanted);
            let tree = Tree::parse(&source, &self.limits).map_err(|_| Unsure("a bound of the parser"))?;
            let sheet = Sheet::of(&tree, view.url, Some(engine), why.clone(), &self.claims, asked);
            let profile = sheet.portal.and_then(|n| self.profiles.get(n)).ok_or(Unsure("no portal profile fits the page"))?;
            if profile.frame.is_some() {
                return Err(Unsure("the profile reads whole pages"));
            }
            let nodes = nodes(&tree, engine);
            if nodes.len() != thin.blocks.len() {
                return Err(Unsure("blocks that the parser sees otherwise"));
            }
            let block = |area: &Area<'_>| nodes.iter().position(|key| *key == area.node.key()).and_then(|at| thin.blocks.get(at).copied());
            let parts = sheet.areas.iter().filter(|a| matches!(a.role, Role::Toolbar | Role::ViewData));
            let parts = parts.map(block).collect::<Option<Vec<u32>>>().ok_or(Unsure("blocks that the parser sees otherwise"))?;
            let missing = profile.data.needs.iter().any(|role| !sheet.areas.iter().any(|a| a.role == *role));
            if missing || parts.iter().all(|n| wanted.contains(n)) {
                let source =
                    article::Source { profile, engine: Some(engine), hidden: &sheet.hidden, url: view.url, tree: &tree, areas: &sheet.areas };
                return Ok(article::read(&source));
            }
            wanted = parts;
        }
        Err(Unsure("names that depend on what blocks hold"))
    }
}

/// The elements of a tree that are blocks, in its order.
fn nodes(tree: &Tree, engine: &super::engine::Engine) -> Vec<usize> {
    let mut out = Vec::new();
    tree.root().walk(|node, step| {
        if step == Step::Enter && engine.is_block(node) {
            out.push(node.key());
        }
        true
    });
    out
}

#[cfg(test)]
mod tests;
