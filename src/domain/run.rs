//! Runs: the text of a line in pieces of one look and one link.

use std::borrow::Cow;
use std::sync::Arc;

/// Bold text.
pub const BOLD: u8 = 1;
/// Italic text.
pub const ITALIC: u8 = 2;
/// Underlined text.
pub const UNDERLINE: u8 = 4;
/// Subscript.
pub const SUB: u8 = 8;
/// Superscript.
pub const SUP: u8 = 16;

/// Text of one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Its text; of a line break one blank or nothing.
    pub text: String,
    /// The bits of its style.
    pub style: u8,
    /// The address that it links to, as written.
    pub link: Option<Arc<str>>,
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
            |text: &str, style: u8| Run { style, link: Some("/a".into()), ..Run::plain(text) };
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
