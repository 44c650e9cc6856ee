//! The dates of a list's items, and what looks like one.

use crate::domain::Written;
use crate::extract::rules::dates::Forms;

/// What a line may say beside its date: a byline, a counter; more is running text, whose dates are
/// none of the item.
const BESIDE_DATE: usize = 40;
/// Bytes of a line in which a date is looked for.
const LONGEST_DATED: usize = 300;

/// The date of an item: one that stands on a line of its own, or with little beside it.
pub(crate) fn dated(forms: &Forms, text: &str) -> Option<Written> {
    text.lines().filter(|l| l.len() <= LONGEST_DATED).find_map(|line| {
        let found = forms.find(line)?;
        let beside =
            line.chars().count().saturating_sub(line.get(found.span.clone())?.chars().count());
        (beside <= BESIDE_DATE).then_some(found.written)
    })
}

/// `2019-11-20…` of a `time` element.
pub(crate) fn machine_date(text: &str) -> Option<Written> {
    let day = text.trim().get(..10)?;
    let mut parts = day.split('-');
    let (year, month, day) =
        (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    jiff::civil::Date::new(year, month, day).ok().map(|_| Written {
        date: (year, month, day),
        time: None,
        offset_s: None,
    })
}

/// Whether a short line holds digits in the shape of a date, in no language: evidence for a list,
/// never a date.
pub fn looks_dated(text: &str) -> bool {
    text.lines().filter(|l| l.chars().count() <= 2 * BESIDE_DATE).any(|line| {
        let numbers = line.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).count();
        let year = line
            .split(|c: char| !c.is_ascii_digit())
            .any(|n| n.len() == 4 && (n.starts_with("19") || n.starts_with("20")));
        (year && numbers >= 2)
            || (numbers >= 1 && line.chars().count() <= 8 && line.chars().any(char::is_alphabetic))
    })
}
