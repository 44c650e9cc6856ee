//! A page on the table: its tree, its engine, its profile and its blocks, before anything is read out of them.

use super::address::Base;
use super::blocks::{self, Area};
use super::dom::Tree;
use super::engine::Engine;
use super::marks::Marks;
use super::roles::{Fit, Roles};
use super::slim::Slim;
use super::visible::Hidden;
use crate::domain::{Portal, Role};

/// What a profile must say for it to be chosen.
#[derive(Debug)]
pub struct Claim {
    /// The profile's name.
    pub name: String,
    /// Engines whose pages it reads; none: any.
    pub engines: Vec<String>,
    /// For an engine at large: chosen only if no profile knows the page's names.
    pub general: bool,
    /// Which block names play which role.
    pub roles: Roles,
}

impl Claim {
    /// What a profile says of itself.
    pub fn of(data: &Portal) -> Self {
        Self { name: data.name.clone(), engines: data.engines.clone(), general: data.general, roles: Roles::compile(&data.roles) }
    }
}

/// What pages are laid out by.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The engines.
    pub engines: &'a [Engine],
    /// Their marks.
    pub marks: &'a Marks,
    /// What the profiles say of themselves.
    pub claims: &'a [Claim],
}

/// A page with its blocks.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// Its tree.
    pub tree: &'a Tree,
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

impl<'a> Sheet<'a> {
    /// Lays a page out. `asked` is the index of the profile that the caller names.
    pub fn lay(tree: &'a Tree, page: &Slim<'_>, url: Option<&url::Url>, known: Known<'a>, asked: Option<usize>) -> Self {
        let pieces = std::iter::once(&*page.text).chain(page.silent.iter().copied());
        let page = known.marks.page(pieces, generators(tree));
        let engine = page.engine().and_then(|n| known.engines.get(n));
        let why = match engine.map(|engine| (engine.id(), engine.shown(&page))) {
            None => "engine: no known engine's marks".to_owned(),
            Some((id, (weight, marks))) => format!("engine {id}: marks of weight {weight} ({marks})"),
        };
        Self::of(tree, url, engine, vec![why], known.claims, asked)
    }

    /// Lays a page out whose engine is known.
    pub fn of(
        tree: &'a Tree,
        url: Option<&url::Url>,
        engine: Option<&'a Engine>,
        mut why: Vec<String>,
        claims: &[Claim],
        asked: Option<usize>,
    ) -> Self {
        let hidden = engine.map(|e| e.hidden().clone()).unwrap_or_default();
        let mut areas = engine.map(|e| blocks::find(tree, e)).unwrap_or_default();
        if areas.is_empty() {
            why.push("no block of a known engine: the page's landmarks are taken for blocks".to_owned());
            areas = blocks::landmarks(tree);
        }
        let portal = match asked {
            Some(n) => {
                why.push(format!("profile {}: asked for", claims[n].name));
                Some(n)
            }
            None => choose_portal(&areas.iter().map(|a| a.names().collect()).collect::<Vec<_>>(), engine, claims, &mut why).map(|(n, _)| n),
        };
        if let Some(claim) = portal.and_then(|n| claims.get(n)) {
            areas.iter_mut().for_each(|area| area.play(&claim.roles));
        }
        Self { tree, engine, portal, areas, base: Base::of(tree, url), hidden, why }
    }
}

/// What a page says that made it, one a line, in lower case.
fn generators(tree: &Tree) -> String {
    let generator =
        tree.root().descendants().filter(|n| n.is(&["meta"]) && n.attr("name").is_some_and(|v| v.eq_ignore_ascii_case("generator")));
    generator.filter_map(|n| n.attr("content")).map(str::to_lowercase).collect::<Vec<_>>().join("\n")
}

/// The profile that knows a page's block names best, how well, and why; a general one knows none.
pub(super) fn choose_portal(
    names: &[Vec<&str>],
    engine: Option<&Engine>,
    claims: &[Claim],
    why: &mut Vec<String>,
) -> Option<(usize, Option<Fit>)> {
    let reads = |c: &&(usize, &Claim)| c.1.engines.is_empty() || engine.is_some_and(|e| c.1.engines.iter().any(|n| n == e.id()));
    let claims: Vec<(usize, &Claim)> = claims.iter().enumerate().collect();
    let fits = claims.iter().filter(reads).filter(|(_, c)| !c.general).filter_map(|(n, c)| Some((*n, c, c.roles.fit(names)?)));
    // Equal fits: the first by order.
    if let Some((n, claim, fit)) = fits.max_by_key(|(n, _, fit)| (fit.weight, usize::MAX - n)) {
        let roles: Vec<&str> = fit.met.iter().copied().map(Role::as_str).collect();
        why.push(format!("profile {}: block names play {}", claim.name, roles.join(", ")));
        return Some((n, Some(fit)));
    }
    // A general profile for this very engine goes before one for any.
    let general = claims.iter().filter(reads).filter(|(_, c)| c.general).max_by_key(|(n, c)| (!c.engines.is_empty(), usize::MAX - n));
    match general {
        Some((_, claim)) => {
            why.push(format!("profile {}: no profile knows the names of these blocks, it reads such pages at large", claim.name))
        }
        None => why.push("profile: none fits".to_owned()),
    }
    general.map(|(n, _)| (*n, None))
}
