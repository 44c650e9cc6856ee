//! The texts that show engines, looked for in a page only as far as they decide.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use memchr::memmem::Finder;

use super::engine::Engine;
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
    /// Each with its search and the marks that stand in it.
    finders: HashMap<String, (Finder<'static>, Vec<String>)>,
    ascii: bool,
}

/// A page in which marks are looked for, each once.
#[derive(Debug)]
pub struct Page<'m> {
    marks: &'m Marks,
    /// Its text in lower case.
    text: Vec<u8>,
    /// What it says that made it, in lower case.
    generators: String,
    known: RefCell<HashMap<&'m str, bool>>,
}

impl Marks {
    /// Marks in any case.
    pub fn compile<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let texts: HashSet<String> = texts.map(str::to_lowercase).filter(|text| !text.is_empty()).collect();
        let inner = |text: &str| texts.iter().filter(|other| *other != text && text.contains(other.as_str())).cloned().collect();
        let finder = |text: &String| (text.clone(), (Finder::new(text.as_bytes()).into_owned(), inner(text)));
        Self { ascii: texts.iter().all(|text| text.is_ascii()), finders: texts.iter().map(finder).collect() }
    }

    /// A page in pieces; no mark goes over from one to the next. `generators` in lower case.
    pub fn page<'p>(&self, pieces: impl Iterator<Item = &'p str> + Clone, generators: String) -> Page<'_> {
        let mut text = Vec::with_capacity(pieces.clone().map(|piece| piece.len() + 1).sum());
        for piece in pieces {
            if self.ascii {
                let from = text.len();
                text.extend_from_slice(piece.as_bytes());
                text[from..].make_ascii_lowercase();
            } else {
                text.extend_from_slice(piece.to_lowercase().as_bytes());
            }
            text.push(0);
        }
        Page { marks: self, text, generators, known: RefCell::default() }
    }
}

impl Page<'_> {
    /// Whether a text, in lower case, stands in the page.
    pub fn holds(&self, text: &str) -> bool {
        let Some((text, (finder, inner))) = self.marks.finders.get_key_value(text) else { return text.is_empty() };
        if let Some(known) = self.known.borrow().get(text.as_str()) {
            return *known;
        }
        // A search that finds nothing reads the whole page: one tells of every mark that this one stands in.
        let found = inner.iter().all(|inner| self.holds(inner)) && finder.find(&self.text).is_some();
        self.known.borrow_mut().insert(text, found);
        found
    }

    /// Whether a text, in lower case, stands in what the page says that made it.
    pub fn generated(&self, text: &str) -> bool {
        self.generators.contains(text)
    }

    /// The engine whose marks weigh most, with their weight; of equals the last.
    pub fn engine<'e>(&self, engines: &'e [Engine]) -> Option<(&'e Engine, i32)> {
        // Each with its next mark to look for and what it weighs if all that help it are found.
        let mut open: Vec<(i32, usize, usize)> = engines.iter().enumerate().map(|(n, e)| (e.most(), n, 0)).collect();
        // The most promising goes on: where all its marks are known, no other can weigh more.
        while let Some(best) = open.iter_mut().max() {
            let engine = engines.get(best.1)?;
            if best.0 < engine.threshold() {
                let n = best.1;
                open.retain(|(_, other, _)| *other != n);
                continue;
            }
            let Some(mark) = engine.marks().get(best.2) else { return Some((engine, best.0)) };
            let found = mark.shows(self);
            best.2 += 1;
            best.0 += if found { mark.weight.min(0) } else { -mark.weight.max(0) };
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_any_case_one_inside_another() {
        let marks = Marks::compile(["ms-Web", "ms-webpart", "Tỉnh", "none"].into_iter());
        let page = marks.page(["<p class=MS-WEBPART>no", "ne TỈNH"].into_iter(), String::new());
        let found = |text: &str| page.holds(text);
        assert!(found("ms-web") && found("ms-webpart") && found("tỉnh") && !found("none"));
        assert!(!Marks::default().page(["x"].into_iter(), String::new()).holds("x"));
    }
}
