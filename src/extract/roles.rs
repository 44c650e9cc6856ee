//! Block names to roles, and the choice of the profile that knows a page's names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::pattern::{Pattern, fold};
use crate::domain::{Role, RoleNames};

/// Which block names play which role, compiled.
#[derive(Debug)]
pub struct Roles {
    /// In the order of the rules.
    patterns: Vec<(Role, Pattern)>,
    /// Those that end in this byte, or in anything.
    by_end: BTreeMap<Option<u8>, Vec<usize>>,
}

impl Roles {
    /// Any text is a pattern, so this cannot fail.
    pub fn compile(data: &[RoleNames]) -> Self {
        let patterns: Vec<(Role, Pattern)> = data.iter().flat_map(|r| r.names.iter().map(|n| (r.role, Pattern::new(n)))).collect();
        let mut by_end: BTreeMap<Option<u8>, Vec<usize>> = BTreeMap::new();
        for (n, (_, pattern)) in patterns.iter().enumerate() {
            by_end.entry(pattern.end()).or_default().push(n);
        }
        Self { patterns, by_end }
    }

    /// The role of a block of that name; the first rule that fits wins.
    pub fn role(&self, name: &str) -> Option<Role> {
        if name.is_empty() {
            return None;
        }
        // Nearly every name is folded but for its case, which patterns pass over.
        let name = if is_plain(name) { Cow::Borrowed(name) } else { Cow::Owned(fold(name)) };
        let parts = || std::iter::once(&*name).chain(name.match_indices(" - ").map(|(at, gap)| &name[at + gap.len()..]));
        let ends = [name.bytes().next_back().map(|b| b.to_ascii_lowercase()), None];
        let fits = |n: &&usize| self.patterns.get(**n).is_some_and(|(_, pattern)| parts().any(|part| pattern.fits_folded(part)));
        let first = ends.iter().filter_map(|end| self.by_end.get(end)?.iter().find(fits)).min()?;
        self.patterns.get(*first).map(|(role, _)| *role)
    }

    /// How well these names of blocks fit a page: roles met, of which an article's or a list's counts most.
    pub fn fit(&self, blocks: &[Vec<&str>]) -> Option<(usize, Vec<Role>)> {
        let mut met: Vec<Role> = blocks.iter().filter_map(|names| names.iter().find_map(|n| self.role(n))).collect();
        met.sort_unstable();
        met.dedup();
        let own = met.iter().filter(|r| matches!(r, Role::Toolbar | Role::ViewData | Role::Listing)).count();
        (own > 0).then(|| (own * 10 + met.len(), met))
    }
}

/// Whether a name has single blanks between ASCII signs.
fn is_plain(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.iter().all(|b| matches!(b, b' '..=b'~')) && !bytes.starts_with(b" ") && !bytes.ends_with(b" ") && !name.contains("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_whole_and_by_their_last_part() {
        let names = |role, name: &str| RoleNames { role, names: vec![name.to_owned()] };
        let roles = Roles::compile(&[names(Role::Toolbar, "Block_*_Toolbar"), names(Role::Listing, "*Danh sách tin")]);
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
