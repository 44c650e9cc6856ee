//! A text capture: a page's visible text, block names on lines of their own, a paragraph on each
//! line that is not empty.

use crate::domain::Role;
use crate::extract::rules::profile::Profile;

/// Blocks of one capture at most.
const MOST: usize = 1_000;

/// One block of a capture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section<'t> {
    /// Its name.
    pub name: &'t str,
    /// Its role.
    pub role: Role,
    /// The lines under its name that are not empty.
    pub lines: Vec<&'t str>,
}

/// The blocks of a capture; `None` if no line is the name of a block that has a role.
pub(crate) fn divide<'t>(text: &'t str, profile: &Profile) -> Option<Vec<Section<'t>>> {
    let mut sections: Vec<Section<'t>> = Vec::new();
    for line in text.lines().map(|l| {
        l.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
    }) {
        let role = profile
            .roles
            .role(line)
            .or_else(|| profile.block_names.whole(line).then_some(Role::Other));
        let full = sections.len() >= MOST;
        match (role, sections.last_mut()) {
            (Some(role), _) if !full && !line.is_empty() => {
                sections.push(Section { name: line, role, lines: Vec::new() })
            }
            (_, Some(section)) if !line.is_empty() => section.lines.push(line),
            _ => {}
        }
    }
    sections.iter().any(|s| s.role != Role::Other).then_some(sections)
}
