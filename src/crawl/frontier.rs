//! The frontier's rules: when a link is asked for again, and why (CONTRACT section 7).

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Record, Target, TargetState};

/// An article younger than this is read at each visit.
const FRESH: SignedDuration = SignedDuration::from_hours(2);
/// Ages at which an older article is read again; then each quarter.
const STEPS: [SignedDuration; 5] = [
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(3 * 24),
    SignedDuration::from_hours(7 * 24),
    SignedDuration::from_hours(30 * 24),
];
const QUARTER: SignedDuration = SignedDuration::from_hours(91 * 24);
/// Visits after leaving the first page at which an article is read again.
pub const LEAVING: u8 = 3;

/// When an article is due again by its age, counted from `born`; steps that have passed are skipped.
pub fn by_age(born: Timestamp, now: Timestamp) -> Timestamp {
    let age = now.duration_since(born);
    if age < FRESH {
        return now;
    }
    let step = STEPS.into_iter().find(|step| *step > age).unwrap_or_else(|| {
        let quarters = age.as_secs() / QUARTER.as_secs() + 1;
        QUARTER.checked_mul(i32::try_from(quarters).unwrap_or(i32::MAX)).unwrap_or(QUARTER)
    });
    born.checked_add(step).unwrap_or(Timestamp::MAX)
}

/// When a page that is no article is tried again after `tries` readings.
pub fn no_article(tries: u32, now: Timestamp) -> Timestamp {
    let step = STEPS.get(tries.saturating_sub(1) as usize).copied().unwrap_or(QUARTER);
    now.checked_add(step).unwrap_or(Timestamp::MAX)
}

/// When a link that could not be read is tried again by the daemon: doubling from 5 minutes to 12 hours, `jitter` in 0..1.
pub fn back_off(failures: u32, now: Timestamp, jitter: f64) -> Timestamp {
    let minutes = 5u64.saturating_mul(1 << failures.saturating_sub(1).min(12)).min(12 * 60);
    let seconds = (minutes * 60) as f64 * (0.75 + 0.5 * jitter);
    now.checked_add(SignedDuration::from_secs(seconds as i64)).unwrap_or(Timestamp::MAX)
}

/// The instant from which an article's age counts: `published`, else the time first seen.
pub fn born(record: &Record) -> Timestamp {
    record.rank()
}

/// Whether `target`, known from earlier, is read again at this visit.
pub fn is_due(target: &Target, visit: Occasion) -> bool {
    match target.state {
        TargetState::Barred => false,
        TargetState::Unread => true,
        TargetState::Failed | TargetState::Dead(_) => visit.asked || visit.by_time(target),
        TargetState::NoArticle => (visit.asked && visit.on_first_page) || visit.by_time(target),
        TargetState::Article(_) => {
            visit.teaser_changed
                || (visit.asked && visit.on_first_page)
                || target.left.is_some_and(|n| (1..=LEAVING).contains(&n))
                || visit.by_time(target)
        }
    }
}

/// What is known of a link when its turn comes.
#[derive(Clone, Copy, Debug)]
pub struct Occasion {
    /// The visit was asked for (`fetch`).
    pub asked: bool,
    /// The link stands on a section's first page.
    pub on_first_page: bool,
    /// Its teaser is another than last time.
    pub teaser_changed: bool,
    /// Now.
    pub now: Timestamp,
}

impl Occasion {
    fn by_time(&self, target: &Target) -> bool {
        target.due.is_some_and(|due| due <= self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_600_000_000 + hours * 3600).unwrap()
    }

    #[test]
    fn age_decides_when_an_article_is_due() {
        for (age, due) in
            [(0, 0), (1, 1), (2, 6), (5, 6), (6, 24), (23, 24), (24, 72), (80, 168), (200, 720), (720, 91 * 24), (91 * 24, 182 * 24)]
        {
            assert_eq!(by_age(at(0), at(age)), at(due), "age {age} h");
        }
    }

    #[test]
    fn back_off_doubles_and_is_bounded() {
        let wait = |n| back_off(n, at(0), 0.5).duration_since(at(0)).as_mins();
        assert_eq!([wait(1), wait(2), wait(3)], [5, 10, 20]);
        assert_eq!(wait(40), 12 * 60);
    }
}
