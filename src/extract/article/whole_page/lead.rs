//! The lead of a whole page: an element of its own, or a paragraph before the others, best where
//! the page declares it too.

use super::declared::Declared;
use super::laid::Whole;
use super::place::Place;
use crate::extract::article::evidence::{Evidence, Witness};
use crate::extract::article::reading::Reading;
use crate::extract::lines::density::{RUNNING, holder};
use crate::extract::lines::line::{Kind, Line};
use crate::text::compare::{ends_sentence, same};

/// Letters that a lead has at most.
const LONGEST: usize = 1_500;
/// Letters of a description that a page's text may go on from.
const CUT: usize = 60;
/// Lines before the title, and of the text, in which a selected element may stand.
const BEFORE: usize = 5;
const OPENING: usize = 3;

/// Weights of witnesses, by where they stand.
const SELECTED: u32 = 40;
const ALONE: u32 = 22;
const BETWEEN: u32 = 10;
const APART: u32 = 8;
const SAME: u32 = 20;
const BEGINS: u32 = 14;
/// Less than this is no evidence.
const LEAST: u32 = 20;

/// The lead.
pub(super) fn lead(
    whole: &Whole<'_, '_>,
    declared: &Declared,
    place: &Place<'_>,
    reading: &mut Reading<'_>,
) -> Option<String> {
    let mut evidence: Evidence<String> = Evidence::of("lead");
    let lines = &place.page.lines;
    let head = place.heading.unwrap_or(place.from);
    let near: Vec<usize> =
        (head.saturating_sub(BEFORE)..lines.len().min(place.text + OPENING)).collect();
    for (node, text) in whole.told(&whole.rules.leads) {
        if is_long(&text) && place.line_with(first_part(&text), &near).is_some() {
            let rule = reading.rule(|p| p.selector(&whole.rules.leads, "page.leads", node));
            evidence.hear(text.clone(), &text, Witness::seen(SELECTED, rule));
        }
    }
    let between = place.heading.map_or(0..0, |at| at + 1..place.core.max(at + 1));
    let between: Vec<&Line> = lines[between].iter().filter(|l| fits(l)).collect();
    for line in &between {
        let witness = Witness::seen(BETWEEN, "between title and body");
        evidence.hear(line.text.clone(), &line.text, witness);
    }
    let mut sentences = between.iter().filter(|l| ends_sentence(&l.text) && l.letters() >= CUT);
    if let (Some(line), None) = (sentences.next(), sentences.next()) {
        let witness = Witness::seen(ALONE, "the only sentence between title and body");
        evidence.hear(line.text.clone(), &line.text, witness);
    }
    if let Some(line) = apart(place) {
        let witness = Witness::seen(APART, "apart from the other paragraphs");
        evidence.hear(line.text.clone(), &line.text, witness);
    }
    for said in &declared.leads {
        evidence.support(|lead| {
            let weight = agreement(&lead.value, &said.value)?;
            Some(Witness::declared(weight, said.place.clone()))
        });
    }
    evidence.decide(LEAST, reading).map(|lead| lead.value)
}

/// Whether a line may be a lead.
fn fits(line: &Line) -> bool {
    let (linked, all) = line.inline.linked();
    matches!(line.kind, Kind::Paragraph | Kind::Heading(_))
        && is_long(&line.text)
        && linked * 3 < all
}

fn is_long(text: &str) -> bool {
    (RUNNING + 1..=LONGEST).contains(&text.chars().count())
}

/// The first paragraph, where it stands in an element that does not hold the next one.
fn apart<'l>(place: &'l Place<'_>) -> Option<&'l Line> {
    let lines = place.page.lines.get(place.text..place.to)?;
    let mut paragraphs = lines.iter().filter(|l| fits(l));
    let (first, next) = (paragraphs.next()?, paragraphs.next()?);
    let apart = holder(&place.page, first.container) != holder(&place.page, next.container);
    apart.then_some(first)
}

/// How much a description says for a lead that it is, or that it begins.
fn agreement(lead: &str, description: &str) -> Option<u32> {
    let stem = description.trim_end_matches(['.', '…', ' ']);
    match same(lead, description) {
        true => Some(SAME),
        false => (stem.chars().count() >= CUT && lead.starts_with(stem)).then_some(BEGINS),
    }
}

/// The first words of a text that may go on over several lines.
fn first_part(text: &str) -> &str {
    text.char_indices().nth(CUT).map_or(text, |(at, _)| &text[..at])
}
