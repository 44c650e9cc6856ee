//! A file's text under the path it is shown by, and places in it.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Longest configuration file, in bytes.
const LIMIT: u64 = 1 << 20;

/// A text that faults point into: a file's, or a variable's.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// The path as messages show it; for a variable its name.
    pub path: PathBuf,
    /// The whole text; empty for a file that could not be read.
    pub body: String,
    /// Whether it is compiled in: a test sees to it that nothing is wrong with it.
    pub shipped: bool,
}

/// Why a file gives no text: what, advice, and the offset in what was read.
pub(super) struct Unreadable {
    pub what: String,
    pub advice: String,
}

impl Text {
    /// A text that is not compiled in.
    pub fn new(path: PathBuf, body: String) -> Self {
        Self { path, body, shipped: false }
    }

    /// Reads `file`, shown as `shown`; never more than [`LIMIT`] bytes.
    pub fn read(file: &Path, shown: PathBuf) -> (Text, Option<Unreadable>) {
        let (body, fault) = match read(file) {
            Ok(bytes) if bytes.len() as u64 > LIMIT => {
                (String::new(), Some(unreadable("longer than 1 MiB", "divide or shorten it")))
            }
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(body) => (body, None),
                Err(error) => {
                    let good = error.utf8_error().valid_up_to();
                    let body = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
                    let line = body.matches('\n').count() + 1;
                    (
                        String::new(),
                        Some(unreadable(
                            &format!("not UTF-8 from line {line} on"),
                            "save it as UTF-8",
                        )),
                    )
                }
            },
            Err(error) => (
                String::new(),
                Some(unreadable(
                    &format!("cannot be read: {error}"),
                    "check the path and its permissions",
                )),
            ),
        };
        (Text::new(shown, body), fault)
    }

    /// Line and column (from 1, columns in characters) of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.body[..self.boundary(offset)];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        (line, before[start..].chars().count() + 1)
    }

    /// The line that `span` begins in, without its end, and the part of `span` in it as a range of
    /// that line.
    pub fn line_of(&self, span: &Range<usize>) -> (&str, Range<usize>) {
        let start = self.boundary(span.start);
        let end = self.boundary(span.end.max(start));
        let from = self.body[..start].rfind('\n').map_or(0, |i| i + 1);
        let to = self.body[start..].find('\n').map_or(self.body.len(), |i| start + i);
        let line = self.body[from..to].trim_end_matches('\r');
        let clip = |at: usize| (at - from).min(line.len());
        (line, clip(start)..clip(end.min(to)))
    }

    fn boundary(&self, offset: usize) -> usize {
        let mut at = offset.min(self.body.len());
        while !self.body.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let file = File::open(file)?;
    if file.metadata()?.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(what: &str, advice: &str) -> Unreadable {
    Unreadable { what: what.to_owned(), advice: advice.to_owned() }
}
