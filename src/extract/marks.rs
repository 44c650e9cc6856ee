//! The texts that show engines, looked for together in a page.

use std::collections::HashSet;

use memchr::memmem::Finder;

/// All marks of all engines.
#[derive(Debug, Default)]
pub struct Marks(Vec<(Finder<'static>, String)>);

impl Marks {
    /// Marks in any case.
    pub fn compile<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let texts: HashSet<String> = texts.map(str::to_lowercase).filter(|text| !text.is_empty()).collect();
        let finder = |text: String| (Finder::new(text.as_bytes()).into_owned(), text);
        Self(texts.into_iter().map(finder).collect())
    }

    /// Those that stand in the pieces of a page, in lower case.
    pub fn of<'m, 'p>(&'m self, pieces: impl Iterator<Item = &'p str>) -> HashSet<&'m str> {
        let mut missing: Vec<&(Finder<'static>, String)> = self.0.iter().collect();
        let ascii = missing.iter().all(|(_, text)| text.is_ascii());
        let mut found = HashSet::new();
        for piece in pieces {
            // One copy in lower case and a search for each text are faster than one search for all in any case.
            let lower = if ascii { piece.as_bytes().to_ascii_lowercase() } else { piece.to_lowercase().into_bytes() };
            missing.retain(|(finder, text)| {
                let here = finder.find(&lower).is_some();
                found.extend(here.then_some(text.as_str()));
                !here
            });
        }
        found
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
