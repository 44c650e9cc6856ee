//! The date of publication: by its form and its label; a date inside a sentence is none.

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::Written;
use crate::extract::article::reading::Reading;
use crate::extract::lines::line::Line;
use crate::extract::rules::dates::Found;
use crate::extract::rules::profile::Profile;
use crate::extract::rules::words::Words;

/// The dates of a block.
#[derive(Debug, Default)]
pub(crate) struct Dates {
    /// With a label of its own.
    labelled: Option<Written>,
    /// Without one.
    bare: Option<Written>,
    /// Of an edit.
    edited: Option<Written>,
}

/// The first date of a text.
pub(crate) fn find(text: &str, profile: &Profile) -> Option<Found> {
    profile.dates.find(text)
}

impl Dates {
    /// A date of publication that is settled.
    pub fn of(published: Written) -> Self {
        Self { labelled: Some(published), ..Self::default() }
    }

    /// The date of publication, if there is one.
    pub fn published(&self, profile: &Profile) -> Option<Written> {
        self.published_any().or(self.edited.filter(|_| profile.data.edited.counts))
    }

    /// A date of publication that needs no switch of the profile.
    pub fn published_any(&self) -> Option<Written> {
        self.labelled.or(self.bare)
    }

    /// Takes the date of a text that a rule gives for one.
    pub fn labelled(&mut self, text: &str, rule: Cow<'static, str>, reading: &mut Reading<'_>) {
        if let Some(found) = find(text, reading.profile) {
            reading.took("published", rule, &text[found.span]);
            self.labelled.get_or_insert(found.written);
        }
    }

    /// Where nothing else gives a date: the one that the listing says, with the time of a line that
    /// says it too; the number of that line.
    pub fn as_listed(&mut self, lines: &[Line], reading: &mut Reading<'_>) -> Option<usize> {
        let listed = reading.witnesses.teaser.and_then(|teaser| teaser.date);
        let listed = listed.filter(|_| self.published_any().is_none())?;
        let says = |line: &Line| {
            let found = find(&line.text, reading.profile).map(|found| found.written);
            found.filter(|found| found.date == listed.date)
        };
        let said = lines.iter().enumerate().find_map(|(n, line)| Some((n, says(line)?)));
        let text = said.map_or("", |(n, _)| lines[n].text.as_str());
        reading.took("published", "date that the listing says", text);
        self.bare = Some(said.map_or(listed, |(_, written)| written));
        said.map(|(n, _)| n)
    }

    /// Takes the date of a text that tells of an edit.
    pub fn edited(&mut self, text: &str, reading: &mut Reading<'_>) {
        if let Some(found) = find(text, reading.profile) {
            reading.left("date of an edit", &text[found.span]);
            self.edited.get_or_insert(found.written);
        }
    }

    /// Takes a date that stands apart in a text; gives what it covers with its label.
    pub fn take(
        &mut self,
        text: &str,
        borders: &[usize],
        reading: &mut Reading<'_>,
    ) -> Option<Range<usize>> {
        let profile = reading.profile;
        let found = find(text, profile)?;
        let Range { start, end } = found.span.clone();
        match said(text, &found, borders, profile) {
            Said::Edited(at) => {
                self.edited(&text[start..], reading);
                Some(at..end)
            }
            Said::Labelled(at) => {
                let rule = reading.rule(|p| p.label(&p.date_labels, "labels.date", &text[at..end]));
                reading.took("published", rule, &text[at..end]);
                self.labelled.get_or_insert(found.written);
                Some(at..end)
            }
            Said::Apart => {
                reading.took("published", "date that stands apart", &text[start..end]);
                self.bare.get_or_insert(found.written);
                Some(start..end)
            }
            Said::Within => None,
        }
    }
}

/// What a text says of a date in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It tells of an edit, by a word that begins here.
    Edited(usize),
    /// It tells of publication, by a word that begins here.
    Labelled(usize),
    /// It stands apart from all else.
    Apart,
    /// It stands among words.
    Within,
}

/// What a text says of the date that was found in it.
pub(crate) fn said(text: &str, found: &Found, borders: &[usize], profile: &Profile) -> Said {
    let Range { start, end } = found.span.clone();
    let (before, after) = (&text[..start], &text[end..]);
    let within = |words: &Words| words.find(&text[start..end]).next().map(|_| start);
    if let Some(at) = profile.edited.closing(before).or_else(|| within(&profile.edited)) {
        return Said::Edited(at);
    }
    if let Some(at) = profile.date_labels.closing(before).or_else(|| within(&profile.date_labels)) {
        return Said::Labelled(at);
    }
    let blanks = after.len() - after.trim_start().len();
    let left = parted(before.trim_end().chars().next_back())
        || borders.iter().any(|b| *b <= start && *b >= before.trim_end().len());
    let right = parted(after.trim_start().chars().next())
        || borders.iter().any(|b| *b >= end && *b <= end + blanks);
    let letters = |t: &str| t.chars().filter(|c| c.is_alphabetic()).count();
    // A line that begins or ends with a date is a sentence unless something parts them.
    let apart = (left && right) || letters(before) + letters(after) == 0;
    if apart { Said::Apart } else { Said::Within }
}

/// Whether a neighbour is none, or divides fields.
fn parted(neighbour: Option<char>) -> bool {
    neighbour.is_none_or(|c| {
        matches!(
            c,
            '|' | '•' | '·' | '-' | '–' | '—' | '(' | ')' | '[' | ']' | '/' | '*' | '»' | '←' | '→'
        )
    })
}
