//! Direction and language of what is written, where they are not those of what is around it.

use super::field;
use crate::domain::run::Run;

/// What is said of an element.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Speech {
    /// Its direction.
    pub direction: Option<&'static str>,
    /// Its language.
    pub language: Option<String>,
}

/// The article's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own<'a> {
    /// Whether it runs from right to left.
    pub leftward: bool,
    /// Its language.
    pub language: Option<&'a str>,
}

impl Own<'_> {
    /// What must be said of an element that stands in no other: readers know the article's language
    /// but no direction.
    pub fn outer<'r>(self, lines: impl Iterator<Item = &'r [Run]> + Clone) -> Speech {
        let mut speech = self.of(lines);
        speech.direction = match speech.direction {
            None if self.leftward => Some("rtl"),
            Some("ltr") if !self.leftward => None,
            said => said,
        };
        speech
    }

    /// What must be said of an element inside of another one.
    pub fn inner<'r>(
        self,
        lines: impl Iterator<Item = &'r [Run]> + Clone,
        outer: &Speech,
    ) -> Speech {
        let mut speech = self.of(lines);
        let around = outer.direction.unwrap_or("ltr");
        speech.direction = speech.direction.filter(|said| *said != around);
        speech.language = speech.language.filter(|said| outer.language.as_ref() != Some(said));
        speech
    }

    /// What all of some lines have in common.
    fn of<'r>(self, lines: impl Iterator<Item = &'r [Run]> + Clone) -> Speech {
        let mut voices = lines
            .flatten()
            .filter(|run| !run.text.trim().is_empty())
            .map(|run| run.voice.as_deref());
        let Some(Some(first)) = voices.next() else { return Speech::default() };
        let (mut direction, mut language) = (first.direction, first.language.as_deref());
        for voice in voices {
            direction = direction.filter(|said| voice.and_then(|v| v.direction) == Some(said));
            language =
                language.filter(|said| voice.and_then(|v| v.language.as_deref()) == Some(said));
        }
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        let other = |tag: &&str| self.language.is_none_or(|own| primary(own) != primary(tag));
        Speech { direction, language: language.filter(other).and_then(field::language) }
    }
}
