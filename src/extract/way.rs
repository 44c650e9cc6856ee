//! The short way to an article: the page is scanned, and only what an article is read from becomes a tree.

use super::blocks::Area;
use super::dom::{Step, Tree};
use super::scan::{self, Outline, Thin, Unsure};
use super::sheet::{Sheet, choose_engine};
use super::{Error, Reader, Reading, View, article, decode, text_capture};
use crate::domain::{Page, Role, Way};

impl Reader {
    /// The page as blocks, with the way that `article` would go and why.
    pub fn inspect(&self, view: &View<'_>) -> Result<Page, Error> {
        let mut page = self.segment(view)?;
        let text = decode::decode(view.body, view.content_type).text;
        let scanned = match text_capture::is_text(&text, view.content_type) {
            true => Err(Unsure("it is plain text")),
            false => self.scanned(&text, view, self.asked(view)?).map(|_| ()),
        };
        page.way = if scanned.is_ok() { Way::Scanned } else { Way::Whole };
        page.why.push(match scanned {
            Ok(()) => "way scanned: an article would be read from its blocks alone".to_owned(),
            Err(Unsure(why)) => format!("way whole: an article would be read from a tree of the whole page: {why}"),
        });
        Ok(page)
    }

    /// The page as one article by a tree of all of it: the judge of `article`, which says the same by a shorter way where it can.
    pub fn article_by_tree(&self, view: &View<'_>) -> Result<Reading, Error> {
        let text = decode::decode(view.body, view.content_type).text;
        match text_capture::is_text(&text, view.content_type) {
            true => self.article(view),
            false => self.whole(&text, view, self.asked(view)?),
        }
    }

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
