//! Which profile reads a page: the one that knows its block names best.

use super::engine::Engine;
use super::profile::Profile;
use super::roles::Fit;
use super::signatures::Marks;
use crate::domain::Role;

/// What pages are laid out by.
#[derive(Clone, Copy, Debug)]
pub struct Candidates<'a> {
    /// The engines.
    pub engines: &'a [Engine],
    /// The marks of those that name their blocks, then of the others.
    pub marks: [&'a Marks; 2],
    /// The profiles.
    pub profiles: &'a [Profile],
}

impl<'a> Candidates<'a> {
    /// The engine that a page in pieces shows by its marks, with what its marks weigh and how they
    /// are written: one that names its blocks, else one that does not.
    pub fn engine<'p>(
        &self,
        pieces: impl Iterator<Item = &'p str> + Clone,
        generators: &str,
    ) -> Option<(&'a Engine, i32, String)> {
        self.marks.iter().find_map(|marks| {
            let page = marks.page(pieces.clone(), generators.to_owned());
            let engine = self.engines.get(page.engine()?)?;
            let (weight, written) = engine.shown(&page);
            Some((engine, weight, written))
        })
    }
}

/// The profile that knows a page's block names best, how well, and why; a general one knows none.
pub(crate) fn choose_portal(
    names: &[Vec<&str>],
    engine: Option<&Engine>,
    profiles: &[Profile],
    why: &mut Vec<String>,
) -> Option<(usize, Option<Fit>)> {
    let reads = |(_, profile): &&(usize, &Profile)| {
        let engines = &profile.data.engines;
        engines.is_empty() || engine.is_some_and(|e| engines.iter().any(|name| name == e.id()))
    };
    let profiles: Vec<(usize, &Profile)> = profiles.iter().enumerate().collect();
    let fits = profiles
        .iter()
        .filter(reads)
        .filter(|(_, profile)| !profile.data.general)
        .filter_map(|(n, profile)| Some((*n, profile, profile.roles.fit(names)?)));
    // Equal fits: the first by order.
    if let Some((n, profile, fit)) = fits.max_by_key(|(n, _, fit)| (fit.weight, usize::MAX - n)) {
        let roles: Vec<&str> = fit.met.iter().copied().map(Role::as_str).collect();
        let name = &profile.data.name;
        why.push(format!("profile {name}: block names play {}", roles.join(", ")));
        return Some((n, Some(fit)));
    }
    // A general profile for this very engine goes before one for any.
    let general = profiles
        .iter()
        .filter(reads)
        .filter(|(_, profile)| profile.data.general)
        .max_by_key(|(n, profile)| (!profile.data.engines.is_empty(), usize::MAX - n));
    match general {
        Some((_, profile)) => why.push(format!(
            "profile {}: no profile knows the names of these blocks, it reads such pages at large",
            profile.data.name
        )),
        None => why.push("profile: none fits".to_owned()),
    }
    general.map(|(n, _)| (*n, None))
}
