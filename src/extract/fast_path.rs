//! The short way to an article: the page is scanned, and only what an article is read from becomes
//! a tree.

use super::article::{read, source};
use super::blocks::area::Area;
use super::blocks::find::{self, Block};
use super::blocks::outline_view::OutlineView;
use super::budget::Budget;
use super::error::Error;
use super::html::dom::Tree;
use super::html::scan::{Outline, Part, Unsure, grow};
use super::page::source::PageText;
use super::reader::Reader;
use super::reader::told;
use super::rules::choice::choose_portal;
use super::rules::engine::Engine;
use super::rules::profile::Profile;
use super::view::{Reading, View};
use crate::domain::{Page, Role, Way};

/// Blocks of a page that is scanned.
const MOST_BLOCKS: usize = 900;

/// Names of blocks with the roles that they play.
type Roles = Vec<(String, Role)>;

impl Reader {
    /// The page as blocks, with the way that `article` would go and why.
    ///
    /// # Errors
    /// The page is over a bound, or the profile that the caller names does not exist.
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
    ///
    /// # Errors
    /// The page is over a bound, or the profile that the caller names does not exist.
    pub fn article_by_tree(&self, view: &View<'_>) -> Result<Reading, Error> {
        let budget = self.begin();
        let PageText { text, plain, letters } = PageText::of(view, &self.letters, &budget);
        match plain {
            true => self.article(view),
            false => Ok(told(self.whole(&text, view, self.asked(view)?, &budget)?, letters, view)),
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
        let page = OutlineView::of(Outline::of(html, &self.probes)?, &self.probes);
        let head = page.head()?;
        let known = self.known(view);
        let engine = self.marks.page(page.told(), head.generators()).engine();
        let engine = engine.and_then(|n| self.engines.get(n));
        let engine = engine.ok_or(Unsure("no engine that names its blocks"))?;
        let blocks = blocks(&page, engine)?;
        let elements: Vec<u32> = blocks.iter().map(|block| block.element).collect();
        let names = blocks.into_iter().map(|block| block.name).collect();
        let (profile, names) = cast(known.profiles, names, engine, asked)?;
        let profile = profile.spoken(|| head.spoken());
        if let Some(none) = read::missing(profile, &names) {
            return Ok(none);
        }
        let needed = names.iter().zip(elements).filter(|((_, role), _)| is_read(*role));
        let (named, needed): (Vec<&(String, Role)>, Vec<u32>) = needed.unzip();
        let tree = grown(&page, &needed, budget)?;
        let areas = named.into_iter().zip(tree.root().children()).map(|((name, role), node)| {
            Area { name: name.clone(), role: *role, ..Area::new(node) }
        });
        let source = source::Source {
            profile,
            engine: Some(engine),
            hidden: engine.hidden(),
            url: view.url,
            silent: &[],
            tree: &tree,
            areas: &areas.collect::<Vec<_>>(),
            teaser: view.teaser,
            habits: view.habits,
            explain: view.explain,
        };
        Ok(read::read_with(&source, &head, &names))
    }
}

/// The profile that reads blocks of these names, and the role that each plays.
fn cast<'p>(
    profiles: &'p [Profile],
    names: Vec<String>,
    engine: &Engine,
    asked: Option<usize>,
) -> Result<(&'p Profile, Roles), Unsure> {
    const NONE: Unsure = Unsure("no portal profile fits the page");
    let (n, fit) = match asked {
        Some(n) => (n, None),
        None => choose_portal(
            &names.iter().map(|n| vec![n.as_str()]).collect::<Vec<_>>(),
            Some(engine),
            profiles,
            &mut Vec::new(),
        )
        .ok_or(NONE)?,
    };
    let profile = profiles.get(n).ok_or(NONE)?;
    if profile.page_selectors.is_some() {
        return Err(Unsure("the profile reads whole pages"));
    }
    if !profile.leave_in_blocks.is_empty() {
        return Err(Unsure("selectors that may look round the blocks"));
    }
    let roles = fit.map_or_else(
        || names.iter().map(|name| profile.roles.role(name)).collect(),
        |fit| fit.roles,
    );
    let roles = roles.into_iter().map(|role| role.unwrap_or(Role::Other));
    Ok((profile, names.into_iter().zip(roles).collect()))
}
/// The blocks of a page, as many as are followed.
fn blocks(page: &OutlineView<'_>, engine: &Engine) -> Result<Vec<Block<u32>>, Unsure> {
    if engine.has_aliases() {
        return Err(Unsure("blocks with further names"));
    }
    let blocks = find::blocks(page, engine)?;
    match blocks.len() {
        0 => Err(Unsure("no block of a known engine")),
        1..=MOST_BLOCKS => Ok(blocks),
        _ => Err(Unsure("many blocks")),
    }
}

/// Whether an article is read from blocks of this role.
fn is_read(role: Role) -> bool {
    matches!(role, Role::Toolbar | Role::ViewData)
}

/// A tree of these elements alone, each a root.
fn grown<'p>(
    page: &OutlineView<'p>,
    elements: &[u32],
    budget: &Budget,
) -> Result<Tree<'p>, Unsure> {
    let parts: Vec<Part> = elements.iter().map(|n| page.part(*n)).collect::<Result<_, Unsure>>()?;
    let tree = grow(page.html(), &parts, budget).map_err(|_| Unsure("a bound of the parser"))?;
    budget.check().map_err(|_| Unsure("what a page may cost"))?;
    tree.ok_or(Unsure("blocks that the parser sees otherwise"))
}

#[cfg(test)]
mod tests;
