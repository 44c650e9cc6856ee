//! Authors: by label, or as a signature at the end of a body.

use std::borrow::Cow;
use std::ops::Range;

use crate::extract::article::reading::Reading;
use crate::extract::rules::profile::Profile;
use crate::extract::rules::words::Words;
use crate::text::compare::trim;

/// Letters of a value behind a label; longer ones are running text.
const LONGEST: usize = 120;

/// Names by label.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// Authors.
    pub authors: Vec<String>,
    /// Sources, which count where there is no author.
    pub sources: Vec<String>,
}

impl Named {
    /// Takes authors.
    pub fn author(&mut self, text: &str, rule: Cow<'static, str>, reading: &mut Reading<'_>) {
        reading.took("authors", rule, text);
        add(&mut self.authors, text, reading.profile);
    }

    /// Takes sources.
    pub fn source(&mut self, text: &str, rule: Cow<'static, str>, reading: &mut Reading<'_>) {
        reading.took("authors", rule, text);
        add(&mut self.sources, text, reading.profile);
    }

    /// Authors, else sources.
    pub fn names(self) -> Vec<String> {
        if self.authors.is_empty() { self.sources } else { self.authors }
    }
}

fn add(to: &mut Vec<String>, text: &str, profile: &Profile) {
    for name in divided(text, profile) {
        if !to.contains(&name) {
            to.push(name);
        }
    }
}

/// One name each, if every part is a name.
fn divided(text: &str, profile: &Profile) -> Vec<String> {
    let mut parts = vec![text];
    for mark in profile.data.authors.divide.iter().filter(|mark| text.contains(mark.as_str())) {
        parts = parts.into_iter().flat_map(|p| p.split(mark.as_str())).collect();
    }
    let clean = |t: &str| trim(t).trim_matches(['(', ')', '[', ']', '.']).trim().to_owned();
    let names: Vec<String> = parts.into_iter().map(clean).filter(|n| !n.is_empty()).collect();
    match names.len() > 1 && names.iter().all(|n| is_name(n, profile)) {
        true => names,
        false => Some(clean(text)).filter(|n| !n.is_empty()).into_iter().collect(),
    }
}

/// Takes an author or source behind its label in a text; gives what it covers.
pub(crate) fn take(
    text: &str,
    borders: &[usize],
    named: &mut Named,
    reading: &mut Reading<'_>,
) -> Option<Range<usize>> {
    let profile = reading.profile;
    if let Some((cut, value)) = labelled(text, borders, &profile.author_labels) {
        let said = &text[cut.clone()];
        let rule = reading.rule(|p| p.label(&p.author_labels, "authors.labels", said));
        named.author(&text[value], rule, reading);
        return Some(cut);
    }
    let (cut, value) = labelled(text, borders, &profile.source_labels)?;
    let said = &text[cut.clone()];
    let rule = reading.rule(|p| p.label(&p.source_labels, "authors.sources", said));
    named.source(&text[value], rule, reading);
    Some(cut)
}

/// A label with its colon, and the value up to the next border or division.
fn labelled(text: &str, borders: &[usize], labels: &Words) -> Option<(Range<usize>, Range<usize>)> {
    // Cheap test first: most texts hold no colon; 0xEF is the first byte of the full-width one.
    memchr::memchr2(b':', 0xEF, text.as_bytes())?;
    for label in labels.find(text) {
        let before = text[..label.start].trim_end();
        let opens = before.is_empty()
            || before.ends_with(['|', '•', '·', '-', '–', '(', '[', ';'])
            || borders.iter().any(|b| *b <= label.start && *b >= before.len());
        let rest = &text[label.end..];
        let Some(colon) =
            rest.find([':', '：']).filter(|at| opens && rest[..*at].trim().is_empty())
        else {
            continue;
        };
        let start = label.end + colon + rest[colon..].chars().next().map_or(1, char::len_utf8);
        let lettered = |end: usize| text[start..end].contains(char::is_alphabetic);
        let border = borders.iter().copied().find(|b| *b > start && lettered(*b));
        let bar = text[start..]
            .match_indices(['|', '•', '·', '(', ')'])
            .map(|(at, _)| start + at)
            .find(|at| lettered(*at));
        let end = [border, bar].into_iter().flatten().min().unwrap_or(text.len());
        if lettered(end) && text[start..end].chars().count() <= LONGEST {
            return Some((label.start..end, start..end));
        }
    }
    None
}

/// An author or source whose label opens a line and whose value is the rest of it.
pub(crate) fn line(text: &str, named: &mut Named, reading: &mut Reading<'_>) -> bool {
    let profile = reading.profile;
    let text = text.trim().trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
    if text.chars().count() > LONGEST {
        return false;
    }
    if let Some(at) =
        profile.author_labels.label(text).filter(|at| text[*at..].contains(char::is_alphabetic))
    {
        let rule = reading.rule(|p| p.label(&p.author_labels, "authors.labels", text));
        named.author(&text[at..], rule, reading);
        return true;
    }
    let labelled =
        profile.source_labels.label(text).filter(|at| text[*at..].contains(char::is_alphabetic));
    let bare = || profile.source_labels.opening(text).filter(|at| is_name(&text[*at..], profile));
    let Some(at) = labelled.or_else(bare) else { return false };
    let rule = reading.rule(|p| p.label(&p.source_labels, "authors.sources", text));
    named.source(&text[at..], rule, reading);
    true
}

/// Whether a text looks like a name: few words, each with a capital, nothing of a sentence.
pub(crate) fn is_name(text: &str, profile: &Profile) -> bool {
    let rules = &profile.data.authors;
    let text = text.trim().trim_matches(['(', ')', '[', ']', '"', '“', '”']).trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    let letters = text.chars().count();
    let part = |w: &str| {
        let bare = w.trim_matches([',', '.']);
        matches!(w, "-" | "–" | "&" | "/")
            || bare.starts_with(char::is_uppercase)
            || rules.particles.iter().any(|p| p == bare)
    };
    let sign = |c: char| {
        c.is_alphabetic()
            || c.is_whitespace()
            || matches!(c, '-' | '–' | '&' | '/' | '.' | ',' | '’' | '\'' | '\u{300}'..='\u{36f}')
    };
    let names = words.iter().filter(|w| w.starts_with(char::is_uppercase)).count();
    (1..=rules.words).contains(&names)
        && letters <= rules.letters
        && letters > 1
        && text.chars().all(sign)
        && words.iter().all(|w| part(w))
        && !text.ends_with(['.', ','])
}
