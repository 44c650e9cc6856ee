//! What cannot be in a text, by looser patterns that know no borders of words: such borders make
//! the quick engines of `regex` give up at the first letter that is not ASCII. Where a pattern does
//! not match here its strict form does not either.

use regex::{Regex, RegexSet, RegexSetBuilder, SetMatches};

use super::Grammar;
use crate::domain::DateForms;
use crate::extract::rules::lazy::{self, Lazy};

/// Memory of the patterns of days at most.
const MOST_COMPILED: usize = 1 << 22;

/// The loose patterns; one that does not compile says nothing.
#[derive(Debug, Default)]
pub(super) struct Prefilter {
    /// In the order of the profile.
    days: Option<Lazy<RegexSet>>,
    after: Option<Lazy<Regex>>,
    ahead: Option<Lazy<Regex>>,
    word: Option<Lazy<Regex>>,
}

impl Prefilter {
    pub(super) fn of(forms: &DateForms) -> Self {
        let grammar = Grammar::new(forms);
        let named = Regex::new(r"\(\?P?<[a-z]+>").ok();
        // Groups of one name do not go together.
        let bare = |source: String| {
            named
                .as_ref()
                .map(|named| lazy::settled(&borderless(&named.replace_all(&source, "(?:"))))
        };
        let sources = |list: &[String]| {
            list.iter().map(|p| format!("(?:{})", grammar.source(p))).collect::<Vec<_>>()
        };
        let times = format!("(?:{})", sources(&forms.times).join("|"));
        let one = |source: String| Some(Lazy::new(bare(source)?));
        let days: Option<Vec<String>> = sources(&forms.days).into_iter().map(bare).collect();
        Self {
            days: days.map(|days| {
                Lazy::of(move || {
                    RegexSetBuilder::new(days)
                        .case_insensitive(true)
                        .size_limit(MOST_COMPILED)
                        .build()
                        .ok()
                })
            }),
            after: one(grammar.after(&times)),
            ahead: one(grammar.ahead(&times)),
            word: grammar.word(forms).and_then(one),
        }
    }

    /// Which patterns of days may match from a place on; `None`: any.
    pub(super) fn days(&self, text: &str, from: usize) -> Option<SetMatches> {
        Some(self.days.as_ref()?.get()?.matches_at(text, from))
    }

    /// Whether a time may follow upon a date.
    pub(super) fn may_follow(&self, rest: &str) -> bool {
        may(&self.after, rest)
    }

    /// Whether a time may stand before a date.
    pub(super) fn may_lead(&self, front: &str) -> bool {
        may(&self.ahead, front)
    }

    /// Whether a word that belongs to a date may stand before it.
    pub(super) fn may_name(&self, front: &str) -> bool {
        may(&self.word, front)
    }
}

/// A pattern without the borders of words: it matches wherever the pattern itself does, and more.
fn borderless(pattern: &str) -> String {
    let (mut out, mut signs) = (String::with_capacity(pattern.len()), pattern.chars());
    while let Some(sign) = signs.next() {
        let escaped = if sign == '\\' { signs.next() } else { None };
        if escaped != Some('b') {
            out.extend(std::iter::once(sign).chain(escaped));
        }
    }
    out
}

fn may(pattern: &Option<Lazy<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_none_or(|pattern| pattern.may_match(text))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::extract::rules::dates::{Forms, has_year};

    const PIECES: [&str; 34] = [
        "1",
        "12",
        "2020",
        "0",
        "/",
        "-",
        ".",
        " ",
        ":",
        ",",
        "(",
        ")",
        "[",
        "|",
        "tháng",
        "tháng Ba",
        "năm",
        "ngày",
        "Thứ hai",
        "CN",
        "March",
        "Mar",
        "of",
        "st",
        "lúc",
        "giờ",
        "10:30",
        "CH",
        "PM",
        "GMT",
        "+7",
        "+07:00",
        "ế",
        "x",
    ];

    proptest! {
        #[test]
        fn what_is_found_is_found_without_a_glance(
            pieces in proptest::collection::vec(0..PIECES.len(), 0..24),
        ) {
            static FORMS: LazyLock<Vec<[Forms; 2]>> = LazyLock::new(|| {
                let forms = |dates: &DateForms| Forms::compile(dates).unwrap();
                let blind = |dates: &DateForms| Forms {
                    prefilter: LazyLock::new(Box::new(Prefilter::default)),
                    ..forms(dates)
                };
                let both = |dates: &DateForms| [forms(dates), blind(dates)];
                crate::config::shipped().portals.iter().map(|portal| both(&portal.dates)).collect()
            });
            let text: String = pieces.iter().map(|n| PIECES[*n]).collect();
            for [seeing, blind] in FORMS.iter() {
                let found = |forms: &Forms| forms.find_all(&text).collect::<Vec<_>>();
                prop_assert_eq!(found(seeing), found(blind), "{}", text);
            }
            let mut fours = text.as_bytes().windows(4);
            let four_digits = fours.any(|four| four.iter().all(u8::is_ascii_digit));
            prop_assert_eq!(has_year(text.as_bytes()), four_digits);
        }
    }

    #[test]
    fn the_shipped_forms_have_every_glance() {
        for portal in crate::config::shipped().portals {
            let prefilter = Prefilter::of(&portal.dates);
            assert!(
                prefilter.days.is_some()
                    && prefilter.after.is_some()
                    && prefilter.ahead.is_some()
                    && prefilter.word.is_some(),
                "{}",
                portal.name
            );
            assert!(
                prefilter.days("x 1/2/2020", 0).unwrap().matched_any()
                    && !prefilter.days("x 1/2 2020", 0).unwrap().matched_any()
            );
            assert!(
                prefilter.may_follow(" 10:30")
                    && !prefilter.may_follow(" x")
                    && prefilter.may_lead("10:30 ")
                    && !prefilter.may_lead("ế ")
            );
            assert!(prefilter.may_name("Thứ hai, ") && !prefilter.may_name("hôm, "));
        }
    }
}
