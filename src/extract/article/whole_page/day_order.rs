//! Which number of a date is the day, where its numbers alone do not say it.

use super::laid::Whole;
use super::place::Place;
use crate::domain::DateOrder;
use crate::extract::rules::profile::Profile;

/// Lines of a page whose dates are asked for the order of day and month.
const MOST_ASKED: usize = 4_000;

/// The order of day and month: by the region of the page's language, by dates of the page that
/// admit one reading, else day first, unless readers of the language write both.
pub(super) fn order(
    whole: &Whole<'_, '_>,
    place: &Place<'_>,
    profile: &Profile,
) -> Option<DateOrder> {
    let forms = &profile.data.dates;
    let language = whole.head.spoken();
    let mut parts = language.as_deref().unwrap_or_default().split('-');
    let primary = parts.next().unwrap_or_default();
    let region = parts.find_map(|part| forms.regions.get(part).copied());
    let lines = place.page.lines.iter().take(MOST_ASKED);
    let read = lines.flat_map(|l| numbers(&l.text)).find_map(|(a, b)| match (a > 12, b > 12) {
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    });
    let unclear = forms.unclear.iter().any(|language| language == primary);
    read.or(region).or_else(|| (!unclear).then_some(DateOrder::Dmy))
}

/// The first two numbers of each date of a text that is written in numbers, the year last.
fn numbers(text: &str) -> Vec<(u8, u8)> {
    let mut found = Vec::new();
    if !text.contains(['/', '-']) {
        return found;
    }
    for word in text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '/' | '-'))) {
        let parts: Vec<&str> = word.split(['/', '-']).collect();
        if let [a, b, year] = parts[..]
            && year.len() == 4
            && let (Ok(a @ 1..=31), Ok(b @ 1..=31)) = (a.parse(), b.parse())
        {
            found.push((a, b));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_dates_are_found_with_the_year_last() {
        assert_eq!(numbers("from 25/12/2020 to 3-4-2021, 2020/1/2, 1.2.2020"), [(25, 12), (3, 4)]);
        assert_eq!(numbers("1/2/20, 40/1/2020, 1/2/2020/3"), []);
    }
}
