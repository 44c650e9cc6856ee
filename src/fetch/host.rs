//! Manners toward hosts: one request at a time, the pace between their starts, pauses that they ask for, and back-off.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Where chance comes from: a number in `[0, 1)`.
pub(super) type Jitter = Box<dyn Fn() -> f64 + Send + Sync>;

/// A longer Retry-After counts as this.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// A longer crawl-delay counts as this.
const LONGEST_DELAY: Duration = Duration::from_secs(60);
const BACKOFF_BASE: Duration = Duration::from_secs(1);
const BACKOFF_MOST: Duration = Duration::from_secs(15 * 60);
/// Hosts remembered before idle ones are forgotten.
const REMEMBERED: usize = 4096;

/// All hosts, by `host:port`.
pub(super) struct Hosts {
    interval: Duration,
    permits: Arc<Semaphore>,
    jitter: Jitter,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

#[derive(Default)]
struct Host {
    turn: Arc<tokio::sync::Mutex<()>>,
    clock: Mutex<Clock>,
}

#[derive(Clone, Copy, Default)]
struct Clock {
    started: Option<Instant>,
    paused_until: Option<Instant>,
    crawl_delay: Duration,
    failures: u32,
}

/// The right to make one request to a host; the next one starts after it is dropped.
pub(super) struct Turn {
    host: Arc<Host>,
    _turn: OwnedMutexGuard<()>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// What a request says about its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It answers.
    Well,
    /// It failed: connection, deadline, 5xx.
    Failed,
    /// It asks for a pause.
    Pause(Duration),
    /// The page was at fault, not the host.
    Neither,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Clock {
    fn pause(&self, now: Instant) -> Duration {
        self.paused_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    fn is_idle(&self, now: Instant) -> bool {
        self.failures == 0 && self.pause(now).is_zero() && self.started.is_none_or(|start| now.duration_since(start) > LONGEST_DELAY)
    }
}

impl Hosts {
    pub(super) fn new(interval: Duration, concurrency: usize, jitter: Jitter) -> Self {
        let permits = Arc::new(Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS)));
        Self { interval, permits, jitter, hosts: Mutex::default() }
    }

    fn host(&self, key: &str) -> Arc<Host> {
        let mut hosts = lock(&self.hosts);
        if hosts.len() >= REMEMBERED && !hosts.contains_key(key) {
            let now = Instant::now();
            hosts.retain(|_, host| Arc::strong_count(host) > 1 || !lock(&host.clock).is_idle(now));
        }
        hosts.entry(key.to_owned()).or_default().clone()
    }

    /// Waits for a turn at a host and starts it; the error is a pause longer than `patience`.
    pub(super) async fn turn(&self, key: &str, patience: Duration) -> Result<Turn, Duration> {
        let host = self.host(key);
        let turn = host.turn.clone().lock_owned().await;
        let clock = *lock(&host.clock);
        let pause = clock.pause(Instant::now());
        if pause > patience {
            return Err(pause);
        }
        let paced = clock.started.map(|start| start + self.interval.max(clock.crawl_delay));
        if let Some(at) = paced.max(clock.paused_until) {
            tokio::time::sleep_until(at).await;
        }
        let permit = self.permits.clone().acquire_owned().await.ok();
        lock(&host.clock).started = Some(Instant::now());
        Ok(Turn { host, _turn: turn, _permit: permit })
    }

    /// Sets the host's own crawl-delay.
    pub(super) fn delay(&self, key: &str, delay: Duration) {
        lock(&self.host(key).clock).crawl_delay = delay.min(LONGEST_DELAY);
    }

    /// Notes how a request went, before its turn ends.
    pub(super) fn note(&self, turn: &Turn, outcome: Outcome) {
        let mut clock = lock(&turn.host.clock);
        match outcome {
            Outcome::Neither => {}
            Outcome::Well => clock.failures = 0,
            Outcome::Pause(pause) => clock.paused_until = Some(Instant::now() + pause.min(LONGEST_PAUSE)),
            Outcome::Failed => {
                clock.failures = clock.failures.saturating_add(1);
                clock.paused_until = self.backoff(clock.failures).map(|pause| Instant::now() + pause);
            }
        }
    }

    /// From the second failure in a row on: a second, doubling, give or take a quarter.
    fn backoff(&self, failures: u32) -> Option<Duration> {
        let doublings = failures.checked_sub(2)?.min(10);
        let spread = 0.75 + 0.5 * (self.jitter)().clamp(0.0, 1.0);
        Some((BACKOFF_BASE * (1 << doublings)).mul_f64(spread).min(BACKOFF_MOST))
    }
}

/// A Retry-After (RFC 9110 §10.2.3): seconds or a date, never negative, an hour at most.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(value.parse().map_or(LONGEST_PAUSE, Duration::from_secs).min(LONGEST_PAUSE));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    // The last day that HTTP can write lies after the last one that a timestamp can.
    let at = Timestamp::try_from(at).unwrap_or(Timestamp::MAX);
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default().min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENT: Duration = Duration::from_secs(7200);
    const MS: Duration = Duration::from_millis(1);

    fn hosts(interval: Duration, concurrency: usize) -> Arc<Hosts> {
        Arc::new(Hosts::new(interval, concurrency, Box::new(|| 0.5)))
    }

    async fn turn(hosts: &Hosts, key: &str) -> Turn {
        hosts.turn(key, PATIENT).await.map_err(|_| ()).unwrap()
    }

    #[tokio::test]
    async fn starts_keep_the_pace_and_never_overlap() {
        let hosts = hosts(40 * MS, 8);
        let begin = Instant::now();
        let at = |works: Duration| {
            let hosts = hosts.clone();
            async move {
                let turn = turn(&hosts, "a:80").await;
                let start = begin.elapsed();
                tokio::time::sleep(works).await;
                drop(turn);
                start
            }
        };
        let (_, second, third) = tokio::join!(at(5 * MS), at(90 * MS), at(Duration::ZERO));
        assert!(second >= 40 * MS && third >= second + 90 * MS, "{second:?} {third:?}");
        let held = turn(&hosts, "a:80").await;
        assert!(tokio::time::timeout(Duration::from_secs(5), turn(&hosts, "b:80")).await.is_ok(), "another host waits for nobody");
        drop(held);
    }

    #[tokio::test]
    async fn the_longer_of_interval_and_crawl_delay_counts() {
        for (interval, delay, want) in [(60, 5, 60), (5, 60, 60)] {
            let hosts = hosts(interval * MS, 1);
            hosts.delay("a:80", delay * MS);
            let begin = Instant::now();
            drop(turn(&hosts, "a:80").await);
            drop(turn(&hosts, "a:80").await);
            assert!(begin.elapsed() >= want * MS);
        }
        let hosts = hosts(MS, 1);
        hosts.delay("a:80", Duration::from_secs(900));
        assert_eq!(lock(&hosts.host("a:80").clock).crawl_delay, LONGEST_DELAY);
    }

    #[tokio::test]
    async fn concurrency_bounds_all_hosts_together() {
        let hosts = hosts(Duration::ZERO, 1);
        let first = turn(&hosts, "a:80").await;
        assert!(tokio::time::timeout(30 * MS, turn(&hosts, "b:80")).await.is_err());
        drop(first);
        turn(&hosts, "b:80").await;
    }

    #[tokio::test]
    async fn a_pause_is_waited_for_or_told() {
        let hosts = hosts(Duration::ZERO, 1);
        let first = turn(&hosts, "a:80").await;
        let begin = Instant::now();
        hosts.note(&first, Outcome::Pause(60 * MS));
        drop(first);
        assert!(hosts.turn("a:80", Duration::ZERO).await.err().is_some_and(|left| left <= 60 * MS));
        let second = turn(&hosts, "a:80").await;
        assert!(begin.elapsed() >= 60 * MS);
        hosts.note(&second, Outcome::Pause(Duration::from_secs(1 << 40)));
        drop(second);
        assert!(hosts.turn("a:80", Duration::from_secs(3590)).await.err().is_some_and(|left| left <= LONGEST_PAUSE));
    }

    #[tokio::test]
    async fn failures_in_a_row_back_off_from_the_second_on() {
        let hosts = hosts(Duration::ZERO, 1);
        let held = turn(&hosts, "a:80").await;
        let pause = |outcome| {
            hosts.note(&held, outcome);
            lock(&held.host.clock)
                .paused_until
                .map_or(0, |until| until.saturating_duration_since(Instant::now()).as_millis().div_ceil(1000))
        };
        use Outcome::{Failed, Neither, Well};
        let seen: Vec<u128> = [Failed, Failed, Neither, Failed, Failed, Well, Failed].into_iter().map(pause).collect();
        assert_eq!(seen, [0, 1, 1, 2, 4, 4, 0]);
        assert_eq!((hosts.backoff(1), hosts.backoff(40)), (None, Some(BACKOFF_MOST)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_within_an_hour() {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        for (value, want) in [
            ("2", Some(2)),
            (" 120 ", Some(120)),
            ("0", Some(0)),
            ("86400", Some(3600)),
            ("99999999999999999999999", Some(3600)),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("1.5", None),
            ("Tue, 24 Nov 2026 10:00:30 GMT", Some(30)),
            ("Tue, 24 Nov 2020 10:00:30 GMT", Some(0)),
            ("Wed, 25 Nov 2026 10:00:00 GMT", Some(3600)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(3600)),
            ("Fri, 31 Dec 99999 10:00:00 GMT", None),
        ] {
            assert_eq!(retry_after(value, now), want.map(Duration::from_secs), "{value}");
        }
    }
}
