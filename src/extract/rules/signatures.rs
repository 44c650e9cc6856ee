//! The texts that show engines, looked for in a page all at once.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::Span;
use aho_corasick::packed::{self, Searcher};
use memchr::memmem;

use crate::domain::rules::engine as data;

/// Bytes of a page that are looked at in one go.
const WINDOW: usize = 4 << 10;
/// Texts that one searcher looks for; with more of them some machines' vectors are too small.
const TOGETHER: usize = 32;

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
        let written: Vec<&str> =
            data.text.iter().chain(&data.generator).map(String::as_str).collect();
        let lower = |text: &Option<String>| text.as_ref().map(|t| t.to_lowercase());
        Self {
            text: lower(&data.text),
            generator: lower(&data.generator),
            weight: data.weight,
            written: written.join(", "),
        }
    }

    /// Whether the page shows it.
    pub fn shows(&self, page: &Page<'_>) -> bool {
        self.generator.as_ref().is_none_or(|g| page.generated(g))
            && self.text.as_ref().is_none_or(|t| page.holds(t))
    }
}

/// The marks of some engines.
#[derive(Debug, Default)]
pub struct Marks {
    engines: Vec<Weighed>,
    ascii: bool,
    /// Bytes of the longest text.
    longest: usize,
    /// In order.
    texts: Vec<String>,
    /// Find the texts; `None`: a machine without vectors.
    searches: Option<Vec<Search>>,
}

/// A search for some texts that begin with no other one.
#[derive(Debug)]
struct Search {
    searcher: Searcher,
    /// For each of these itself and the texts, by number, that begin with it.
    begin: Vec<Range<usize>>,
}

/// What an engine's marks must weigh, and the marks.
#[derive(Debug)]
struct Weighed {
    number: usize,
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

/// A page in which marks were looked for.
#[derive(Debug)]
pub struct Page<'m> {
    marks: &'m Marks,
    /// What it says that made it, in lower case.
    generators: String,
    /// Which texts stand in it.
    shown: Vec<bool>,
}

impl Marks {
    /// The marks of engines, each with its number and with what they must weigh.
    pub fn compile<'e>(engines: impl Iterator<Item = (usize, i32, &'e [Mark])> + Clone) -> Self {
        let written = engines
            .clone()
            .flat_map(|(_, _, marks)| marks)
            .filter_map(|mark| mark.text.as_ref())
            .filter(|text| !text.is_empty());
        let written: Vec<&String> = written.collect::<BTreeSet<_>>().into_iter().collect();
        // In order, what begins with a text stands right behind it.
        let mut begin: Vec<Range<usize>> = Vec::new();
        for (n, text) in written.iter().enumerate() {
            match begin.last_mut() {
                Some(last) if text.starts_with(written[last.start].as_str()) => last.end = n + 1,
                _ => begin.push(n..n + 1),
            }
        }
        let search = |begin: &[Range<usize>]| {
            let texts = begin.iter().map(|texts| written[texts.start]);
            let searcher = packed::Config::new().builder().extend(texts).build()?;
            Some(Search { searcher, begin: begin.to_vec() })
        };
        let number = |text: &String| written.binary_search(&text).ok();
        let clue = |mark: &Mark| Clue {
            text: mark.text.as_ref().and_then(number),
            generator: mark.generator.clone(),
            weight: mark.weight,
        };
        Self {
            searches: begin.chunks(TOGETHER).map(search).collect(),
            longest: written.iter().map(|text| text.len()).max().unwrap_or_default(),
            ascii: written.iter().all(|text| text.is_ascii()),
            engines: engines
                .map(|(number, threshold, marks)| Weighed {
                    number,
                    threshold,
                    clues: marks.iter().map(clue).collect(),
                })
                .collect(),
            texts: written.into_iter().cloned().collect(),
        }
    }

    /// A page in pieces; no mark goes over from one to the next. `generators` in lower case.
    pub fn page<'p>(&self, pieces: impl Iterator<Item = &'p str>, generators: String) -> Page<'_> {
        let (step, mut shown) = (WINDOW.max(self.longest), vec![false; self.texts.len()]);
        let mut window = Vec::with_capacity(step + self.longest);
        for piece in pieces {
            let piece =
                if self.ascii { Cow::Borrowed(piece) } else { Cow::Owned(piece.to_lowercase()) };
            for from in (0..piece.len()).step_by(step) {
                // A text that begins in it may end behind it.
                let bytes = &piece.as_bytes()[from..piece.len().min(from + step + self.longest)];
                window.clear();
                window.extend(bytes.iter().map(u8::to_ascii_lowercase));
                self.look(&window, &mut shown);
            }
        }
        Page { marks: self, generators, shown }
    }

    /// Tells which texts, by number, stand in a part of a page in lower case.
    fn look(&self, window: &[u8], shown: &mut [bool]) {
        let Some(searches) = &self.searches else {
            let stands = |text: &String| memmem::find(window, text.as_bytes()).is_some();
            return shown
                .iter_mut()
                .zip(&self.texts)
                .for_each(|(shown, text)| *shown = *shown || stands(text));
        };
        for Search { searcher, begin } in searches {
            let mut from = 0;
            while let Some(found) = searcher.find_in(window, Span::from(from..window.len())) {
                for n in begin.get(found.pattern().as_usize()).cloned().into_iter().flatten() {
                    shown[n] =
                        shown[n] || window[found.start()..].starts_with(self.texts[n].as_bytes());
                }
                // Another one may begin inside of it.
                from = found.start() + 1;
            }
        }
    }
}

impl Page<'_> {
    /// Whether a text, in lower case, stands in the page.
    pub fn holds(&self, text: &str) -> bool {
        self.marks
            .texts
            .binary_search_by(|known| known.as_str().cmp(text))
            .map_or(text.is_empty(), |n| self.shown[n])
    }

    /// Whether a text, in lower case, stands in what the page says that made it.
    pub fn generated(&self, text: &str) -> bool {
        self.generators.contains(text)
    }

    /// The engine, by number, whose marks weigh most; of equals the last.
    pub fn engine(&self) -> Option<usize> {
        let shows = |clue: &&Clue| {
            clue.text.is_none_or(|n| self.shown[n])
                && clue.generator.as_ref().is_none_or(|generator| self.generated(generator))
        };
        let weigh = |engine: &Weighed| {
            engine.clues.iter().filter(shows).map(|clue| clue.weight).sum::<i32>()
        };
        let engines = self.marks.engines.iter();
        let weighed = engines.map(|engine| (weigh(engine), engine.threshold, engine.number));
        weighed
            .filter(|(weight, threshold, _)| weight >= threshold)
            .max_by_key(|(weight, _, n)| (*weight, *n))
            .map(|(_, _, n)| n)
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
        let marks: Vec<Mark> =
            ["ms-Web", "ms-webpart", "Tỉnh", "none"].map(|text| mark(text, 1)).into();
        let marks = Marks::compile([(0, 1, marks.as_slice())].into_iter());
        let page = marks.page(["<p class=MS-WEBPART>no", "ne TỈNH"].into_iter(), String::new());
        let found = |text: &str| page.holds(text);
        assert!(found("ms-web") && found("ms-webpart") && found("tỉnh") && !found("none"));
        assert!(!Marks::default().page(["x"].into_iter(), String::new()).holds("x"));
    }

    proptest! {
        #[test]
        fn what_stands_in_a_page_is_shown(
            texts in proptest::collection::vec("[ab]{1,6}", 0..80),
            page in "[abc]{0,90}",
        ) {
            let marks: Vec<Mark> = texts.iter().map(|text| mark(text, 1)).collect();
            let mut marks = Marks::compile([(0, 1, marks.as_slice())].into_iter());
            for _ in 0..2 {
                let page = (marks.page([page.as_str()].into_iter(), String::new()), page.as_str());
                for text in &texts {
                    prop_assert_eq!(page.0.holds(text), page.1.contains(text.as_str()), "{}", text);
                }
                marks.searches = None;
            }
        }
    }

    #[test]
    fn the_heaviest_engine_is_told_of_equals_the_last() {
        let engines = [
            (2, vec![mark("a", 1), mark("b", 1)]),
            (1, vec![mark("a", 3), mark("c", -1)]),
            (9, vec![mark("a", 8)]),
        ];
        let numbered = engines.iter().enumerate();
        let marks = Marks::compile(numbered.map(|(n, (least, marks))| (n, *least, &marks[..])));
        for (page, told) in
            [("a", Some(1)), ("ab", Some(1)), ("abc", Some(1)), ("b", None), ("", None)]
        {
            assert_eq!(marks.page([page].into_iter(), String::new()).engine(), told, "{page}");
        }
    }
}
