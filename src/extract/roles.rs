//! Block names to roles, and the choice of the profile that knows a page's names.

use super::pattern::{Pattern, fold};
use crate::domain::{Role, RoleNames};

/// Which block names play which role, compiled.
#[derive(Debug)]
pub struct Roles(Vec<(Role, Vec<Pattern>)>);

impl Roles {
    /// Any text is a pattern, so this cannot fail.
    pub fn compile(data: &[RoleNames]) -> Self {
        Self(data.iter().map(|r| (r.role, r.names.iter().map(|n| Pattern::new(n)).collect())).collect())
    }

    /// The role of a block of that name; the first rule that fits wins.
    pub fn role(&self, name: &str) -> Option<Role> {
        if name.is_empty() {
            return None;
        }
        let parts = std::iter::once(name).chain(name.match_indices(" - ").map(|(at, gap)| &name[at + gap.len()..]));
        let parts: Vec<String> = parts.map(fold).collect();
        let fits = |patterns: &[Pattern]| parts.iter().any(|part| patterns.iter().any(|p| p.fits_folded(part)));
        self.0.iter().find(|(_, patterns)| fits(patterns)).map(|(role, _)| *role)
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
