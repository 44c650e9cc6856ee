//! Pages that no profile at large may read: their portal parts an article into blocks, which only a
//! profile of its own can name.

use super::source::Source;
use crate::extract::blocks::area::Area;
use crate::extract::rules::profile::PageSelectors;
use crate::text::compare::same;

/// Letters of a line from which it is a paragraph.
const PARAGRAPH: usize = 160;

/// Why the names that a page shows are those of a portal with a profile of its own.
pub(crate) fn by_names(source: &Source<'_>, rules: &PageSelectors) -> Option<String> {
    let strange = source
        .areas
        .iter()
        .filter(|a| a.chrome && rules.strangers.iter().any(|p| p.fits(&a.name)))
        .nth(1)?;
    Some(why(strange))
}

/// Why the body and what stands over it are blocks of such a portal: vendor's blocks both, and
/// title or date are in the first.
pub(crate) fn by_parts(
    source: &Source<'_>,
    rules: &PageSelectors,
    title: Option<&str>,
    letters: usize,
) -> Option<String> {
    if rules.vendors.is_empty() {
        return None;
    }
    let vendor = |a: &Area<'_>| {
        a.names().any(|n| rules.vendors.iter().any(|p| p.fits(n)))
            && a.names().all(|n| source.profile.roles.role(n).is_none())
    };
    let texts = source
        .areas
        .iter()
        .enumerate()
        .filter(|(_, a)| vendor(a))
        .map(|(n, a)| (n, a.text(source.hidden)));
    let (at, body) = texts.max_by_key(|(_, text)| text.len())?;
    let over = at.checked_sub(1).and_then(|n| source.areas.get(n)).filter(|a| vendor(a))?;
    if body.chars().filter(|c| c.is_alphanumeric()).count() * 2 < letters {
        return None;
    }
    let over_text = over.text(source.hidden);
    let titled =
        |text: &str| title.is_some_and(|title| opening(text).any(|line| same(line, title)));
    let dated = |text: &str| opening(text).any(|line| source.profile.dates.find(line).is_some());
    let parted = titled(&over_text) && !titled(&body) || dated(&over_text) && !dated(&body);
    parted.then(|| why(over))
}

/// The lines of a block up to its running text.
fn opening(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| line.chars().count() < PARAGRAPH)
}

fn why(area: &Area<'_>) -> String {
    format!("blocks such as {} need a profile of their own", area.name)
}
