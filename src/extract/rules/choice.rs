//! Which profile reads a page: the one that knows its block names best.

use super::engine::Engine;
use super::roles::{Fit, Roles};
use super::signatures::Marks;
use crate::domain::{Portal, Role};

/// What a profile must say for it to be chosen.
#[derive(Debug)]
pub struct ProfileMatch {
    /// The profile's name.
    pub name: String,
    /// Engines whose pages it reads; none: any.
    pub engines: Vec<String>,
    /// For an engine at large: chosen only if no profile knows the page's names.
    pub general: bool,
    /// Which block names play which role.
    pub roles: Roles,
}

impl ProfileMatch {
    /// What a profile says of itself.
    pub fn of(data: &Portal) -> Self {
        Self {
            name: data.name.clone(),
            engines: data.engines.clone(),
            general: data.general,
            roles: Roles::compile(&data.roles),
        }
    }
}

/// What pages are laid out by.
#[derive(Clone, Copy, Debug)]
pub struct Candidates<'a> {
    /// The engines.
    pub engines: &'a [Engine],
    /// Their marks.
    pub marks: &'a Marks,
    /// What the profiles say of themselves.
    pub profile_matches: &'a [ProfileMatch],
}

/// The profile that knows a page's block names best, how well, and why; a general one knows none.
pub(crate) fn choose_portal(
    names: &[Vec<&str>],
    engine: Option<&Engine>,
    profile_matches: &[ProfileMatch],
    why: &mut Vec<String>,
) -> Option<(usize, Option<Fit>)> {
    let reads = |c: &&(usize, &ProfileMatch)| {
        c.1.engines.is_empty() || engine.is_some_and(|e| c.1.engines.iter().any(|n| n == e.id()))
    };
    let profile_matches: Vec<(usize, &ProfileMatch)> = profile_matches.iter().enumerate().collect();
    let fits = profile_matches
        .iter()
        .filter(reads)
        .filter(|(_, c)| !c.general)
        .filter_map(|(n, c)| Some((*n, c, c.roles.fit(names)?)));
    // Equal fits: the first by order.
    if let Some((n, profile_match, fit)) =
        fits.max_by_key(|(n, _, fit)| (fit.weight, usize::MAX - n))
    {
        let roles: Vec<&str> = fit.met.iter().copied().map(Role::as_str).collect();
        why.push(format!("profile {}: block names play {}", profile_match.name, roles.join(", ")));
        return Some((n, Some(fit)));
    }
    // A general profile for this very engine goes before one for any.
    let general = profile_matches
        .iter()
        .filter(reads)
        .filter(|(_, c)| c.general)
        .max_by_key(|(n, c)| (!c.engines.is_empty(), usize::MAX - n));
    match general {
        Some((_, profile_match)) => why.push(format!(
            "profile {}: no profile knows the names of these blocks, it reads such pages at large",
            profile_match.name
        )),
        None => why.push("profile: none fits".to_owned()),
    }
    general.map(|(n, _)| (*n, None))
}
