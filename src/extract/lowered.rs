//! A page in lower case, asked for texts.

use std::borrow::Cow;
use std::cell::RefCell;

use memchr::memmem;

/// Characters outside of ASCII whose lower case is in it.
const STRANGERS: [&str; 2] = ["\u{212a}", "\u{130}"];

/// A page in lower case; each text is looked for once.
pub(super) struct Lowered<'a> {
    html: &'a str,
    ascii: Vec<u8>,
    full: RefCell<Option<String>>,
    asked: RefCell<Vec<(String, bool)>>,
}

impl<'a> Lowered<'a> {
    /// Takes a page.
    pub fn of(html: &'a str) -> Self {
        Self { html, ascii: html.as_bytes().to_ascii_lowercase(), full: RefCell::default(), asked: RefCell::default() }
    }

    /// Whether the page in lower case holds a text, itself in lower case.
    pub fn holds(&self, text: &str) -> bool {
        if let Some((_, known)) = self.asked.borrow().iter().find(|(t, _)| t == text) {
            return *known;
        }
        let plain = text.is_ascii() && !STRANGERS.iter().any(|s| self.find(s.as_bytes()));
        let holds = if plain { self.find(text.as_bytes()) } else { self.whole().contains(text) };
        self.asked.borrow_mut().push((text.to_owned(), holds));
        holds
    }

    fn find(&self, text: &[u8]) -> bool {
        memmem::find(&self.ascii, text).is_some()
    }

    fn whole(&self) -> Cow<'_, str> {
        Cow::Owned(self.full.borrow_mut().get_or_insert_with(|| self.html.to_lowercase()).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_standard_library_says() {
        for (html, text) in [("A Webpartid=", "webpartid="), ("K", "k"), ("\u{212a}", "k"), ("İ", "i"), ("ĐẤT", "đất"), ("x", "y")] {
            let lowered = Lowered::of(html);
            assert_eq!((lowered.holds(text), lowered.holds(text)), (html.to_lowercase().contains(text), html.to_lowercase().contains(text)));
        }
    }
}
