//! Runs: the text of a line in pieces of one look and one link.

use std::borrow::Cow;
use std::sync::Arc;

/// Bold text.
pub const BOLD: u16 = 1;
/// Italic text.
pub const ITALIC: u16 = 2;
/// Underlined text.
pub const UNDERLINE: u16 = 4;
/// Subscript.
pub const SUB: u16 = 8;
/// Superscript.
pub const SUP: u16 = 16;
/// Struck out: it holds no longer.
pub const STRUCK: u16 = 32;
/// Struck out by an edit.
pub const DELETED: u16 = 64;
/// Put in by an edit.
pub const INSERTED: u16 = 128;
/// Text with a reading beside it, that reading and its brackets.
pub const RUBY: u16 = 256;
/// Of such text the reading.
pub const READING: u16 = 512;
/// Of such text a bracket, for those who do not see the reading beside it.
pub const BRACKET: u16 = 1024;
/// What no longer holds.
pub const GONE: u16 = STRUCK | DELETED;

/// The direction and language that a block says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Voice {
    /// `rtl`, `ltr` or `auto`.
    pub direction: Option<&'static str>,
    /// BCP 47, as written.
    pub language: Option<String>,
}

/// Text of one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Its text; of a line break one blank or nothing.
    pub text: String,
    /// The bits of its style.
    pub style: u16,
    /// The address that it links to, as written.
    pub link: Option<Arc<str>>,
    /// What the block that it stands in says of direction and language.
    pub voice: Option<Arc<Voice>>,
    /// Whether it is a line break.
    pub breaks: bool,
}

impl Run {
    /// Text without a look of its own.
    pub fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

/// The text of runs, without their looks.
pub fn text(runs: &[Run]) -> Cow<'_, str> {
    match runs {
        [run] => Cow::Borrowed(&run.text),
        _ => Cow::Owned(runs.iter().map(|run| run.text.as_str()).collect()),
    }
}

/// The text of runs that still holds, `None` if all of it does.
pub fn valid(runs: &[Run]) -> Option<String> {
    let holds = |run: &&Run| run.style & GONE == 0;
    let any = !runs.iter().all(|run| holds(&run));
    any.then(|| runs.iter().filter(holds).map(|run| run.text.as_str()).collect())
}

/// What follows one another in runs as they are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'r> {
    /// A link begins.
    Link(&'r str),
    /// It ends.
    LinkEnd,
    /// A line break.
    Break,
    /// Text of one look, with nothing between its runs.
    Text(&'r [Run]),
}

/// Runs step by step.
pub fn steps(runs: &[Run]) -> impl Iterator<Item = Step<'_>> {
    let (mut rest, mut link) = (runs, None);
    std::iter::from_fn(move || {
        let run = rest.first();
        let to = run.and_then(|run| run.link.as_deref());
        if link.is_some() && link != to {
            link = None;
            return Some(Step::LinkEnd);
        }
        let run = run?;
        if run.breaks {
            rest = rest.get(1..).unwrap_or_default();
            return Some(Step::Break);
        }
        if link.is_none() && to.is_some() {
            link = to;
            return to.map(Step::Link);
        }
        let goes_on =
            |r: &&Run| run.style == 0 && r.style == 0 && !r.breaks && r.link.as_deref() == link;
        let length = 1 + rest.iter().skip(1).take_while(goes_on).count();
        let (text, tail) = rest.split_at_checked(length)?;
        rest = tail;
        Some(Step::Text(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_hold_runs_of_one_address_and_end_at_breaks() {
        let link =
            |text: &str, style: u16| Run { style, link: Some("/a".into()), ..Run::plain(text) };
        let end = Run { breaks: true, ..Run::plain(" ") };
        let runs =
            [Run::plain("a"), Run::plain("b"), link("c", BOLD), link("d", 0), end, link("e", 0)];
        let found: Vec<Step<'_>> = steps(&runs).collect();
        assert_eq!(
            found,
            [
                Step::Text(&runs[..2]),
                Step::Link("/a"),
                Step::Text(&runs[2..3]),
                Step::Text(&runs[3..4]),
                Step::LinkEnd,
                Step::Break,
                Step::Link("/a"),
                Step::Text(&runs[5..]),
                Step::LinkEnd,
            ]
        );
        assert_eq!((text(&runs), text(&runs[..1])), ("abcd e".into(), "a".into()));
    }
}
