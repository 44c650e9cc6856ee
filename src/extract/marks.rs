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

    /// Those that stand in a page, in lower case.
    pub fn of<'m>(&'m self, html: &str) -> HashSet<&'m str> {
        let lower = (self.finder.is_none() || !self.texts.iter().all(|text| text.is_ascii())).then(|| html.to_lowercase());
        let html = lower.as_deref().unwrap_or(html);
        let Some(finder) = &self.finder else {
            return self.texts.iter().map(String::as_str).filter(|text| html.contains(text)).collect();
        };
        let mut found = vec![false; self.texts.len()];
        finder.find_overlapping_iter(html).for_each(|hit| found[hit.pattern().as_usize()] = true);
        self.texts.iter().zip(found).filter(|(_, found)| *found).map(|(text, _)| text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_any_case_one_inside_another() {
        let marks = Marks::compile(["ms-Web", "ms-webpart", "Tỉnh", "none"].into_iter());
        let mut found: Vec<&str> = marks.of("<p class=MS-WEBPART>TỈNH").into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, ["ms-web", "ms-webpart", "tỉnh"]);
        assert!(Marks::default().of("x").is_empty());
        assert!(Marks::compile(std::iter::empty()).of("x").is_empty());
    }
}
