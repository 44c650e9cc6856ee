//! One connection's place: what the connection is at, since when, and whose share it counts for.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::shutdown::Shutdown;
use crate::domain::count::Counter;
use crate::net::is_private;

/// A connection that has asked nothing for so long goes before all that have, in milliseconds.
const SILENT: u64 = 1000;

/// What all places count together.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// Connections that are being answered.
    pub(super) answering: AtomicUsize,
    /// Whether somebody waits for room.
    pub(super) wanted: AtomicBool,
    /// Woken, if so, when there may be some.
    pub(super) freed: Notify,
    /// Connections that made room for another.
    pub(super) displaced: Counter,
}

impl Load {
    /// Wakes who waits for room, if anybody does.
    pub(super) fn look_again(&self) {
        if self.wanted.load(Ordering::Relaxed) {
            self.freed.notify_one();
        }
    }
}

/// What a connection is at; only the connection itself changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It has asked nothing so far.
    Silent,
    /// It may ask again.
    Waiting,
    /// Its answer is being made.
    Answering,
    /// Its answer is being sent.
    Sending,
}

/// A connection's place.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) shutdown: Shutdown,
    /// Whose share it counts for.
    pub(super) network: Option<IpAddr>,
    /// The phase in the lowest two bits; above them when the last wait began, in milliseconds after
    /// `began`.
    at: AtomicU64,
    taken: u64,
    /// Whether the client was waited for since its last request.
    awaited: AtomicBool,
    began: Instant,
    load: Arc<Load>,
}

/// Whose share an address counts for: its own, or that of its /64; nobody's if it is of this
/// machine or a network of its own, where a proxy may stand for many.
pub(super) fn network(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        ip if is_private(ip) => None,
        IpAddr::V4(ip) => (!ip.is_link_local()).then_some(ip.into()),
        IpAddr::V6(ip) => (!ip.is_unicast_link_local())
            .then(|| Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX >> 2)
}

impl Connection {
    /// One that is taken now; all places of a server count from the same beginning.
    pub(super) fn new(peer: IpAddr, began: Instant, load: Arc<Load>) -> Self {
        let taken = millis(began.elapsed());
        let connection = Self {
            shutdown: Shutdown::default(),
            network: network(peer),
            at: AtomicU64::new(0),
            taken,
            awaited: AtomicBool::new(true),
            began,
            load,
        };
        connection.set(Phase::Silent, taken);
        connection
    }

    fn set(&self, phase: Phase, since: u64) {
        self.at.store(since << 2 | phase as u64, Ordering::Relaxed);
    }

    fn get(&self) -> (Phase, u64) {
        let at = self.at.load(Ordering::Relaxed);
        let phase = match at & 3 {
            0 => Phase::Silent,
            1 => Phase::Waiting,
            2 => Phase::Answering,
            _ => Phase::Sending,
        };
        (phase, at >> 2)
    }

    /// Whether it is being answered.
    pub(super) fn answers(&self) -> bool {
        matches!(self.get().0, Phase::Answering | Phase::Sending)
    }

    /// Whether it was told to leave and is about to.
    pub(super) fn leaves(&self) -> bool {
        self.shutdown.was_told() && !self.answers()
    }

    /// The client is waited for.
    pub(super) fn awaits(&self) {
        self.awaited.store(true, Ordering::Relaxed);
    }

    /// Whether the request that came was sent ahead, before the answer to the last one.
    pub(super) fn was_ahead(&self) -> bool {
        let awaited = self.awaited.load(Ordering::Relaxed);
        self.awaited.store(false, Ordering::Relaxed);
        !awaited
    }

    /// A request came; how long the connection had lived when it began to wait for it.
    pub(super) fn asked(&self) -> Duration {
        let (phase, since) = self.get();
        if !matches!(phase, Phase::Answering | Phase::Sending) {
            self.load.answering.fetch_add(1, Ordering::Relaxed);
        }
        self.set(Phase::Answering, since);
        // Who was told to leave and is answered first does so later: somebody else makes room.
        if self.shutdown.was_told() {
            self.load.look_again();
        }
        Duration::from_millis(since.saturating_sub(self.taken))
    }

    /// Its answer is made.
    pub(super) fn made(&self) {
        self.set(Phase::Sending, self.get().1);
    }

    /// All that there was to send is sent, the last of it then.
    pub(super) fn flushed(&self, last: Instant) {
        if self.get().0 == Phase::Sending {
            self.set(Phase::Waiting, millis(last.duration_since(self.began)));
            self.load.answering.fetch_sub(1, Ordering::Relaxed);
            self.load.look_again();
        }
    }

    /// Whom it makes room before: the least first. None that is being answered makes any, nor one
    /// that was asked to leave already.
    pub(super) fn rank(&self, now: Instant) -> Option<(bool, u64)> {
        let (phase, since) = self.get();
        let silent = phase == Phase::Silent
            && millis(now.duration_since(self.began)).saturating_sub(since) >= SILENT;
        (!self.answers() && !self.shutdown.was_told()).then_some((!silent, since))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.answers() {
            self.load.answering.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_public_networks() {
        for (peer, share) in [
            ("127.0.0.9", None),
            ("::1", None),
            ("::ffff:10.1.2.3", None),
            ("192.168.1.2", None),
            ("100.64.0.1", None),
            ("169.254.3.4", None),
            ("fe80::5", None),
            ("fd00::1", None),
            ("93.184.216.34", Some("93.184.216.34")),
            ("::ffff:93.184.216.34", Some("93.184.216.34")),
            ("203.0.113.9", Some("203.0.113.9")),
            ("2606:2800:220:1:a:b:c:d", Some("2606:2800:220:1::")),
            ("2606:2800:220:1:ffff::", Some("2606:2800:220:1::")),
            ("2606:2800:220:2::1", Some("2606:2800:220:2::")),
        ] {
            assert_eq!(
                network(peer.parse().unwrap()),
                share.map(|share| share.parse().unwrap()),
                "{peer}"
            );
        }
    }

    #[test]
    fn a_seat_knows_what_its_connection_is_at() {
        let (began, load) = (Instant::now(), Arc::<Load>::default());
        let answering = || load.answering.load(Ordering::Relaxed);
        let later = |ms| began + Duration::from_millis(ms);
        let connection = Connection::new([127, 0, 0, 1].into(), began, load.clone());
        assert_eq!(
            (connection.rank(later(900)).unwrap().0, connection.rank(later(1100)).unwrap().0),
            (true, false),
            "silent for long goes first"
        );
        connection.flushed(later(5));
        assert!(!connection.answers(), "nothing was sent");
        assert_eq!([connection.was_ahead(), connection.was_ahead()], [false, true]);
        connection.awaits();
        assert!(!connection.was_ahead());
        connection.asked();
        connection.flushed(later(6));
        assert!(
            connection.answers() && connection.rank(later(5000)).is_none(),
            "its answer is still being made"
        );
        connection.made();
        assert_eq!((connection.rank(later(5000)), answering()), (None, 1));
        // What is asked together is one that is answered.
        connection.asked();
        connection.made();
        connection.flushed(later(70_000));
        assert_eq!((connection.rank(later(80_000)), answering()), (Some((true, 70_000)), 0));
        assert!(connection.asked() >= Duration::from_secs(69));
        drop(connection);
        assert_eq!(answering(), 0, "one that breaks off is answered no more");
    }
}
