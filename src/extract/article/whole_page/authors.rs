//! The authors of a whole page: what its elements, the lines beside its title and its head agree
//! on.

use std::borrow::Cow;

use url::Url;

use super::declared::{Declared, Speaker};
use super::laid::Whole;
use super::place::Place;
use crate::extract::article::evidence::{Evidence, Witness};
use crate::extract::article::reading::Reading;
use crate::extract::rules::profile::Profile;
use crate::text::compare::{same, trim};

/// Weights of witnesses, by where they stand.
const WORK: u32 = 40;
const LINE: u32 = 36;
const META: u32 = 30;
const SELECTED: u32 = 34;
const CLOSING: u32 = 20;
const OFFICE: u32 = 14;
const FAR: u32 = 12;
/// The site's own name: only where nobody else is named.
const SITE: u32 = 2;
/// Less is no evidence.
const LEAST: u32 = 2;
/// Letters of a line of authors at most.
const LONGEST: usize = 160;
/// Letters and words of a name at most.
const LETTERS: usize = 60;
const WORDS: usize = 7;

/// Authors together.
#[derive(Clone, Debug)]
struct Names(Vec<String>);

impl PartialEq for Names {
    /// Whether they share a name.
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().any(|a| other.0.iter().any(|b| same(a, b)))
    }
}

/// What was heard of authors.
struct Heard<'d> {
    evidence: Evidence<Names>,
    declared: &'d Declared,
    host: Option<&'d str>,
    /// Lines that name authors alone.
    lines: Vec<String>,
}

/// The authors, and the lines that name them alone.
pub(super) fn authors(
    whole: &Whole<'_, '_>,
    declared: &Declared,
    place: &Place<'_>,
    reading: &mut Reading<'_>,
) -> (Vec<String>, Vec<String>) {
    let host = whole.source.url.and_then(Url::host_str);
    let evidence = Evidence::of("authors");
    let mut heard = Heard { evidence, declared, host, lines: Vec::new() };
    let beside = place.beside();
    let far = heard.elements(whole, place, &beside, reading);
    for n in beside.into_iter().filter(|n| Some(*n) != place.heading) {
        heard.line(n, place, reading);
    }
    for said in &declared.authors {
        let text = said.value.join(", ");
        let weight = match said.by {
            Speaker::Work => WORK,
            Speaker::Meta => META,
            Speaker::Office => OFFICE,
        };
        let names =
            turned(&said.value).iter().flat_map(|name| names(name, reading.profile)).collect();
        heard.hear(names, &text, Witness::declared(weight, said.place.clone()));
    }
    // Teasers of other articles name others: far names count where they are all the same.
    if far.windows(2).all(|w| w[0].0 == w[1].0) {
        for (Names(names), text, rule) in far {
            heard.hear(names, &text, Witness::seen(FAR, rule));
        }
    }
    let won = heard.evidence.decide(LEAST, reading);
    (won.map(|won| won.value.0).unwrap_or_default(), heard.lines)
}

/// Names far from the title, as they are written, and the rule that found them.
type Far = (Names, String, Cow<'static, str>);

impl Heard<'_> {
    /// Hears a witness for names; the site's own counts little, and nothing beside others.
    fn hear(&mut self, names: Vec<String>, text: &str, witness: Witness) -> bool {
        let is_site = |name: &String| self.declared.is_site(name, self.host);
        let (site, people): (Vec<_>, Vec<_>) = names.into_iter().partition(is_site);
        let (names, weight) = match people.is_empty() {
            true => (site, SITE),
            false => (people, witness.weight),
        };
        let known = !names.is_empty();
        if known {
            self.evidence.hear(Names(names), text, Witness { weight, ..witness });
        }
        known
    }

    /// Selected elements; gives those far from the title.
    fn elements(
        &mut self,
        whole: &Whole<'_, '_>,
        place: &Place<'_>,
        beside: &[usize],
        reading: &Reading<'_>,
    ) -> Vec<Far> {
        let mut far = Vec::new();
        for (node, text) in whole.named(&whole.rules.authors) {
            let rule = reading.rule(|p| p.selector(&whole.rules.authors, "page.authors", node));
            let names = names(&text, reading.profile);
            match place.line_with(&text, beside) {
                None if names.is_empty() => {}
                None => far.push((Names(names), text, rule)),
                Some(n) => {
                    let weight = if place.closing(n) { CLOSING } else { SELECTED };
                    if self.hear(names, &text, Witness::seen(weight, rule)) {
                        self.lines.push(text);
                    }
                }
            }
        }
        far
    }

    /// A line beside the title.
    fn line(&mut self, n: usize, place: &Place<'_>, reading: &Reading<'_>) {
        let profile = reading.profile;
        let Some((said, at)) = byline(n, place, profile) else { return };
        let weight = if place.closing(n) { CLOSING } else { LINE };
        let rule = reading.rule(|p| match p.author_labels.label(said) {
            Some(_) => p.label(&p.author_labels, "authors.labels", said),
            None => p.label(&p.bylines, "authors.bylines", said),
        });
        let mut names = names(&said[at..], profile);
        names.retain(|name| !name.starts_with(char::is_lowercase));
        if self.hear(names, said, Witness::seen(weight, rule)) {
            self.lines.push(said.to_owned());
        }
    }
}

/// Names that are all written with the surname first, as they are spoken.
fn turned(names: &[String]) -> Vec<String> {
    let parts = |name: &String| {
        let (last, first) = name.split_once(',')?;
        let fits = !first.contains(',') && !last.trim().contains(' ') && !first.trim().is_empty();
        fits.then(|| format!("{} {}", first.trim(), last.trim()))
    };
    let all: Option<Vec<String>> = names.iter().map(parts).collect();
    all.filter(|all| all.len() > 1).unwrap_or_else(|| names.to_vec())
}

/// A line that names authors, and where its names begin: behind a label that opens it or one of its
/// fields, or that is the whole line before it.
fn byline<'p>(n: usize, place: &'p Place<'_>, profile: &Profile) -> Option<(&'p str, usize)> {
    let lines = &place.page.lines;
    let line = lines.get(n).filter(|l| l.is_text() && l.letters() <= LONGEST)?;
    let text = line.text.as_str();
    let label = n.checked_sub(1).map(|before| lines[before].text.as_str()).unwrap_or_default();
    if line.letters() <= LETTERS && (profile.bylines.is(label) || profile.author_labels.is(label)) {
        return Some((text, 0));
    }
    let opens =
        |text: &str| profile.author_labels.label(text).or_else(|| profile.bylines.opening(text));
    let dated = profile.dates.find(text).map(|found| found.span.end);
    let marks = text.match_indices(['|', '•', '·', '–', '—']).map(|(at, m)| at + m.len());
    std::iter::once(0).chain(dated).chain(marks).find_map(|from| {
        let field = text[from..].trim_start_matches(|c: char| !c.is_alphanumeric());
        let at = text.len() - field.len();
        opens(field).map(|behind| (text, at + behind))
    })
}

/// The names of a text that names authors: without its label, a date, an address of mail, and what
/// stands apart behind them.
fn names(text: &str, profile: &Profile) -> Vec<String> {
    let text = trim(text);
    let behind = |text: &str| {
        let label = profile.author_labels.label(text).or_else(|| profile.bylines.opening(text));
        label.filter(|at| *at < text.len())
    };
    let text = behind(text).map_or(text, |at| &text[at..]);
    if text.contains("://") || text.starts_with("www.") {
        return Vec::new();
    }
    let dated = profile.dates.find(text).map_or(text.len(), |found| found.span.start);
    let text = match &text[..dated] {
        // A date may stand before the names.
        before if before.chars().any(char::is_alphabetic) => before,
        _ => profile.dates.find(text).map_or(text, |found| &text[found.span.end..]),
    };
    let fields = text.split(['|', '•', '·', '\n']).map(trim);
    let Some(text) = fields.into_iter().find(|f| f.chars().any(char::is_alphabetic)) else {
        return Vec::new();
    };
    let text = behind(text).map_or(text, |at| &text[at..]);
    parted(text, profile).into_iter().filter(|name| is_name(name, profile)).collect()
}

/// The parts of a list of names. A title behind a name, such as `PhD`, goes with it.
fn parted(text: &str, profile: &Profile) -> Vec<String> {
    let mut parts = vec![text];
    for mark in &profile.data.authors.divide {
        parts = parts.into_iter().flat_map(|p| p.split(mark.as_str())).collect();
    }
    let parts: Vec<&str> = parts.into_iter().map(trim).filter(|p| !p.is_empty()).collect();
    let mut names: Vec<String> = Vec::new();
    for part in parts {
        let letters = part.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = part.chars().filter(|c| c.is_uppercase()).count();
        let is_title = letters > 0 && letters < 6 && !part.contains(' ') && capitals * 2 >= letters;
        match names.last_mut().filter(|_| is_title) {
            Some(name) => *name = format!("{name}, {part}"),
            None => names.push(part.to_owned()),
        }
    }
    names
}

/// Whether a text may be the name of a person or an office.
fn is_name(text: &str, profile: &Profile) -> bool {
    let words = text.split_whitespace().count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let small = text.split_whitespace().filter(|w| w.starts_with(char::is_lowercase)).count();
    letters > 1
        && (small <= 2 || small * 3 < words * 2)
        && text.chars().count() <= LETTERS
        && words <= WORDS
        && digits * 3 < letters
        && !text.contains(['@', '{', '}', '<', '>', '?', '!', '='])
        && !profile.no_names.is(text)
}
