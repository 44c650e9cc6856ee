//! The text of one line with the looks of its parts, so that a line can be cut and divided without
//! losing either.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::domain::run::{self, BOLD, ITALIC, Voice};
use crate::text::{blank, latin};

/// Text of one look.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Run {
    /// Its text.
    pub text: String,
    /// The bits of its style.
    pub style: u16,
    /// The address that it links to, as written.
    pub link: Option<Arc<str>>,
    /// What its block says of direction and language.
    pub voice: Option<Arc<Voice>>,
    /// The inline element that it stands in; 0 for none.
    pub element: usize,
    /// Whether it acts on the page instead of leading somewhere.
    pub action: bool,
    /// A line break; its text is one blank.
    pub rest: bool,
}

/// Runs in reading order. Every offset counts bytes of `text()`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Inline {
    /// The runs; none is empty once settled.
    pub runs: Vec<Run>,
}

impl Inline {
    /// Plain text.
    pub fn plain(text: &str) -> Self {
        let mut inline = Self { runs: vec![Run { text: text.to_owned(), ..Run::default() }] };
        inline.settle();
        inline
    }

    /// The text of all runs.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.runs.iter().map(|r| r.text.len()).sum());
        text.extend(self.runs.iter().map(|r| r.text.as_str()));
        text
    }

    /// Makes it NFC with single blanks, none at the ends, and drops what shows nothing.
    pub fn settle(&mut self) {
        let mut after_blank = true;
        for run in &mut self.runs {
            if run.rest {
                run.text = if after_blank { String::new() } else { " ".to_owned() };
                after_blank = true;
                continue;
            }
            let (text, ends_blank) = blank::line(&run.text, after_blank);
            if let Cow::Owned(text) = text {
                run.text = text;
            }
            after_blank = ends_blank;
        }
        self.runs.retain(|r| !r.text.is_empty());
        while let Some(last) = self.runs.last_mut() {
            let end = last.text.trim_end().len();
            last.text.truncate(end);
            if end > 0 {
                break;
            }
            self.runs.pop();
        }
    }

    /// Divides it at `at`; the rest is given back. Both are settled.
    pub fn split_off(&mut self, at: usize) -> Inline {
        let (mut head, mut tail, mut seen) = (Vec::new(), Vec::new(), 0);
        for mut run in std::mem::take(&mut self.runs) {
            let (start, end) = (seen, seen + run.text.len());
            seen = end;
            if end <= at {
                head.push(run);
            } else if start >= at {
                tail.push(run);
            } else {
                let rest = run.text.split_off(run.text.floor_char_boundary(at - start));
                tail.push(Run { text: rest, ..run.clone() });
                head.push(run);
            }
        }
        self.runs = head;
        self.settle();
        let mut tail = Inline { runs: tail };
        tail.settle();
        tail
    }

    /// Appends another line behind a line break.
    pub fn join(&mut self, other: Inline) {
        if !self.runs.is_empty() && !other.runs.is_empty() {
            self.runs.push(Run { text: " ".to_owned(), rest: true, ..Run::default() });
        }
        self.runs.extend(other.runs);
    }

    /// Its runs as a draft has them; links that only act on the page are none.
    pub fn into_runs(self) -> Vec<run::Run> {
        let run = |run: Run| run::Run {
            text: run.text,
            style: run.style,
            link: run.link.filter(|to| leads(to)),
            voice: run.voice,
            breaks: run.rest,
        };
        self.runs.into_iter().map(run).collect()
    }

    /// The text with a blank wherever an element begins or ends, and the places of those borders in
    /// it.
    pub fn spaced(&self) -> Spaced {
        let mut spaced = Spaced::default();
        let mut element = None;
        for run in &self.runs {
            if element.is_some_and(|e| e != run.element) {
                if !spaced.text.ends_with(' ') && !run.text.starts_with(' ') {
                    spaced.text.push(' ');
                }
                spaced.borders.push(spaced.text.len());
            }
            element = Some(run.element);
            let start = spaced.text.len();
            spaced.text.push_str(&run.text);
            if run.action {
                spaced.actions.push(start..spaced.text.len());
            }
        }
        spaced
    }

    /// Whether every letter has this style.
    pub fn all(&self, style: u16) -> bool {
        let mut lettered =
            self.runs.iter().filter(|r| r.text.contains(char::is_alphanumeric)).peekable();
        lettered.peek().is_some() && lettered.all(|r| r.style & style != 0)
    }

    /// Where the closing run of bold or italic text begins, if text stands before it.
    pub fn closing_emphasis(&self) -> Option<usize> {
        let emphatic =
            |r: &Run| r.style & (BOLD | ITALIC) != 0 || !r.text.contains(char::is_alphanumeric);
        let plain = self.runs.iter().rposition(|r| !emphatic(r))?;
        let at = self.runs[..=plain].iter().map(|r| r.text.len()).sum();
        self.runs[plain + 1..].iter().any(|r| r.text.contains(char::is_alphanumeric)).then_some(at)
    }

    /// The links with their texts, in order.
    pub fn links(&self) -> Vec<(Arc<str>, String)> {
        let mut out: Vec<(Arc<str>, String)> = Vec::new();
        let mut open = false;
        for run in &self.runs {
            match (&run.link, out.last_mut()) {
                (Some(to), Some((last, text))) if open && last == to => text.push_str(&run.text),
                (Some(to), _) => out.push((to.clone(), run.text.clone())),
                _ => {}
            }
            open = run.link.is_some();
        }
        out.iter_mut().for_each(|(_, text)| *text = text.trim().to_owned());
        out
    }

    /// Whether no element divides it and nothing in it acts on the page: its spaced text is its
    /// text.
    pub fn is_plain(&self) -> bool {
        self.runs.windows(2).all(|pair| pair[0].element == pair[1].element)
            && self.runs.iter().all(|r| !r.action)
    }

    /// Whether anything in it links.
    pub fn has_links(&self) -> bool {
        self.runs.iter().any(|r| r.link.is_some())
    }

    /// Letters and digits inside links, and all of them.
    pub fn linked(&self) -> (usize, usize) {
        let count = |r: &Run| r.text.chars().filter(|c| latin::is_sign(*c)).count();
        (
            self.runs.iter().filter(|r| r.link.is_some()).map(count).sum(),
            self.runs.iter().map(count).sum(),
        )
    }
}

/// A line's text for reading field by field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spaced {
    /// The text.
    pub text: String,
    /// Where elements begin or end.
    pub borders: Vec<usize>,
    /// What acts on the page.
    pub actions: Vec<Range<usize>>,
}

/// Whether an address leads somewhere rather than acting on the page.
pub(crate) fn leads(href: &str) -> bool {
    // Fast path: an address that begins so is no script and no mail address.
    if href.starts_with(['/', 'h', '.', '?']) {
        return true;
    }
    let href: String = href
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take(24)
        .collect::<String>()
        .to_ascii_lowercase();
    !(href.is_empty()
        || href.starts_with('#')
        || ["javascript:", "vbscript:", "data:", "mailto:?"].iter().any(|s| href.starts_with(s)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Inline {
        let bold = Run { text: "hai\u{a0} ".into(), style: BOLD, element: 7, ..Run::default() };
        let link =
            Run { text: "ba".into(), link: Some("/x?a&b".into()), element: 8, ..Run::default() };
        let mut inline = Inline {
            runs: vec![
                Run { text: " \u{200b}mo\u{302}\u{323}t\n".into(), ..Run::default() },
                bold,
                link,
            ],
        };
        inline.settle();
        inline
    }

    type Look = (String, u16, Option<String>);

    fn owned((text, style, link): (&str, u16, Option<&str>)) -> Look {
        (text.to_owned(), style, link.map(str::to_owned))
    }

    fn looks(inline: Inline) -> Vec<Look> {
        let runs = inline.into_runs().into_iter();
        runs.map(|run| (run.text, run.style, run.link.as_deref().map(str::to_owned))).collect()
    }

    #[test]
    fn a_line_is_settled_and_keeps_its_looks() {
        assert_eq!(line().text(), "một hai ba");
        assert_eq!(
            looks(line()),
            [("một ", 0, None), ("hai ", BOLD, None), ("ba", 0, Some("/x?a&b"))].map(owned)
        );
        assert_eq!(line().linked(), (2, 8));
    }

    #[test]
    fn a_line_is_divided_with_its_looks() {
        let mut head = line();
        let tail = head.split_off("một h".len());
        assert_eq!(looks(head.clone()), [("một ", 0, None), ("h", BOLD, None)].map(owned));
        let rest = [("ai ", BOLD, None), ("ba", 0, Some("/x?a&b"))];
        assert_eq!(looks(tail.clone()), rest.map(owned));
        head.join(tail);
        assert_eq!(head.text(), "một h ai ba");
    }
}
