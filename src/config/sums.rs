//! Faults that show only in the sum of a profile's layers.

use unicode_normalization::UnicodeNormalization;

use super::layers::{Merged, Whole};
use super::located::Located;
use super::node::get;
use super::own::Own;
use super::resolved::Resolved;
use crate::domain::Fault;

/// Lists in which a word has one meaning each: it can stand in one of them alone.
const MEANINGS: [&[&str]; 4] = [
    &[
        "labels.title",
        "labels.lead",
        "labels.date",
        "labels.body",
        "labels.none",
        "authors.labels",
        "authors.sources",
        "edited.labels",
    ],
    &["lists.next", "lists.previous"],
    &["lists.related", "lists.most_read"],
    &["dates.am", "dates.pm"],
];

/// What is wrong with a profile as a whole.
pub(super) fn faults(whole: &Resolved, own: &Own<'_>) -> Vec<Located> {
    let mut faults: Vec<Located> =
        MEANINGS.iter().flat_map(|lists| contradictions(whole, lists)).collect();
    faults.extend(no_date_form(whole, own));
    faults
}

/// Words that stand in two lists which contradict one another, each at the more specific layer.
fn contradictions(whole: &Resolved, lists: &[&str]) -> Vec<Located> {
    let mut said: Vec<(String, &str, &Merged)> = Vec::new();
    let mut faults = Vec::new();
    for path in lists {
        for item in items(whole, path) {
            let Some(word) = item.plain().as_str().map(fold) else { continue };
            match said.iter().find(|(known, list, _)| *known == word && list != path) {
                Some((_, list, other)) => {
                    faults.push(contradiction(whole, (list, other), (path, item)));
                }
                None => said.push((word, path, item)),
            }
        }
    }
    faults
}

fn contradiction(whole: &Resolved, one: (&str, &Merged), other: (&str, &Merged)) -> Located {
    let specific_first = one.1.layer <= other.1.layer;
    let ((path, here), (elsewhere, there)) =
        if specific_first { (one, other) } else { (other, one) };
    let (word, place) = (here.plain(), whole.place(there));
    let what = format!("{word} stands in {path} and in {elsewhere}, from {place}");
    let advice = format!("take it out of one: {elsewhere} = {{ drop = [{}] }}", there.plain());
    whole.located(here, Fault::new(path, what, advice))
}

/// A profile that has words for months and no form of a date with one, or no form at all.
fn no_date_form(whole: &Resolved, own: &Own<'_>) -> Option<Located> {
    let has = |form: &Merged, part: &str| form.plain().as_str().is_some_and(|f| f.contains(part));
    let forms = items(whole, "dates.days");
    let month = items(whole, "dates.months").iter().find_map(|month| match &month.value {
        Whole::List(words) => words.first(),
        Whole::One(_) | Whole::Table(_) => None,
    });
    let what = match month {
        _ if forms.is_empty() => "the profile has no form of a date".to_owned(),
        Some(month) if !forms.iter().any(|form| has(form, "{month}")) => format!(
            "the profile's languages have no form of a date with {{month}}, and words for months \
                from {}",
            whole.place(month)
        ),
        _ => return None,
    };
    let advice = "add one to `days` under [dates], such as \"{d} {month} {y}\"";
    let (file, span) = own
        .files
        .iter()
        .find_map(|file| Some((file, get(&file.root, "languages")?.span.clone())))
        .or_else(|| own.files.first().map(|file| (file, file.root.span.clone())))?;
    Some(Located::new(&file.text, &span, Fault::new("languages", what, advice)))
}

fn items<'w>(whole: &'w Resolved, path: &str) -> &'w [Merged] {
    let (table, key) = path.split_once('.').unwrap_or((path, ""));
    let inner = |merged: &'w Merged, key: &str| match &merged.value {
        Whole::Table(table) => table.get(key),
        _ => None,
    };
    match inner(&whole.merged, table).and_then(|table| inner(table, key)).map(|list| &list.value) {
        Some(Whole::List(items)) => items,
        _ => &[],
    }
}

/// A word as it is compared: composed, case and kinds of blanks apart.
fn fold(word: &str) -> String {
    let words: Vec<&str> = word.split_whitespace().collect();
    words.join(" ").to_lowercase().nfc().collect()
}
