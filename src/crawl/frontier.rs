//! The frontier's rules: when a link is asked for again, and why (CONTRACT section 7).

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Link, LinkState, Record, Why};

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

/// Whether a link's address did not answer by itself when it was asked last.
pub fn is_dead(link: &Link) -> bool {
    link.failures > 0 && link.why.as_ref().is_some_and(Why::is_gone)
}

/// When an article is due again by its age, counted from `born`; steps that have passed are
/// skipped.
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

/// When a link that could not be read is tried again by the daemon: doubling from 5 minutes to 12
/// hours, `jitter` in 0..1.
pub fn back_off(failures: u32, now: Timestamp, jitter: f64) -> Timestamp {
    let minutes = 5u64.saturating_mul(1 << failures.saturating_sub(1).min(12)).min(12 * 60);
    let seconds = (minutes * 60) as f64 * (0.75 + 0.5 * jitter);
    now.checked_add(SignedDuration::from_secs(seconds as i64)).unwrap_or(Timestamp::MAX)
}

/// What is due later than this, from now, no right clock gave.
pub const BELIEVABLE: SignedDuration = SignedDuration::from_hours(2 * 91 * 24);

/// The longest time for which a link is left alone, by what became of it.
pub fn longest(state: &LinkState) -> SignedDuration {
    match state {
        LinkState::Failed | LinkState::Held => SignedDuration::from_hours(15),
        _ => QUARTER,
    }
}

/// Whether `due` can be the end of a wait of at most `interval`: one that lies further ahead than
/// twice that was reckoned by a wrong clock, and is no reason to wait.
pub fn believable(due: Timestamp, now: Timestamp, interval: SignedDuration) -> bool {
    due.duration_since(now) <= interval.checked_mul(2).unwrap_or(SignedDuration::MAX)
}

/// When a link is due by what became of it, reckoned anew; `born`: of its article, `jitter` in
/// 0..1.
pub fn due_anew(
    link: &Link,
    born: Option<Timestamp>,
    now: Timestamp,
    jitter: f64,
) -> Option<Timestamp> {
    match link.state {
        LinkState::Unread | LinkState::Barred => link.due,
        LinkState::Failed | LinkState::Held => Some(back_off(link.failures, now, jitter)),
        LinkState::NoArticle | LinkState::Dead(_) => Some(no_article(link.failures, now)),
        LinkState::Article(_) if link.failures > 0 => Some(back_off(link.failures, now, jitter)),
        LinkState::Article(_) if link.left.is_some_and(|left| left < LEAVING) => Some(now),
        LinkState::Article(_) => born.map(|born| by_age(born, now)),
    }
}

/// The instant from which an article's age counts: `published`, else the time first seen.
pub fn born(record: &Record) -> Timestamp {
    record.rank()
}

/// When a link that leaves its list is read again; `None` once it left.
pub fn leaving(link: &mut Link, now: Timestamp) -> Option<Timestamp> {
    let left = link.left.filter(|left| *left < LEAVING)?;
    link.left = Some(left + 1);
    Some(now)
}

/// Whether `link`, known from earlier, is read again at this visit.
pub fn is_due(link: &Link, visit: Occasion) -> bool {
    match link.state {
        // What is held back is read at the end of each visit.
        LinkState::Barred | LinkState::Held => false,
        LinkState::Unread => true,
        LinkState::Failed | LinkState::Dead(_) => visit.asked || visit.by_time(link),
        LinkState::NoArticle => (visit.asked && visit.on_first_page) || visit.by_time(link),
        LinkState::Article(_) => {
            visit.teaser_changed
                || (visit.asked && visit.on_first_page)
                || link.left.is_some_and(|n| (1..=LEAVING).contains(&n))
                || visit.by_time(link)
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
    fn by_time(&self, link: &Link) -> bool {
        link.due.is_some_and(|due| due <= self.now)
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
        for (age, due) in [
            (0, 0),
            (1, 1),
            (2, 6),
            (5, 6),
            (6, 24),
            (23, 24),
            (24, 72),
            (80, 168),
            (200, 720),
            (720, 91 * 24),
            (91 * 24, 182 * 24),
        ] {
            assert_eq!(by_age(at(0), at(age)), at(due), "age {age} h");
        }
    }

    #[test]
    fn back_off_doubles_and_is_bounded() {
        let wait = |n| back_off(n, at(0), 0.5).duration_since(at(0)).as_mins();
        assert_eq!([wait(1), wait(2), wait(3)], [5, 10, 20]);
        assert_eq!(wait(40), 12 * 60);
    }

    #[test]
    fn a_wait_of_a_wrong_clock_is_none() {
        let quarter = 91 * 24;
        let article = LinkState::Article(uuid::Uuid::nil());
        for (state, hours, holds) in [
            (LinkState::Failed, 15, true),
            (LinkState::Failed, 31, false),
            (LinkState::Failed, -quarter, true),
            (LinkState::Dead(404), 31, true),
            (LinkState::NoArticle, 2 * quarter + 1, false),
            (article.clone(), 2 * quarter, true),
            (article, 2 * quarter + 1, false),
        ] {
            assert_eq!(
                believable(at(hours), at(0), longest(&state)),
                holds,
                "{state:?} in {hours} h"
            );
        }
        assert!(!believable(Timestamp::MAX, at(0), longest(&LinkState::NoArticle)));
    }

    #[test]
    fn every_due_reckoned_anew_is_believable() {
        let states = [
            LinkState::Failed,
            LinkState::Dead(410),
            LinkState::NoArticle,
            LinkState::Article(uuid::Uuid::nil()),
        ];
        for (state, failures, age) in states
            .iter()
            .flat_map(|s| (0..40).step_by(3).map(move |n| (s.clone(), n, i64::from(n) * 999)))
        {
            let link = Link {
                state,
                failures,
                due: Some(Timestamp::MAX),
                ..crate::form::stored::sample::link()
            };
            let due = due_anew(&link, Some(at(-age)), at(0), 1.0).unwrap();
            assert!(believable(due, at(0), longest(&link.state)), "{link:?}");
        }
        let unread =
            Link { state: LinkState::Unread, due: None, ..crate::form::stored::sample::link() };
        assert_eq!(due_anew(&unread, None, at(0), 1.0), None);
    }
}
