//! kill -9 at any moment of a reading, of the daemon, of its start; the store is kept.

use std::process::Stdio;
use std::time::{Duration, Instant};

use bantin::demo::Portal;

use super::seen::Seen;
use super::server::Server;
use super::stage::{SOON, Stage, live, outlives_its_store};
use super::{Dice, rounds};
use crate::support::{Home, pass};

/// So many deaths of one home.
const CHAIN: usize = 10;

/// Kills a reading of what is new; what was killed, and when.
fn kill_reading(portal: &Portal, home: &Home, dice: &mut Dice) -> String {
    (0..3).for_each(|_| live(portal, dice));
    let mut child =
        home.command(&["fetch"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let after = Duration::from_millis(50 + dice.below(900));
    pass(after);
    child.kill().unwrap();
    child.wait().unwrap();
    format!("fetch, {after:?}")
}

/// Kills a daemon that has served for a while.
fn kill_daemon(mut server: Server, portal: &Portal, seen: &mut Seen, dice: &mut Dice) -> String {
    let (begun, lives) = (Instant::now(), Duration::from_millis(dice.below(2500)));
    while begun.elapsed() < lives {
        live(portal, dice);
        seen.look(&server);
        pass(Duration::from_millis(dice.below(200)));
    }
    assert_eq!(server.ended(), None, "{}", server.tail());
    server.kill();
    format!("daemon, {lives:?}")
}

/// Kills a few starts, one after another.
fn kill_starts(start: impl Fn() -> Server, dice: &mut Dice) -> String {
    let many = 1 + dice.index(3);
    for _ in 0..many {
        let server = start();
        pass(Duration::from_millis(dice.below(400)));
        server.kill();
    }
    format!("{many} starts")
}

#[test]
fn nothing_that_was_served_is_gone_after_a_sudden_death() {
    let stage = Stage::new("127.77.1.4", 104, "");
    // A failed round ends its chain: the next one begins anew.
    let mut kept: Option<(Portal, Home, Seen)> = None;
    rounds("kill", 200, CHAIN, |dice, round| {
        let begins = (round - 1) % CHAIN == 0;
        let (portal, home, mut seen) = kept
            .take()
            .filter(|_| !begins)
            .unwrap_or_else(|| (stage.portal(), stage.home(), Seen::default()));
        let moment = match dice.below(3) {
            0 => kill_reading(&portal, &home, dice),
            1 => kill_daemon(Server::serving(&home, &stage, &[]), &portal, &mut seen, dice),
            _ => {
                live(&portal, dice);
                kill_starts(|| Server::start(&home, &stage, &[]), dice)
            }
        };
        let mut server = Server::serving(&home, &stage, &[]);
        seen.check(&server.walk().expect("the walk is served"));
        let last = round % CHAIN == 0;
        if last || dice.one_in(4) {
            server.shows(&portal, SOON);
        }
        seen.look(&server);
        let log = if last || dice.one_in(2) { server.stop() } else { server.kill() };
        assert!(!log.contains("panicked"), "{log}");
        let told = format!("{moment}; {} seen", seen.count());
        if last {
            outlives_its_store(&home);
        } else {
            kept = Some((portal, home, seen));
        }
        told
    });
}
