//! Manners toward hosts: one request at a time, the pace between their starts, pauses that they ask
//! for, and back-off.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::retry_after::LONGEST_PAUSE;

/// Where chance comes from: a number in `[0, 1)`.
pub(super) type Jitter = Box<dyn Fn() -> f64 + Send + Sync>;

/// A longer crawl-delay counts as this.
const LONGEST_DELAY: Duration = Duration::from_secs(60);
const BACKOFF_BASE: Duration = Duration::from_secs(1);
const BACKOFF_MOST: Duration = Duration::from_secs(15 * 60);
/// When nothing was asked of a host for so long nothing of it is worth knowing but pause and
/// failures.
const FORGOTTEN: Duration = Duration::from_secs(120);
/// The same for its failures.
const FORGIVEN: Duration = Duration::from_secs(3600);
/// So many hosts are looked through at least before any is forgotten.
const FEW: usize = 64;
/// Hosts remembered at most; beyond them the quarter that was asked least lately is forgotten, so
/// that a new one costs no look at all.
const REMEMBERED: usize = 4096;

/// All hosts, by `host:port`.
pub(super) struct Hosts {
    pace: ArcSwap<Pace>,
    jitter: Jitter,
    memory: Mutex<Memory>,
}

/// How fast hosts are asked.
struct Pace {
    interval: Duration,
    permits: Arc<Semaphore>,
}

impl Pace {
    fn new(interval: Duration, concurrency: usize) -> Self {
        Self {
            interval,
            permits: Arc::new(Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS))),
        }
    }
}

#[derive(Default)]
struct Memory {
    hosts: HashMap<String, Arc<Host>>,
    /// When there are so many, those with nothing left to say are forgotten.
    full: usize,
}

#[derive(Default)]
struct Host {
    turn: Arc<tokio::sync::Mutex<()>>,
    clock: Mutex<Clock>,
}

#[derive(Clone, Copy, Default)]
struct Clock {
    /// When it was last thought of.
    used: Option<Instant>,
    started: Option<Instant>,
    paused_until: Option<Instant>,
    crawl_delay: Duration,
    failures: u32,
    /// Whether it asked for its pause itself.
    asked: bool,
    said: Said,
}

/// How long a host is left alone, and after how many failures; 0: it asked for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pause {
    pub(super) time: Duration,
    pub(super) failures: u32,
}

/// The right to make one request to a host; the next one starts after it is dropped.
pub(super) struct Turn {
    host: Arc<Host>,
    /// Whether the host's last request was answered, so that its connection may still be open.
    pub(super) reuse: bool,
    /// Whether its answers are read by the lenient reader alone.
    pub(super) odd: bool,
    _turn: OwnedMutexGuard<()>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// How a request was answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    /// Whether it was.
    pub(super) answered: bool,
    /// Whether only the lenient reader read the answer.
    pub(super) odd: bool,
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

    fn used(&self) -> Option<Instant> {
        self.used.max(self.started)
    }

    /// Whether nothing is worth knowing any more; `pace` is the distance between requests.
    fn is_spent(&self, now: Instant, pace: Duration) -> bool {
        let unused = self.used().map_or(Duration::MAX, |used| now.saturating_duration_since(used));
        let memory = if self.failures == 0 { FORGOTTEN } else { FORGIVEN };
        self.pause(now).is_zero() && unused > memory.max(pace)
    }
}

impl Memory {
    /// What is known of a host; others are forgotten for a new one, so that what they cost is
    /// little and bounded.
    fn host(&mut self, key: &str, now: Instant, pace: Duration) -> Arc<Host> {
        if let Some(host) = self.hosts.get(key) {
            return host.clone();
        }
        if self.hosts.len() >= self.full.clamp(FEW, REMEMBERED) {
            self.hosts.retain(|_, host| {
                Arc::strong_count(host) > 1 || !lock(&host.clock).is_spent(now, pace)
            });
            self.full = 2 * self.hosts.len();
            if self.hosts.len() >= REMEMBERED {
                self.forget_some(now);
            }
        }
        self.hosts.entry(key.to_owned()).or_default().clone()
    }

    /// Forgets those who were asked least lately and are not being asked; who failed or asked for a
    /// pause comes last.
    fn forget_some(&mut self, now: Instant) {
        let mut idle: Vec<_> = self
            .hosts
            .iter()
            .filter(|(_, host)| Arc::strong_count(host) == 1)
            .map(|(key, host)| {
                let clock = lock(&host.clock);
                ((clock.failures > 0 || !clock.pause(now).is_zero(), clock.used()), key.clone())
            })
            .collect();
        idle.sort_unstable();
        idle.into_iter().take(REMEMBERED / 4).for_each(|(_, key)| _ = self.hosts.remove(&key));
    }
}

impl Hosts {
    pub(super) fn new(interval: Duration, concurrency: usize, jitter: Jitter) -> Self {
        Self {
            pace: ArcSwap::from_pointee(Pace::new(interval, concurrency)),
            jitter,
            memory: Mutex::default(),
        }
    }

    /// Another distance between requests and another number at once, from the next ones on.
    pub(super) fn pace(&self, interval: Duration, concurrency: usize) {
        self.pace.store(Arc::new(Pace::new(interval, concurrency)));
    }

    fn host(&self, key: &str) -> Arc<Host> {
        let now = Instant::now();
        let host = lock(&self.memory).host(key, now, self.pace.load().interval);
        lock(&host.clock).used = Some(now);
        host
    }

    /// Waits for a turn at a host and starts it; the error is a pause longer than `max_wait`.
    pub(super) async fn turn(&self, key: &str, max_wait: Duration) -> Result<Turn, Pause> {
        let host = self.host(key);
        let turn = host.turn.clone().lock_owned().await;
        let clock = *lock(&host.clock);
        let time = clock.pause(Instant::now());
        if time > max_wait {
            let failures = if clock.asked { 0 } else { clock.failures };
            return Err(Pause { time, failures });
        }
        let paced =
            clock.started.map(|start| start + self.pace.load().interval.max(clock.crawl_delay));
        if let Some(at) = paced.max(clock.paused_until) {
            tokio::time::sleep_until(at).await;
        }
        let permit = self.pace.load().permits.clone().acquire_owned().await.ok();
        lock(&host.clock).started = Some(Instant::now());
        Ok(Turn {
            host,
            reuse: clock.said.answered,
            odd: clock.said.odd,
            _turn: turn,
            _permit: permit,
        })
    }

    /// Sets the host's own crawl-delay.
    pub(super) fn delay(&self, key: &str, delay: Duration) {
        lock(&self.host(key).clock).crawl_delay = delay.min(LONGEST_DELAY);
    }

    /// Notes how a request went and whether it was answered, before its turn ends.
    pub(super) fn note(&self, turn: &Turn, outcome: Outcome, said: Said) {
        let mut clock = lock(&turn.host.clock);
        clock.said = said;
        match outcome {
            Outcome::Neither => {}
            Outcome::Well => clock.failures = 0,
            Outcome::Pause(pause) => {
                clock.asked = true;
                clock.paused_until = Some(Instant::now() + pause.min(LONGEST_PAUSE))
            }
            Outcome::Failed => {
                clock.asked = false;
                clock.failures = clock.failures.saturating_add(1);
                clock.paused_until =
                    self.backoff(clock.failures).map(|pause| Instant::now() + pause);
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
        assert!(
            tokio::time::timeout(Duration::from_secs(5), turn(&hosts, "b:80")).await.is_ok(),
            "another host waits for nobody"
        );
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
        hosts.note(&first, Outcome::Pause(60 * MS), Said::default());
        drop(first);
        let left = hosts.turn("a:80", Duration::ZERO).await.err().unwrap();
        assert!(left.time <= 60 * MS);
        let second = turn(&hosts, "a:80").await;
        assert!(begin.elapsed() >= 60 * MS);
        hosts.note(&second, Outcome::Pause(Duration::from_secs(1 << 40)), Said::default());
        drop(second);
        let left = hosts.turn("a:80", Duration::from_secs(3590)).await.err().unwrap();
        assert!(left.time <= LONGEST_PAUSE);
    }

    #[tokio::test]
    async fn failures_in_a_row_back_off_from_the_second_on() {
        let hosts = hosts(Duration::ZERO, 1);
        let held = turn(&hosts, "a:80").await;
        let pause = |outcome| {
            hosts.note(&held, outcome, Said::default());
            lock(&held.host.clock).paused_until.map_or(0, |until| {
                until.saturating_duration_since(Instant::now()).as_millis().div_ceil(1000)
            })
        };
        use Outcome::{Failed, Neither, Well};
        let seen: Vec<u128> = [Failed, Failed, Neither, Failed, Failed, Well, Failed]
            .into_iter()
            .map(pause)
            .collect();
        assert_eq!(seen, [0, 1, 1, 2, 4, 4, 0]);
        assert_eq!((hosts.backoff(1), hosts.backoff(40)), (None, Some(BACKOFF_MOST)));
    }

    #[test]
    fn hosts_with_nothing_left_to_say_are_forgotten() {
        let (mut memory, begin, pace) = (Memory::default(), Instant::now(), Duration::ZERO);
        let ask = |memory: &mut Memory, key: &str, at: Instant| {
            let host = memory.host(key, at, pace);
            lock(&host.clock).used = Some(at);
            host
        };
        lock(&ask(&mut memory, "paused:80", begin).clock).paused_until = Some(begin + FORGIVEN);
        lock(&ask(&mut memory, "failed:80", begin).clock).failures = 2;
        let _asked = ask(&mut memory, "asked:80", begin);
        for n in 0..REMEMBERED + 100 {
            ask(&mut memory, &format!("h{n}:80"), begin + MS);
        }
        let few = REMEMBERED / 4 * 3;
        assert!(
            (few..=REMEMBERED).contains(&memory.hosts.len()),
            "each was asked just now: {}",
            memory.hosts.len()
        );
        let known =
            |memory: &Memory, keys: [&str; 3]| keys.map(|key| memory.hosts.contains_key(key));
        let special = ["paused:80", "failed:80", "asked:80"];
        assert_eq!(known(&memory, special), [true; 3]);

        let later = begin + FORGOTTEN + 2 * MS;
        for n in 0..REMEMBERED / 2 {
            ask(&mut memory, &format!("new{n}:80"), later);
        }
        let new = REMEMBERED / 2 + special.len();
        assert_eq!(
            (memory.hosts.len(), known(&memory, special)),
            (new, [true; 3]),
            "the others have nothing left to say"
        );
        for n in 0..REMEMBERED {
            ask(&mut memory, &format!("h{n}:80"), later + FORGIVEN);
        }
        assert_eq!(known(&memory, special), [false, false, true], "who is being asked is known");
    }
}
