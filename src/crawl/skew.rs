//! Whether the clock is right, by the word of those who answer: the dates that answers carry (RFC
//! 9110 §6.6.1).

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// Answers that count.
const ANSWERS: usize = 8;
/// Fewer say nothing.
const LEAST: usize = 3;
/// A clock that is less off is no matter here.
const TOLERATED: SignedDuration = SignedDuration::from_hours(24);

/// How far the last answers' clocks were from ours: ours less theirs.
#[derive(Debug, Default)]
pub struct Skews(VecDeque<SignedDuration>);

impl Skews {
    /// An answer came at `now` by our clock, and carries this date.
    pub fn note(&mut self, now: Timestamp, date: Option<&str>) {
        let Some(date) = date
            .and_then(|date| httpdate::parse_http_date(date).ok())
            .and_then(|date| Timestamp::try_from(date).ok())
        else {
            return;
        };
        self.0.push_back(now.duration_since(date));
        if self.0.len() > ANSWERS {
            self.0.pop_front();
        }
    }

    /// How far our clock is off, if all of the last answers agree that it is.
    pub fn wrong(&self) -> Option<SignedDuration> {
        let mut skews: Vec<SignedDuration> = self.0.iter().copied().collect();
        skews.sort();
        let (least, most, middle) = (*skews.first()?, *skews.last()?, *skews.get(skews.len() / 2)?);
        (skews.len() >= LEAST && (least > TOLERATED || most < -TOLERATED)).then_some(middle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_wrong_when_all_answers_say_so() {
        let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let (right, other) = ("Sun, 01 Mar 2026 00:00:10 GMT", "Sun, 01 Jan 2023 00:00:00 GMT");
        let skews = |dates: &[&str]| {
            let mut skews = Skews::default();
            dates.iter().for_each(|date| skews.note(now, Some(date)));
            skews.wrong().map(|skew| skew.as_hours() / 24)
        };
        assert_eq!(skews(&[other, other]), None);
        assert_eq!(skews(&[other, "no date", other, other]), Some(1155));
        assert_eq!(skews(&[other, right, other, other]), None);
        assert_eq!(
            skews(&[other, other, other, right, right, right, right, right, right, right, right]),
            None
        );
        assert_eq!(skews(&[]), None);
    }
}
