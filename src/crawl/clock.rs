//! A clock that is wrong is a state: dates of articles could not be judged.

use std::sync::PoisonError;

use super::Crawl;
use crate::domain::{State, StateKind};

/// No clock is right that lies before this: 2026-01-01.
const FLOOR: i64 = 1_767_225_600;

impl Crawl {
    /// The state of a clock that is wrong: by itself, or by the word of those who answered last.
    pub fn wrong_clock(&self) -> Option<State> {
        let now = self.now();
        let state = |cause: String| State::new(StateKind::WrongClock, cause, None, now);
        if now.as_second() < FLOOR {
            let cause = format!(
                "the clock says {now}, which is long past: dates of articles could not be judged"
            );
            return Some(State { blocks_reading: true, ..state(cause) });
        }
        let skew = self.skews.lock().unwrap_or_else(PoisonError::into_inner).wrong()?;
        let (days, way) =
            (skew.as_hours() / 24, if skew.is_negative() { "behind" } else { "ahead of" });
        Some(state(format!(
            "the clock is {} days {way} what the sites that were read say",
            days.abs()
        )))
    }
}
