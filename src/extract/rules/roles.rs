//! Block names to roles, and the choice of the profile that knows a page's names.

use std::borrow::Cow;

use super::wildcard;
use super::wildcard::{Pattern, fold};
use crate::domain::{Role, RoleRule};

/// Which block names play which role, compiled.
#[derive(Debug)]
pub struct Roles {
    /// In the order of the rules.
    rules: Vec<Rule>,
    /// For each last byte the rules, by number, that a name with it may fit.
    by_end: Vec<Vec<usize>>,
}

#[derive(Debug)]
struct Rule {
    role: Role,
    pattern: Pattern,
    /// What a name must begin with.
    start: Option<u8>,
    /// The bytes that a name must have.
    bytes: u64,
}

/// How well the names of a page's blocks fit.
#[derive(Debug)]
pub struct Fit {
    /// Roles met, of which an article's or a list's counts most.
    pub weight: usize,
    /// These roles.
    pub met: Vec<Role>,
    /// The role of each block.
    pub roles: Vec<Option<Role>>,
}

impl Roles {
    /// Any text is a pattern, so this cannot fail.
    pub fn compile(data: &[RoleRule]) -> Self {
        let patterns = data.iter().flat_map(|r| r.names.iter().map(|n| (r.role, Pattern::new(n))));
        let rules: Vec<Rule> = patterns
            .map(|(role, p)| Rule { role, start: p.start(), bytes: p.bytes(), pattern: p })
            .collect();
        let ending = |byte: u8| {
            (0..rules.len())
                .filter(|n| rules[*n].pattern.end().is_none_or(|end| end == byte))
                .collect()
        };
        Self { by_end: (0..=u8::MAX).map(ending).collect(), rules }
    }

    /// The role of a block of that name; the first rule that fits wins.
    pub fn role(&self, name: &str) -> Option<Role> {
        // Folded only if needed: most names are but for their case, which patterns ignore.
        let name = if is_plain(name) { Cow::Borrowed(name) } else { Cow::Owned(fold(name)) };
        let end = name.bytes().next_back()?.to_ascii_lowercase();
        let bytes = wildcard::bytes(&name);
        let divides = |at: &usize| {
            name.as_bytes()[..*at].ends_with(b" ") && name.as_bytes()[at + 1..].starts_with(b" ")
        };
        let parts: Vec<&str> = memchr::memchr_iter(b'-', name.as_bytes())
            .filter(divides)
            .map(|at| &name[at + 2..])
            .collect();
        let parts = || std::iter::once(&*name).chain(parts.iter().copied());
        let begins = |part: &&str, start: u8| {
            part.bytes().next().is_some_and(|b| b.eq_ignore_ascii_case(&start))
        };
        let fits = |rule: &&Rule| match rule.start {
            // A rule that needs a byte which the name lacks cannot fit.
            _ if rule.bytes & !bytes != 0 => false,
            // Where anything may come first, the whole name fits if a last part does.
            None => rule.pattern.fits_folded(&name),
            Some(start) => {
                parts().any(|part| begins(&part, start) && rule.pattern.fits_folded(part))
            }
        };
        self.by_end
            .get(usize::from(end))?
            .iter()
            .filter_map(|n| self.rules.get(*n))
            .find(fits)
            .map(|rule| rule.role)
    }

    /// How well these names of blocks fit a page, if they do at all.
    pub fn fit(&self, blocks: &[Vec<&str>]) -> Option<Fit> {
        let roles: Vec<Option<Role>> =
            blocks.iter().map(|names| names.iter().find_map(|n| self.role(n))).collect();
        let mut met: Vec<Role> = roles.iter().flatten().copied().collect();
        met.sort_unstable();
        met.dedup();
        let own = met
            .iter()
            .filter(|r| matches!(r, Role::Toolbar | Role::ViewData | Role::Listing))
            .count();
        (own > 0).then(|| Fit { weight: own * 10 + met.len(), met, roles })
    }
}

/// Whether a name has single blanks between ASCII signs.
fn is_plain(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.iter().all(|b| matches!(b, b' '..=b'~'))
        && !bytes.starts_with(b" ")
        && !bytes.ends_with(b" ")
        && !name.contains("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_whole_and_by_their_last_part() {
        let names = |role, name: &str| RoleRule { role, names: vec![name.to_owned()] };
        let roles = Roles::compile(&[
            names(Role::Toolbar, "Block_*_Toolbar"),
            names(Role::Listing, "*Danh sách tin"),
        ]);
        for (name, role) in [
            ("PublishingPortal - Block_BanTin_Toolbar", Some(Role::Toolbar)),
            ("Cổng - Tin - block_x_TOOLBAR", Some(Role::Toolbar)),
            ("Block_BanTin_Toolbar - more", None),
            ("Khối danh\u{a0}sách tin", Some(Role::Listing)),
            ("", None),
        ] {
            assert_eq!(roles.role(name), role, "{name}");
        }
    }
}
