//! A body as its rules see it: lines in reading order, each with what took it. A rule marks what it
//! takes; nothing is removed before the parts are made.

use std::collections::BTreeMap;

use crate::domain::draft::Part;
use crate::extract::lines::inline::Inline;
use crate::extract::lines::line::{Container, Kind, Line, Lines};

/// What took a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is no content.
    LeftOut,
    /// It says this field.
    Field(&'static str),
    /// It speaks of the picture of this number; of its own: of one that is not there.
    CaptionOf(usize),
}

/// A line with what took it.
#[derive(Debug)]
struct Entry {
    line: Line,
    taken: Option<Taken>,
}

impl Entry {
    /// Whether it becomes a part, as the entry of this number.
    fn is_part(&self, n: usize) -> bool {
        self.taken.is_none_or(|by| by == Taken::CaptionOf(n))
    }
}

/// A body.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    entries: Vec<Entry>,
    /// The elements that hold its lines; the first is the root.
    pub containers: Vec<Container<'a>>,
}

impl<'a> Body<'a> {
    /// A body of which nothing is taken.
    pub fn of(lines: Lines<'a>) -> Self {
        let entries = lines.lines.into_iter().map(|line| Entry { line, taken: None }).collect();
        Self { entries, containers: lines.containers }
    }

    /// Leaves out all but these lines, which are sorted.
    pub fn keep(&mut self, lines: &[usize]) {
        let outside = (0..self.entries.len()).filter(|n| lines.binary_search(n).is_err());
        self.take(outside.collect::<Vec<_>>(), Taken::LeftOut);
    }

    /// The lines that nothing took, with their numbers.
    pub fn kept(&self) -> impl DoubleEndedIterator<Item = (usize, &Line)> {
        let kept = self.entries.iter().enumerate().filter(|(_, entry)| entry.taken.is_none());
        kept.map(|(n, entry)| (n, &entry.line))
    }

    /// The same, to be changed.
    pub fn kept_mut(&mut self) -> impl Iterator<Item = (usize, &mut Line)> {
        let kept = self.entries.iter_mut().enumerate().filter(|(_, entry)| entry.taken.is_none());
        kept.map(|(n, entry)| (n, &mut entry.line))
    }

    /// Marks lines as taken by one rule.
    pub fn take(&mut self, lines: impl IntoIterator<Item = usize>, by: Taken) {
        for n in lines {
            if let Some(entry) = self.entries.get_mut(n) {
                entry.taken = Some(by);
            }
        }
    }

    /// Marks the lines that a rule names; it may cut what is left of the others.
    pub fn take_each(&mut self, by: Taken, mut rule: impl FnMut(&mut Line) -> bool) {
        for entry in self.entries.iter_mut().filter(|entry| entry.taken.is_none()) {
            if rule(&mut entry.line) {
                entry.taken = Some(by);
            }
        }
    }

    /// Puts a line's end on a line of its own, right behind it.
    pub fn put_behind(&mut self, n: usize, line: Line) {
        self.entries.insert((n + 1).min(self.entries.len()), Entry { line, taken: None });
    }

    /// Divides and joins the lines that are left: `divide` gives where a line ends and another
    /// begins, `joins` whether a line goes on with the one before.
    pub fn resettle(
        &mut self,
        divide: impl Fn(&Line) -> Option<usize>,
        joins: impl Fn(&Line, &Line) -> bool,
    ) {
        let entries = std::mem::take(&mut self.entries);
        self.entries.reserve(entries.len());
        let mut last = None;
        for entry in entries {
            if entry.taken.is_some() {
                self.entries.push(entry);
                continue;
            }
            let mut rest = Some(entry.line);
            while let Some(mut line) = rest.take() {
                if let Some(at) = divide(&line) {
                    let tail = line.inline.split_off(at);
                    line.text = line.inline.text();
                    rest = Some(Line { soft: false, ..line.with(tail) });
                }
                let before = last.and_then(|n: usize| self.entries.get_mut(n));
                match before.filter(|before| joins(&before.line, &line)) {
                    Some(before) => append(&mut before.line, line.inline),
                    None => {
                        last = Some(self.entries.len());
                        self.entries.push(Entry { line, taken: None });
                    }
                }
            }
        }
    }

    /// Whether `container` is `inside` or stands in it.
    pub fn stands_in(&self, mut container: usize, inside: usize) -> bool {
        while container > inside {
            container = self.containers[container].parent;
        }
        container == inside
    }

    /// How many parts it has.
    pub fn len(&self) -> usize {
        let own = |(n, entry): &(usize, &Entry)| entry.is_part(*n);
        self.entries.iter().enumerate().filter(own).count()
    }

    /// The parts of a draft: what nothing took, pictures with what speaks of them.
    pub fn parts(self) -> impl Iterator<Item = Part> {
        let spoken_of = |(n, entry): (usize, &Entry)| match entry.taken {
            Some(Taken::CaptionOf(of)) if of != n => Some((of, entry.line.valid())),
            _ => None,
        };
        let mut captions: BTreeMap<usize, String> =
            self.entries.iter().enumerate().filter_map(spoken_of).collect();
        let all = self.entries.into_iter().enumerate().filter(|(n, entry)| entry.is_part(*n));
        all.map(move |(n, Entry { line, taken })| match taken {
            None => part(line, captions.remove(&n)),
            Some(_) => {
                let (src, alt) = Default::default();
                Part::Figure { src, alt, caption: Some(line.valid()) }
            }
        })
    }
}

/// Appends text to a line behind a line break.
fn append(line: &mut Line, more: Inline) {
    line.inline.join(more);
    line.text = line.inline.text();
}

fn part(line: Line, caption: Option<String>) -> Part {
    let Line { kind, inline, text, numbers, .. } = line;
    match kind {
        Kind::Paragraph | Kind::Caption => Part::Paragraph { runs: inline.into_runs() },
        Kind::Heading(level) => {
            Part::Heading { level: level.clamp(2, 6), runs: inline.into_runs() }
        }
        Kind::Item(ordered, depth) => {
            Part::Item { ordered, depth, numbers, runs: inline.into_runs() }
        }
        Kind::Quote => Part::Quote { runs: inline.into_runs() },
        Kind::Preformatted => Part::Preformatted { text },
        Kind::Table(rows) => Part::Table { rows },
        Kind::Picture(src, alt) => Part::Figure { src, alt, caption },
        Kind::Embedded(embedded) => Part::Embedded(embedded),
    }
}
