//! What a syllable of the language is: a beginning and a rime, with at most one tone.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::domain as data;

/// The longest word that is looked at, in letters.
const LONGEST: usize = 8;

/// The syllables of a language.
#[derive(Debug)]
pub(super) struct Syllables {
    onsets: HashSet<String>,
    rimes: HashSet<String>,
    /// Letters that bear no tone.
    consonants: HashSet<char>,
    tones: Vec<char>,
    stops: Vec<String>,
    stop_tones: Vec<char>,
}

impl Syllables {
    pub(super) fn of(written: &data::Syllables) -> Self {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let rimes = list(&written.rimes);
        let vowels: HashSet<char> = rimes.iter().filter_map(|rime| rime.chars().next()).collect();
        Self {
            consonants: written.onsets.chars().filter(|c| !vowels.contains(c)).collect(),
            onsets: list(&written.onsets).into_iter().chain([String::new()]).collect(),
            rimes: rimes.into_iter().collect(),
            tones: written.tones.chars().collect(),
            stops: list(&written.stops),
            stop_tones: written.stop_tones.chars().collect(),
        }
    }

    /// Whether a word is a syllable, in small letters or capitals.
    pub(super) fn has(&self, word: &str) -> bool {
        if word.chars().nth(LONGEST).is_some() {
            return false;
        }
        let mut tone = None;
        let (mut clear, mut bearer) = (true, None);
        let bare: String = word
            .chars()
            .flat_map(char::to_lowercase)
            .nfd()
            .filter(|c| {
                let is_tone = self.tones.contains(c);
                clear &= !is_tone
                    || tone.is_none() && bearer.is_some_and(|c| !self.consonants.contains(&c));
                bearer = Some(*c).filter(|_| !is_tone).or(bearer);
                tone = tone.or(is_tone.then_some(*c));
                !is_tone
            })
            .nfc()
            .collect();
        let splits = || bare.char_indices().map(|(at, _)| bare.split_at(at)).take(4);
        let sounds = clear
            && splits()
                .any(|(onset, rime)| self.onsets.contains(onset) && self.rimes.contains(rime));
        let stopped = || self.stops.iter().any(|end| bare.ends_with(end.as_str()));
        sounds && (tone.is_some_and(|tone| self.stop_tones.contains(&tone)) || !stopped())
    }
}
