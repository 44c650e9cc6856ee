//! Letters of fonts that are older than Unicode, as data, and what a word of a language may be.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `config/letters/NAME.toml`: what the letters of some fonts stood for. Pages show them only in
/// their own fonts, and every label calls them Latin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("required" = ["hint", "letters"]))]
pub struct LegacyFont {
    /// The file's name; filled in by the loader.
    #[serde(skip)]
    pub name: String,
    /// A letter without which no page is looked at further: text of some length always has it.
    #[schemars(length(min = 1))]
    pub hint: String,
    /// The pattern of names of fonts that draw small letters as capitals.
    pub capitals: Option<String>,
    /// A letter, or a letter and its mark, with the letter that it stands for.
    pub letters: BTreeMap<String, char>,
}

/// What a syllable of a language is, in small letters: a beginning (or none) and a rime, with at
/// most one tone. Lists are divided by blanks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Syllables {
    /// Beginnings.
    pub onsets: String,
    /// Rimes.
    pub rimes: String,
    /// Marks of the tones, as Unicode combines them.
    pub tones: String,
    /// Ends of rimes that have one of `stop_tones`.
    pub stops: String,
    /// Those tones.
    pub stop_tones: String,
}

/// Letters of old fonts with the syllables of the language that was written in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OldWriting {
    /// The letters.
    pub font: LegacyFont,
    /// The syllables.
    pub syllables: Syllables,
}
