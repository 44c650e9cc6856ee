//! What a visit sees of a change of its site's pages.

use std::sync::Arc;

use crate::domain::{Article, Link, Record};

/// Known articles that tell that the site's pages are what they were.
const ENOUGH: usize = 2;

/// What a visit sees of other forms of its site's pages.
#[derive(Default)]
pub(super) struct Drift {
    /// Whether enough of the site's pages were known before this visit: a site that is met the
    /// first time has no form that it could leave.
    pub settled: bool,
    /// Whether new pages wait until known articles were read.
    pub suspected: bool,
    /// Whether one came to wait in this visit.
    pub fresh: bool,
    /// Whether all was learned that this visit can learn.
    pub decided: bool,
    /// Whether a page had a form that was known.
    pub familiar: bool,
    /// Known articles that were read meanwhile.
    pub known: Vec<Known>,
}

/// A known article as its page reads now.
pub(super) struct Known {
    /// What tells the page's form.
    pub lines: Vec<u64>,
    /// Whether it says what it said, or has the form that it had.
    pub agrees: bool,
    /// Its link and record, where its form was not known when it was read.
    pub again: Option<(Link, Arc<Record>)>,
}

impl Drift {
    /// Whether known articles tell what form pages have now: so many are of a new one, or some are
    /// and none is.
    pub fn is_told(&self, least: usize) -> bool {
        match self.moved() {
            0 => self.known.len() >= ENOUGH,
            moved => moved >= least,
        }
    }

    /// Known articles whose form was not known.
    pub fn moved(&self) -> usize {
        self.known.iter().filter(|known| known.again.is_some()).count()
    }
}

/// Whether a reading of an article's page says what the article says: the same title, and no line
/// more or less, wherever it stands.
pub(super) fn agree(known: &Article, read: &Article) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    let all = |article: &Article| {
        let Article { title, lead, content_text, captions, authors, .. } = article;
        let texts = [Some(title), lead.as_ref(), Some(content_text)].into_iter().flatten();
        texts.chain(captions).chain(authors).map(|text| squeezed(text)).collect::<String>()
    };
    let holds = |whole: &str, part: &Article| {
        part.content_text.lines().all(|line| whole.contains(&squeezed(line)))
    };
    squeezed(&known.title) == squeezed(&read.title)
        && holds(&all(known), read)
        && holds(&all(read), known)
}
