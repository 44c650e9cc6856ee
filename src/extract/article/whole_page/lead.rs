//! The lead of a whole page: an element of its own, or a paragraph between title and body.

use super::declared::Declared;
use super::laid::Whole;
use super::place::Place;
use crate::extract::article::reading::Reading;
use crate::extract::lines::density::RUNNING;
use crate::extract::lines::line::{Kind, Line};
use crate::text::compare::{ends_sentence, same};

/// Letters that a lead has at most.
const LONGEST: usize = 1_500;
/// Letters of a description that a page's text may go on from.
const CUT: usize = 60;

/// The lead.
pub(super) fn lead(
    whole: &Whole<'_, '_>,
    declared: &Declared,
    place: &Place<'_>,
    reading: &mut Reading<'_>,
) -> Option<String> {
    let long = |text: &str| (RUNNING + 1..=LONGEST).contains(&text.chars().count());
    let selected = whole.told(&whole.rules.leads);
    if let Some((node, text)) = selected.into_iter().find(|(_, text)| long(text)) {
        let rule = reading.rule(|p| p.selector(&whole.rules.leads, "page.leads", node));
        reading.took("lead", rule, &text);
        return Some(text);
    }
    let at = place.heading.filter(|at| *at < place.from)?;
    let between = &place.page.lines[at + 1..place.from];
    let fits = |line: &&Line| {
        let (linked, all) = line.inline.linked();
        matches!(line.kind, Kind::Paragraph | Kind::Heading(_))
            && long(&line.text)
            && linked * 3 < all
    };
    let says = |line: &&Line| declared.leads.iter().find(|d| agrees(&line.text, &d.value));
    if let Some((line, said)) = between.iter().filter(fits).find_map(|l| Some((l, says(&l)?))) {
        let rule = reading.rule(|_| format!("between title and body; {}", said.place));
        reading.took("lead", rule, &line.text);
        return Some(line.text.clone());
    }
    let sentence = |line: &&Line| ends_sentence(&line.text) && line.letters() >= CUT;
    let mut sentences = between.iter().filter(fits).filter(sentence);
    let (line, None) = (sentences.next()?, sentences.next()) else { return None };
    reading.took("lead", "between title and body", &line.text);
    Some(line.text.clone())
}

/// Whether a description is a line of the page, or its beginning.
fn agrees(line: &str, description: &str) -> bool {
    let stem = description.trim_end_matches(['.', '…', ' ']);
    same(line, description) || stem.chars().count() >= CUT && line.starts_with(stem)
}
