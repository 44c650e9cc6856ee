//! How many lines of one kind are told: five within any second. What is left out is counted and
//! told by the next line of the kind.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tracing::Level;

use super::line::Line;

/// Most lines of a kind within a second.
const MOST: usize = 5;
const SECOND: Duration = Duration::from_secs(1);
/// Kinds that are remembered; other crates may name ever new ones.
const KINDS: usize = 1000;

/// What was told lately, by module and message. Times are since one beginning.
#[derive(Default)]
pub struct Floods {
    kinds: HashMap<(&'static str, String), Kind>,
    /// Whether somebody tells what no later line does.
    pub watched: bool,
}

struct Kind {
    told: VecDeque<Duration>,
    left_out: u64,
    level: Level,
}

impl Kind {
    fn is_full(&self, now: Duration) -> bool {
        self.told.len() >= MOST && self.told.front().is_some_and(|first| now < *first + SECOND)
    }

    fn tell(&mut self, now: Duration) -> u64 {
        if self.told.len() >= MOST {
            self.told.pop_front();
        }
        self.told.push_back(now);
        std::mem::take(&mut self.left_out)
    }
}

impl Floods {
    /// Whether the line is written; it then says how many of its kind were left out before it.
    pub fn admit(&mut self, line: &mut Line, now: Duration) -> bool {
        if self.kinds.len() >= KINDS {
            self.kinds.retain(|_, kind| kind.left_out > 0);
        }
        let kind = self.kinds.entry((line.target, line.message.clone()));
        let kind =
            kind.or_insert_with(|| Kind { told: VecDeque::new(), left_out: 0, level: line.level });
        if kind.is_full(now) {
            kind.left_out += 1;
            return false;
        }
        let left_out = kind.tell(now);
        if left_out > 0 {
            line.facts.push(("suppressed", left_out.into()));
        }
        true
    }

    /// Lines for what was left out of kinds that may be told again by now, and whether to look
    /// again.
    pub fn late(&mut self, now: Duration) -> (Vec<Line>, bool) {
        let lines = self.lines(|kind| (!kind.is_full(now)).then(|| kind.tell(now)));
        self.watched = self.kinds.values().any(|kind| kind.left_out > 0);
        (lines, self.watched)
    }

    /// Lines for all that was left out and not told.
    pub fn owed(&mut self) -> Vec<Line> {
        self.lines(|kind| Some(std::mem::take(&mut kind.left_out)))
    }

    fn lines(&mut self, mut tell: impl FnMut(&mut Kind) -> Option<u64>) -> Vec<Line> {
        let owing = self.kinds.iter_mut().filter(|(_, kind)| kind.left_out > 0);
        let line = |((target, message), kind): (&(&'static str, String), &mut Kind)| {
            let left_out = tell(kind)?;
            Some(Line {
                level: kind.level,
                target,
                message: message.clone(),
                facts: vec![("suppressed", left_out.into())],
            })
        };
        owing.filter_map(line).collect()
    }
}
