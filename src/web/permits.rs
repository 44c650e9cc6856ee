//! The places of connections: how many there are, and who makes room when they are taken.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::connection::{Connection, Load};
use super::shutdown::Notice;

/// Fewer places than these are none.
const LEAST: usize = 8;

/// All places.
pub(super) struct Permits {
    total: usize,
    began: Instant,
    next: AtomicU64,
    /// By number, so that of equals the first comes first.
    taken: Mutex<BTreeMap<u64, Arc<Connection>>>,
    load: Arc<Load>,
}

/// Holds a place; dropped, it leaves.
pub(super) struct Permit {
    permits: Arc<Permits>,
    number: u64,
    pub(super) connection: Arc<Connection>,
}

/// How full it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Figures {
    /// Places.
    pub(super) places: usize,
    /// Those that are taken.
    pub(super) taken: usize,
    /// Connections so far that made room for another.
    pub(super) displaced: u64,
}

impl Permits {
    /// So many places, or a few if that is less.
    pub(super) fn new(total: usize) -> Arc<Self> {
        let (began, next) = (Instant::now(), AtomicU64::default());
        Arc::new(Self {
            total: total.max(LEAST),
            began,
            next,
            taken: Mutex::default(),
            load: Arc::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Connection>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, for which [`Self::room`] may have to be made afterwards. A network that holds its
    /// share, a quarter, makes room itself; if all of it is being answered there is no place.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Permit> {
        let connection = Arc::new(Connection::new(peer, self.began, self.load.clone()));
        let mut taken = self.lock();
        if connection.network.is_some() {
            let own = || {
                taken
                    .values()
                    .filter(|other| other.network == connection.network && !other.leaves())
            };
            if own().count() >= self.total / 4 && self.displace(own(), Instant::now()).is_none() {
                return None;
            }
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        taken.insert(number, connection.clone());
        drop(taken);
        Some(Permit { permits: self.clone(), number, connection })
    }

    /// Waits until no more than all places are taken; if more are the idlest connection leaves.
    pub(super) async fn room(&self) {
        let mut leaving = None;
        while !self.is_room(&mut leaving, Instant::now()) {
            self.load.freed.notified().await;
        }
    }

    /// Whether there is room; if not somebody is `leaving`: another one if who was told to is being
    /// answered first.
    fn is_room(&self, leaving: &mut Option<Arc<Connection>>, now: Instant) -> bool {
        let taken = self.lock();
        let full = taken.len() > self.total;
        self.load.wanted.store(full, Ordering::Relaxed);
        if full
            && leaving
                .as_ref()
                .is_none_or(|connection| !connection.leaves() || Arc::strong_count(connection) == 1)
        {
            *leaving = self.displace(taken.values(), now);
        }
        !full
    }

    /// Has the idlest connection leave: what it held is wanted elsewhere.
    pub(super) fn displace_one(&self, now: Instant) {
        self.displace(self.lock().values(), now);
    }

    /// Has the idlest of these leave: who was silent all along, then who has waited longest; never
    /// one that is being answered.
    fn displace<'a>(
        &self,
        permits: impl Iterator<Item = &'a Arc<Connection>>,
        now: Instant,
    ) -> Option<Arc<Connection>> {
        let idlest = permits
            .filter_map(|connection| Some((connection.rank(now)?, connection)))
            .min_by_key(|(rank, _)| *rank);
        let (_, connection) = idlest?;
        self.load.displaced.inc();
        connection.shutdown.tell(Notice::Leave);
        Some(connection.clone())
    }

    /// Whether so many connections are being answered that a further answer must be short and its
    /// connection's last: some place is always held by one that may be told to leave. Looks at the
    /// daemon's health have places beyond those of other answers.
    pub(super) fn is_crowded(&self, is_probe: bool) -> bool {
        let kept = if is_probe { self.total / 16 } else { self.total / 8 };
        self.load.answering.load(Ordering::Relaxed) > self.total - kept.max(1)
    }

    /// Tells every connection.
    pub(super) fn tell(&self, notice: Notice) {
        self.lock().values().for_each(|connection| connection.shutdown.tell(notice));
    }

    pub(super) fn figures(&self) -> Figures {
        Figures {
            places: self.total,
            taken: self.lock().len(),
            displaced: self.load.displaced.get(),
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.permits.lock().remove(&self.number);
        self.permits.load.look_again();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn answer(held: &Permit, at: Instant) {
        held.connection.asked();
        held.connection.made();
        held.connection.flushed(at);
    }

    /// Those that were told to leave.
    fn leaving(held: &[Permit]) -> Vec<usize> {
        held.iter()
            .enumerate()
            .filter(|(_, held)| held.connection.shutdown.was_told())
            .map(|(n, _)| n)
            .collect()
    }

    #[test]
    fn the_idlest_makes_room_and_never_one_that_is_answered() {
        let permits = Permits::new(8);
        let mut held: Vec<_> = (0..9).map(|_| permits.take(LOCAL).unwrap()).collect();
        let second = std::time::Duration::from_secs(1);
        let now = permits.began + 3 * second;
        // The third is silent; the others have asked, the first least lately; the second is being
        // answered.
        for (n, held) in held.iter().enumerate().filter(|(n, _)| ![1, 2].contains(n)) {
            answer(held, permits.began + second + second / 100 * u32::try_from(n).unwrap());
        }
        held[1].connection.asked();
        let mut leaver = None;
        for _ in 0..2 {
            assert!(!permits.is_room(&mut leaver, now));
            assert_eq!(leaving(&held), [2], "one leaves for one that came");
        }
        drop(held.remove(2));
        assert!(permits.is_room(&mut leaver, now));
        permits.displace_one(now);
        assert_eq!(leaving(&held), [0]);
        permits.displace_one(now);
        assert_eq!(leaving(&held), [0, 2], "not who is being answered");
        assert_eq!(permits.figures(), Figures { places: 8, taken: 8, displaced: 3 });
    }

    #[tokio::test]
    async fn room_is_told_when_there_is_some() {
        let permits = Permits::new(8);
        let held: Vec<_> = (0..9).map(|_| permits.take(LOCAL).unwrap()).collect();
        for held in &held {
            held.connection.asked();
        }
        let none = tokio::time::timeout(std::time::Duration::from_millis(20), permits.room()).await;
        assert!(none.is_err() && leaving(&held).is_empty(), "all are being answered");
        let (_, ()) = tokio::join!(permits.room(), async {
            held[4].connection.made();
            held[4].connection.flushed(Instant::now());
            while leaving(&held).is_empty() {
                tokio::task::yield_now().await;
            }
            assert_eq!(leaving(&held), [4]);
            drop(held);
        });
    }

    #[test]
    fn a_public_network_holds_a_quarter() {
        let permits = Permits::new(32);
        let peer = |n: u16| IpAddr::from([0x2606, 0x2800, 0, n, 7, 7, 7, n]);
        let held: Vec<_> = (0..8).map(|_| permits.take(peer(1)).unwrap()).collect();
        let more = [permits.take(peer(1)).unwrap(), permits.take(peer(1)).unwrap()];
        assert_eq!((leaving(&held), leaving(&more)), (vec![0, 1], vec![]), "its own make room");
        for held in more.iter().chain(&held) {
            held.connection.asked();
        }
        assert!(permits.take(peer(1)).is_none(), "all of them are being answered");
        assert!(permits.take(peer(2)).is_some());
        assert!((0..20).all(|_| permits.take(LOCAL).is_some()), "a proxy has no share");
    }

    #[test]
    fn some_place_is_kept_from_answers_and_some_for_probes() {
        let permits = Permits::new(32);
        let held: Vec<_> = (0..32).map(|_| permits.take(LOCAL).unwrap()).collect();
        let crowded: Vec<_> = held
            .iter()
            .map(|held| {
                held.connection.asked();
                (permits.is_crowded(false), permits.is_crowded(true))
            })
            .collect();
        let count =
            |pick: fn(&(bool, bool)) -> bool| crowded.iter().filter(|both| !pick(both)).count();
        assert_eq!((count(|both| both.0), count(|both| both.1)), (28, 30));
    }
}
