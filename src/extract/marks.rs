//! The texts that show engines, looked for together in one pass over a page.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// All marks of all engines.
#[derive(Debug, Default)]
pub struct Marks {
    texts: Vec<String>,
    finder: Option<AhoCorasick>,
}

impl Marks {
    /// Marks in any case.
    pub fn compile<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let texts: HashSet<String> = texts.map(str::to_lowercase).filter(|text| !text.is_empty()).collect();
        let texts: Vec<String> = texts.into_iter().collect();
        // A set too large for the automaton is looked for text by text.
        let finder = AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(&texts).ok();
        Self { texts, finder }
    }

    /// Those that stand in the pieces of a page, in lower case.
    pub fn of<'m, 'p>(&'m self, pieces: impl Iterator<Item = &'p str>) -> HashSet<&'m str> {
        let ascii = self.texts.iter().all(|text| text.is_ascii());
        let mut found = vec![false; self.texts.len()];
        for piece in pieces {
            let lower = (self.finder.is_none() || !ascii).then(|| piece.to_lowercase());
            let piece = lower.as_deref().unwrap_or(piece);
            match &self.finder {
                Some(finder) => finder.find_overlapping_iter(piece).for_each(|hit| found[hit.pattern().as_usize()] = true),
                None => self.texts.iter().zip(&mut found).for_each(|(text, found)| *found |= piece.contains(text)),
            }
        }
        self.texts.iter().zip(found).filter(|(_, found)| *found).map(|(text, _)| text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_any_case_one_inside_another() {
        let marks = Marks::compile(["ms-Web", "ms-webpart", "Tỉnh", "none"].into_iter());
        let mut found: Vec<&str> = marks.of(["<p class=MS-WEBPART>", "TỈNH"].into_iter()).into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, ["ms-web", "ms-webpart", "tỉnh"]);
        assert!(Marks::default().of(["x"].into_iter()).is_empty());
        assert!(Marks::compile(std::iter::empty()).of(["x"].into_iter()).is_empty());
    }
}
