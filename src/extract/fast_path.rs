//! The short way to an article: the page is scanned, and only what an article is read from becomes
//! a tree.

use super::article::{read, source};
use super::blocks::area::Area;
use super::blocks::in_outline::{MARKER, Thin};
use super::blocks::name_in_outline::Named;
use super::budget::Budget;
use super::error::Error;
use super::html::dom::{Node, Step, Tree};
use super::html::scan::{Outline, Unsure, grow};
use super::page::source::PageText;
use super::reader::Reader;
use super::reader::told;
use super::rules::choice::choose_portal;
use super::view::{Reading, View};
use crate::domain::{Page, Role, Way};

impl Reader {
    /// The page as blocks, with the way that `article` would go and why.
    pub fn inspect(&self, view: &View<'_>) -> Result<Page, Error> {
        let mut page = self.segment(view)?;
        let budget = self.begin();
        let page_text = PageText::of(view, &self.letters, &budget);
        budget.check()?;
        let scanned = match page_text.plain {
            true => Err(Unsure("it is plain text")),
            false => self.scanned(&page_text.text, view, self.asked(view)?, &budget).map(|_| ()),
        };
        page.way = if scanned.is_ok() { Way::Scanned } else { Way::Whole };
        page.why.push(match scanned {
            Ok(()) => "way scanned: an article would be read from its blocks alone".to_owned(),
            Err(Unsure(why)) => {
                format!("way whole: an article would be read from a tree of the whole page: {why}")
            }
        });
        Ok(page)
    }

    /// The page as one article by a tree of all of it: the judge of `article`, which says the same
    /// by a shorter way where it can.
    pub fn article_by_tree(&self, view: &View<'_>) -> Result<Reading, Error> {
        let budget = self.begin();
        let PageText { text, plain, letters } = PageText::of(view, &self.letters, &budget);
        match plain {
            true => self.article(view),
            false => Ok(told(self.whole(&text, view, self.asked(view)?, &budget)?, letters)),
        }
    }

    /// The page as one article without a tree of all of it, or why that cannot be sure.
    pub(super) fn scanned(
        &self,
        html: &str,
        view: &View<'_>,
        asked: Option<usize>,
        budget: &Budget,
    ) -> Result<Reading, Unsure> {
        let outline = Outline::of(html, &self.probes)?;
        let head = outline.head()?;
        let known = self.known(view);
        let engine = known.marks.page(outline.told(), head.generators()).engine();
        let engine = engine.and_then(|n| self.engines.get(n)).ok_or(Unsure("no known engine"))?;
        if engine.has_aliases() {
            return Err(Unsure("blocks with further names"));
        }
        let page = Thin::of(outline, engine, &self.probes)?;
        let names = Named::of(&page, engine)?;
        let portal = match asked {
            Some(n) => Some((n, None)),
            None => choose_portal(
                &names.iter().map(|n| vec![n.as_str()]).collect::<Vec<_>>(),
                Some(engine),
                known.profiles,
                &mut Vec::new(),
            ),
        };
        let portal = portal.and_then(|(n, fit)| Some((known.profiles.get(n)?, fit)));
        let (profile, fit) = portal.ok_or(Unsure("no portal profile fits the page"))?;
        let profile = profile.spoken(|| head.spoken());
        if profile.frame.is_some() {
            return Err(Unsure("the profile reads whole pages"));
        }
        if !profile.leave_in_blocks.is_empty() {
            return Err(Unsure("selectors that may look round the blocks"));
        }
        let roles = fit.map_or_else(
            || names.iter().map(|name| profile.roles.role(name)).collect(),
            |fit| fit.roles,
        );
        let names: Vec<(String, Role)> = names
            .into_iter()
            .zip(roles.into_iter().map(|role| role.unwrap_or(Role::Other)))
            .collect();
        if let Some(none) = read::missing(profile, &names) {
            return Ok(none);
        }
        let read = names
            .iter()
            .zip(&page.blocks)
            .filter(|((_, role), _)| matches!(role, Role::Toolbar | Role::ViewData));
        let (read, blocks): (Vec<&(String, Role)>, Vec<u32>) =
            read.map(|(name, n)| (name, *n)).unzip();
        let tree = match grow(page.source(&blocks)?, &budget.limits) {
            Ok(tree) => tree,
            Err(page) => Tree::parse(&page, budget).map_err(|_| Unsure("a bound of the parser"))?,
        };
        budget.check().map_err(|_| Unsure("what a page may cost"))?;
        let nodes = marked(&tree);
        if nodes.len() != read.len() {
            return Err(Unsure("blocks that the parser sees otherwise"));
        }
        let areas = read.into_iter().zip(nodes).map(|((name, role), node)| Area {
            name: name.clone(),
            role: *role,
            ..Area::new(node)
        });
        let areas: Vec<Area<'_>> = areas.collect();
        let source = source::Source {
            profile,
            engine: Some(engine),
            hidden: engine.hidden(),
            url: view.url,
            tree: &tree,
            areas: &areas,
        };
        Ok(read::read_with(&source, &head, &names))
    }
}

/// The elements of a thin page that follow its own markers.
fn marked(tree: &Tree) -> Vec<Node<'_>> {
    let mut out: Vec<Node<'_>> = Vec::new();
    tree.root().walk(|node, step| {
        let own = out.last() == Some(&node);
        if step == Step::Enter && !own && node.comment() == Some(MARKER) {
            out.extend(node.next_sibling());
        }
        !own
    });
    out
}

#[cfg(test)]
mod tests;
