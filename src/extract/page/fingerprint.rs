//! What a page says apart from its tokens: two pages of one fingerprint list the same, whatever
//! view state, nonces and clocks they carry.
//!
//! Left out: the text of scripts, their attributes, values of hidden inputs, nonces, and words with
//! digits in comments and in the head's meta and link elements. Digits in texts are kept apart:
//! those of a clock or a counter outside of the lists are told from those of a list by an
//! experiment (`Reader::loosened`).

use std::ops::Range;

use memchr::memchr;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::domain::Fingerprint;
use crate::extract::html::strip::{FOREIGN, LONG, RAW, attributes, comment, name, raw_end};

/// The ladder: how many of the page's first and last texts with digits are left out, such as a
/// clock in the header and a counter in the footer. The first step leaves out none.
#[rustfmt::skip]
const LADDER: [(usize, usize); 25] = [
    (0, 0), (1, 0), (0, 1), (1, 1), (3, 0), (0, 3), (3, 1), (1, 3), (3, 3),
    (8, 0), (0, 8), (8, 1), (1, 8), (8, 3), (3, 8), (8, 8),
    (32, 0), (0, 32), (32, 1), (1, 32), (32, 3), (3, 32), (32, 8), (8, 32), (32, 32),
];
/// Digits of one page are no more than this.
const MOST: usize = 1 << 20;

/// A page that is gone through.
struct Gone<'a> {
    html: &'a str,
    /// The page without its tokens.
    form: Vec<u8>,
    /// The digits of its texts, and where each text with digits has them.
    digits: Vec<u8>,
    texts: Vec<Text>,
}

/// A text with digits.
struct Text {
    page: Range<usize>,
    /// Where its digits begin.
    from: usize,
}

/// The fingerprint of a page; `None` for a page with too many digits.
pub(crate) fn of(html: &str) -> Option<Fingerprint> {
    let gone = Gone::through(html)?;
    let digits = LADDER.iter().map(|(first, last)| xxh3_64(gone.middle(*first, *last)));
    Some(Fingerprint { form: xxh3_128(&gone.form), digits: digits.collect() })
}

/// The first step of the ladder at which two fingerprints are alike, of those that leave out what
/// `least`, a step too, does.
pub(crate) fn step(known: &Fingerprint, now: &Fingerprint, least: u8) -> Option<u8> {
    let (least_first, least_last) = *LADDER.get(usize::from(least))?;
    let alike = |n: &usize| known.form == now.form && known.digits.get(*n) == now.digits.get(*n);
    let wide = |n: &usize| LADDER[*n].0 >= least_first && LADDER[*n].1 >= least_last;
    u8::try_from((0..LADDER.len()).filter(wide).find(alike)?).ok()
}

/// The page with other digits in the texts that a step of the ladder leaves out.
pub(crate) fn with_other_digits(html: &str, step: u8) -> Option<String> {
    let (first, last) = *LADDER.get(usize::from(step))?;
    Some(Gone::through(html)?.with_other_digits(first, last))
}

impl<'a> Gone<'a> {
    fn through(html: &'a str) -> Option<Self> {
        let mut gone = Self {
            html,
            form: Vec::with_capacity(html.len() / 2),
            digits: Vec::new(),
            texts: Vec::new(),
        };
        gone.page().then_some(gone)
    }

    /// The digits of the texts but the first and last ones.
    fn middle(&self, first: usize, last: usize) -> &[u8] {
        let at = |n: usize| self.texts.get(n).map_or(self.digits.len(), |text| text.from);
        let (from, to) = (at(first), at(self.texts.len().saturating_sub(last)));
        self.digits.get(from..to).unwrap_or_default()
    }

    /// The page with other digits in its first and last texts.
    fn with_other_digits(&self, first: usize, last: usize) -> String {
        let mut out = String::with_capacity(self.html.len());
        let mut done = 0;
        let end = self.texts.len().saturating_sub(last);
        for text in self
            .texts
            .iter()
            .enumerate()
            .filter(|(n, _)| *n < first || *n >= end)
            .map(|(_, text)| &text.page)
        {
            out.push_str(&self.html[done..text.start]);
            out.extend(self.html[text.clone()].chars().map(|c| {
                c.to_digit(10).and_then(|d| char::from_digit((d + 7) % 10, 10)).unwrap_or(c)
            }));
            done = text.end;
        }
        out.push_str(&self.html[done..]);
        out
    }

    /// Goes through the page; `false` if it cannot be told what its tags are.
    fn page(&mut self) -> bool {
        let bytes = self.html.as_bytes();
        let mut at = 0;
        while let Some(found) = memchr(b'<', &bytes[at..]) {
            let tag = at + found;
            self.text(at..tag);
            let end = match bytes.get(tag + 1) {
                Some(b'!') => match comment(bytes, tag) {
                    None => return false,
                    Some(Some(end)) => {
                        self.masked(tag..end);
                        Some(end)
                    }
                    Some(None) => None,
                },
                Some(first) if first.is_ascii_alphabetic() => self.start_tag(tag),
                Some(b'/' | b'?') => memchr(b'>', &bytes[tag..])
                    .map(|end| tag + end + 1)
                    .inspect(|end| self.kept(tag..*end)),
                _ => {
                    self.kept(tag..tag + 1);
                    Some(tag + 1)
                }
            };
            let Some(end) = end else {
                self.kept(tag..bytes.len());
                return self.digits.len() <= MOST;
            };
            at = end;
        }
        self.text(at..bytes.len());
        self.digits.len() <= MOST
    }

    fn kept(&mut self, range: Range<usize>) {
        self.form.extend_from_slice(&self.html.as_bytes()[range]);
    }

    /// Keeps a stretch without its words that have digits.
    fn masked(&mut self, range: Range<usize>) {
        let word = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'+' | b'=');
        for part in self.html.as_bytes()[range].chunk_by(|a, b| word(a) == word(b)) {
            let token = part.first().is_some_and(word) && part.iter().any(u8::is_ascii_digit);
            self.form.extend_from_slice(if token { b"0" } else { part });
        }
    }

    /// Keeps a text, its digits apart.
    fn text(&mut self, range: Range<usize>) {
        let bytes = &self.html.as_bytes()[range.clone()];
        if !bytes.iter().any(u8::is_ascii_digit) {
            return self.form.extend_from_slice(bytes);
        }
        self.texts.push(Text { page: range, from: self.digits.len() });
        for run in bytes.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
            if run.first().is_some_and(u8::is_ascii_digit) {
                self.form.push(b'0');
                self.digits.extend_from_slice(run);
                self.digits.push(b' ');
            } else {
                self.form.extend_from_slice(run);
            }
        }
        self.digits.push(b'\n');
    }

    /// Goes over a start tag and, if text follows that is no markup, over that; `None`: the page
    /// ends in it.
    fn start_tag(&mut self, tag: usize) -> Option<usize> {
        let bytes = self.html.as_bytes();
        let name = name(bytes, tag + 1);
        let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n.as_bytes()));
        let (mut value, mut nonce, mut hidden, mut exact) = (None, None, false, false);
        let from = tag + 1 + name.len();
        let end = attributes(bytes, from, |key, start, end| {
            let says = |text: &[u8]| bytes[start..end].eq_ignore_ascii_case(text);
            match key {
                _ if key.eq_ignore_ascii_case(b"value") => value = Some(start..end),
                _ if key.eq_ignore_ascii_case(b"nonce") => nonce = Some(start..end),
                _ if key.eq_ignore_ascii_case(b"type") => hidden = says(b"hidden"),
                _ if key.eq_ignore_ascii_case(b"name") => exact |= says(b"generator"),
                _ if key.eq_ignore_ascii_case(b"rel") => {
                    exact |= bytes[start..end].to_ascii_lowercase().ends_with(b"next")
                }
                _ => {}
            }
        })?;
        match () {
            () if is(&["script"]) => self.kept(tag..from),
            () if is(&["meta", "link"]) && !exact => self.masked(tag..end),
            () => match value
                .filter(|value| is(&["input"]) && (hidden || value.len() > LONG))
                .or(nonce)
            {
                Some(gap) => {
                    self.kept(tag..gap.start);
                    self.kept(gap.end..end);
                }
                None => self.kept(tag..end),
            },
        }
        if is(&FOREIGN) || is(&["select"]) {
            return Some(self.foreign(name, end));
        }
        if !is(&RAW) {
            return Some(end);
        }
        let close = raw_end(bytes, end, name)?;
        if !is(&["script"]) {
            self.kept(end..close);
        }
        Some(close)
    }

    /// Inside of these elements tags mean something else: everything is kept up to their end tag.
    fn foreign(&mut self, name: &[u8], from: usize) -> usize {
        let close = raw_end(self.html.as_bytes(), from, name).unwrap_or(self.html.len());
        self.kept(from..close);
        close
    }
}
