//! Whether a page is an article or a list of others: what speaks for it, added up.
//!
//! Each sign holds in part, in percent; its weight was fitted to some thousand pages of either
//! kind, of many sites and languages.

use super::declared::Kind;
use super::layout::Layout;
use crate::extract::article::reading::Reading;

/// What an article's signs weigh together at least.
const ENOUGH: i32 = 180;
/// Paragraphs of which each more says nothing more; letters of them; words of an address.
const PARAGRAPHS: usize = 5;
const LETTERS: usize = 2_000;
const WORDS: usize = 4;
/// Rows, dates and headings of which each more says nothing more.
const ROWS: usize = 8;
const DATES: usize = 6;
const HEADINGS: usize = 6;
/// What an address that is not known counts, in percent of one with many words.
const UNKNOWN: usize = 50;

/// What speaks for an article, or for a list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signs<'p> {
    /// How its text lies.
    pub layout: Layout,
    /// What it says that it is.
    pub kind: Kind,
    /// The path of its address.
    pub path: Option<&'p str>,
    /// Whether its listing told of it.
    pub listed: bool,
    /// Whether the page's head confirms the title.
    pub titled: bool,
    /// Whether it has a date.
    pub dated: bool,
    /// Whether it has an author.
    pub signed: bool,
    /// Whether it has a lead.
    pub led: bool,
}

impl Signs<'_> {
    /// Whether they are enough.
    ///
    /// # Errors
    /// They are not; what they say.
    pub fn hold(&self, reading: &mut Reading<'_>) -> Result<(), String> {
        let signs = self.weighed();
        let sum: i32 = signs.iter().map(|(weight, ..)| weight).sum();
        let said = || {
            let told = signs.iter().filter(|(weight, ..)| *weight != 0);
            let told: Vec<_> = told.map(|(weight, name)| format!("{name} {weight:+}")).collect();
            told.join(", ")
        };
        if sum >= ENOUGH {
            let rule = reading.rule(|_| said());
            reading.took("article", rule, "");
            return Ok(());
        }
        Err(format!("the page looks like a list of others: {}; {sum} of {ENOUGH}", said()))
    }

    /// What each sign weighs here, and its name.
    fn weighed(&self) -> [(i32, &'static str); 19] {
        let Layout { told, letters, paragraphs, linked, teasers, dated, tabled, rows } =
            self.layout;
        let part = |of: usize, most: usize| of.min(most) * 100 / most;
        let is = |holds: bool| usize::from(holds) * 100;
        let signs = [
            (told, 140, "share of paragraphs"),
            (part(paragraphs, PARAGRAPHS), 130, "paragraphs"),
            (part(letters, LETTERS), 80, "letters of paragraphs"),
            (is(self.kind.work), 150, "JSON-LD of an article"),
            (is(self.kind.article), 70, "og:type"),
            (is(self.kind.collection), -160, "JSON-LD of a list"),
            (is(self.listed), 150, "its listing"),
            (is(self.titled), 80, "a title that the page's head confirms"),
            (is(self.signed), 150, "an author"),
            (is(self.dated), 90, "a date"),
            (is(self.led), 60, "a lead"),
            (self.path.map_or(UNKNOWN, words), 140, "words of the address"),
            ((linked * 3).min(100), -270, "links in the text"),
            (teasers, -80, "lists beside the text"),
            (part(rows.linked, ROWS), -100, "rows that link"),
            (dated, -180, "rows with dates"),
            (tabled, -200, "tables whose rows link"),
            (part(rows.dates, DATES), -70, "lines with dates"),
            (part(rows.headings, HEADINGS), -60, "headings that link"),
        ];
        signs.map(|(holds, weight, name)| {
            (i32::try_from(holds.min(100)).unwrap_or(0) * weight / 100, name)
        })
    }
}

/// How many words the last part of a path has, in percent of those that an article's has.
fn words(path: &str) -> usize {
    let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
    let words = last.split(|c: char| !c.is_alphanumeric() && c != '%').filter(|w| !w.is_empty());
    words.count().min(WORDS) * 100 / WORDS
}

#[cfg(test)]
mod tests {
    use super::super::rows::Counts;
    use super::*;
    use crate::extract::rules::compiler::Compiler;

    #[test]
    fn paragraphs_make_an_article_and_rows_a_list() {
        let portal = crate::config::shipped().portals.remove(0);
        let profile = Compiler::default().profile(portal).unwrap();
        let text = Layout { told: 90, letters: 2_000, paragraphs: 5, ..Layout::default() };
        let list =
            Layout { told: 20, letters: 300, paragraphs: 2, linked: 30, ..Layout::default() };
        let of = |layout| Signs { layout, ..Signs::default() };
        for (name, signs, holds) in [
            ("nothing", of(Layout::default()), false),
            ("text alone", of(text), true),
            (
                "a list",
                Signs { dated: true, titled: true, path: Some("/news/"), ..of(list) },
                false,
            ),
            ("a list that was listed", Signs { listed: true, ..of(list) }, false),
            (
                "a short text that was listed",
                Signs { listed: true, titled: true, ..of(Layout { linked: 0, ..list }) },
                true,
            ),
            (
                "dated rows",
                of(Layout {
                    told: 20,
                    dated: 80,
                    rows: Counts { dates: 9, ..Counts::default() },
                    ..text
                }),
                false,
            ),
        ] {
            let mut reading = Reading::new(&profile);
            assert_eq!(signs.hold(&mut reading).is_ok(), holds, "{name}: {:?}", signs.weighed());
        }
        let why = of(list).hold(&mut Reading::new(&profile)).unwrap_err();
        assert!(why.contains("links in the text -243") && why.contains("of 180"), "{why}");
    }

    #[test]
    fn an_address_of_words_is_an_articles() {
        for (path, want) in [("/", 0), ("/news", 25), ("/a/b-c-d.html", 100), ("/a/b-c/", 50)] {
            assert_eq!(words(path), want, "{path}");
        }
    }
}
