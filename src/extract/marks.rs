//! The texts that show engines, looked for in a page only as far as they decide.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use memchr::memmem::Finder;

use crate::domain::engine as data;

/// A compiled mark; its texts are in lower case.
#[derive(Debug)]
pub struct Mark {
    /// What stands in the page.
    pub text: Option<String>,
    /// What stands in what the page says that made it.
    pub generator: Option<String>,
    /// What it weighs.
    pub weight: i32,
    /// How it is written in the data.
    pub written: String,
}

impl Mark {
    /// Compiles one.
    pub fn of(data: &data::Mark) -> Self {
        let written: Vec<&str> = data.text.iter().chain(&data.generator).map(String::as_str).collect();
        let lower = |text: &Option<String>| text.as_ref().map(|t| t.to_lowercase());
        Self { text: lower(&data.text), generator: lower(&data.generator), weight: data.weight, written: written.join(", ") }
    }

    /// Whether the page shows it.
    pub fn shows(&self, page: &Page<'_>) -> bool {
        self.generator.as_ref().is_none_or(|g| page.generated(g)) && self.text.as_ref().is_none_or(|t| page.holds(t))
    }
}

/// All marks of all engines.
#[derive(Debug, Default)]
pub struct Marks {
    texts: Vec<Text>,
    numbers: HashMap<String, usize>,
    engines: Vec<Weighed>,
    ascii: bool,
}

/// A text to look for and those, by number, that stand in it.
#[derive(Debug)]
struct Text {
    finder: Finder<'static>,
    inner: Vec<usize>,
}

/// What an engine's marks must weigh, and the marks: what is likely in its pages comes first, since what is not there costs most to look for.
#[derive(Debug)]
struct Weighed {
    threshold: i32,
    clues: Vec<Clue>,
}

/// A mark whose text is known by number.
#[derive(Debug)]
struct Clue {
    text: Option<usize>,
    generator: Option<String>,
    weight: i32,
}

/// A page in which marks are looked for, each once.
#[derive(Debug)]
pub struct Page<'m> {
    marks: &'m Marks,
    /// Its text in lower case.
    text: Vec<u8>,
    /// What it says that made it, in lower case.
    generators: String,
    /// Which texts stand in it, as far as that was asked.
    known: RefCell<Vec<Option<bool>>>,
}

impl Marks {
    /// The marks of engines, with what they must weigh.
    pub fn compile<'e>(engines: impl Iterator<Item = (i32, &'e [Mark])> + Clone) -> Self {
        let written = engines.clone().flat_map(|(_, marks)| marks).filter_map(|mark| mark.text.as_ref()).filter(|text| !text.is_empty());
        let written: Vec<&String> = written.collect::<BTreeSet<_>>().into_iter().collect();
        let inner = |text: &str| (0..written.len()).filter(|n| written[*n] != text && text.contains(written[*n].as_str())).collect();
        let texts = written.iter().map(|text| Text { finder: Finder::new(text.as_bytes()).into_owned(), inner: inner(text) }).collect();
        let number = |text: &String| written.binary_search(&text).ok();
        let clue = |mark: &Mark| Clue { text: mark.text.as_ref().and_then(number), generator: mark.generator.clone(), weight: mark.weight };
        let weighed = |(threshold, marks): (i32, &[Mark])| {
            let mut clues: Vec<Clue> = marks.iter().map(clue).collect();
            clues.sort_by_key(|clue| (clue.weight < 0, Reverse(clue.weight.abs())));
            Weighed { threshold, clues }
        };
        Self {
            ascii: written.iter().all(|text| text.is_ascii()),
            engines: engines.map(weighed).collect(),
            numbers: written.iter().enumerate().map(|(n, text)| ((*text).clone(), n)).collect(),
            texts,
        }
    }

    /// A page in pieces; no mark goes over from one to the next. `generators` in lower case.
    pub fn page<'p>(&self, pieces: impl Iterator<Item = &'p str> + Clone, generators: String) -> Page<'_> {
        let mut text = Vec::with_capacity(pieces.clone().map(|piece| piece.len() + 1).sum());
        for piece in pieces {
            if self.ascii {
                text.extend(piece.as_bytes().iter().map(u8::to_ascii_lowercase));
            } else {
                text.extend_from_slice(piece.to_lowercase().as_bytes());
            }
            text.push(0);
        }
        Page { marks: self, text, generators, known: RefCell::new(vec![None; self.texts.len()]) }
    }
}

impl Page<'_> {
    /// Whether a text, in lower case, stands in the page.
    pub fn holds(&self, text: &str) -> bool {
        self.marks.numbers.get(text).map_or(text.is_empty(), |n| self.look(*n))
    }

    /// The same by its number.
    fn look(&self, number: usize) -> bool {
        if let Some(known) = self.known(number) {
            return known;
        }
        // A search that finds nothing reads the whole page: one tells of every mark that this one stands in.
        let found = self
            .marks
            .texts
            .get(number)
            .is_some_and(|text| text.inner.iter().all(|n| self.look(*n)) && text.finder.find(&self.text).is_some());
        if let Some(known) = self.known.borrow_mut().get_mut(number) {
            *known = Some(found);
        }
        found
    }

    fn known(&self, number: usize) -> Option<bool> {
        self.known.borrow().get(number).copied().flatten()
    }

    /// Whether a text, in lower case, stands in what the page says that made it.
    pub fn generated(&self, text: &str) -> bool {
        self.generators.contains(text)
    }

    /// The engine, by number, whose marks weigh most; of equals the last.
    pub fn engine(&self) -> Option<usize> {
        let engines = &self.marks.engines;
        loop {
            let bounds = || engines.iter().enumerate().map(|(n, engine)| (self.bounds(engine), n));
            let ((most, least), best) =
                bounds().filter(|((most, _), n)| *most >= engines[*n].threshold).max_by_key(|((most, _), n)| (*most, *n))?;
            let threshold = engines[best].threshold;
            // The most promising goes on until no other can weigh more, whatever else is found.
            let sure = least >= threshold && bounds().all(|((most, _), n)| n == best || (most, n) < (least, best));
            let Some(next) = engines[best].clues.iter().find(|clue| !sure && most > least && self.shows(clue).is_none()) else {
                return Some(best);
            };
            next.text.map(|text| self.look(text));
        }
    }

    /// What an engine's marks weigh at most and at least, by what is known.
    fn bounds(&self, engine: &Weighed) -> (i32, i32) {
        engine.clues.iter().fold((0, 0), |(most, least), clue| match self.shows(clue) {
            Some(true) => (most + clue.weight, least + clue.weight),
            Some(false) => (most, least),
            None => (most + clue.weight.max(0), least + clue.weight.min(0)),
        })
    }

    /// Whether the page shows a mark, if that is known.
    fn shows(&self, clue: &Clue) -> Option<bool> {
        match (&clue.generator, clue.text) {
            (Some(generator), _) if !self.generated(generator) => Some(false),
            (_, Some(text)) => self.known(text),
            (_, None) => Some(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(text: &str, weight: i32) -> Mark {
        Mark::of(&data::Mark { text: Some(text.to_owned()), generator: None, weight })
    }

    #[test]
    fn marks_in_any_case_one_inside_another() {
        let marks: Vec<Mark> = ["ms-Web", "ms-webpart", "Tỉnh", "none"].map(|text| mark(text, 1)).into();
        let marks = Marks::compile([(1, marks.as_slice())].into_iter());
        let page = marks.page(["<p class=MS-WEBPART>no", "ne TỈNH"].into_iter(), String::new());
        let found = |text: &str| page.holds(text);
        assert!(found("ms-web") && found("ms-webpart") && found("tỉnh") && !found("none"));
        assert!(!Marks::default().page(["x"].into_iter(), String::new()).holds("x"));
    }

    proptest! {
        #[test]
        fn the_engine_that_is_told_early_weighs_most(
            engines in proptest::collection::vec((1..4i32, proptest::collection::vec(("[ab]{1,3}", -3..4i32), 0..6)), 0..5),
            text in "[abc]{0,8}",
        ) {
            let engines: Vec<(i32, Vec<Mark>)> =
                engines.into_iter().map(|(least, marks)| (least, marks.iter().map(|(text, weight)| mark(text, *weight)).collect())).collect();
            let weighs = |marks: &[Mark]| marks.iter().filter(|m| text.contains(m.text.as_deref().unwrap())).map(|m| m.weight).sum::<i32>();
            let heavy = engines.iter().enumerate().map(|(n, (least, marks))| (weighs(marks), *least, n)).filter(|(weight, least, _)| weight >= least);
            let marks = Marks::compile(engines.iter().map(|(least, marks)| (*least, marks.as_slice())));
            let told = marks.page([text.as_str()].into_iter(), String::new()).engine();
            prop_assert_eq!(told, heavy.max_by_key(|(weight, _, n)| (*weight, *n)).map(|(_, _, n)| n));
        }
    }
}
