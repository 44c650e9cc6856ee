//! The store was deleted and made again: life goes on as if it had never been away.

use std::fs;

use super::rounds;
use super::server::Server;
use super::stage::{SOON, Stage, append, retitle, section};

#[test]
fn a_deleted_store_is_rebuilt_from_the_archive() {
    let stage = Stage::new("127.77.1.6", 62, "");
    rounds("rebuild", 100, 1, |dice, _| {
        let (portal, home) = (stage.portal(), stage.home());
        let mut server = Server::serving(&home, &stage, &[]);
        // Young articles are read again at every visit; these are known when the store goes.
        for _ in 0..2 {
            portal.publish_together(&section(&portal, dice), 2);
        }
        server.shows(&portal, SOON);
        if dice.one_in(2) {
            server.stop()
        } else {
            server.kill()
        };
        fs::remove_dir_all(home.path("data/store")).unwrap();
        let mut done = Vec::new();
        // Some of it happens while nobody looks, some afterwards.
        let mut act = |steps: usize, dice: &mut super::Dice| {
            for _ in 0..steps {
                done.push(match dice.below(5) {
                    0 if append(&portal, dice) => "young edit",
                    0 | 1 => {
                        retitle(&portal, dice);
                        "retitled teaser"
                    }
                    2 => {
                        // More than any list has on a page.
                        portal.publish_together(&section(&portal, dice), 13);
                        "more than a page"
                    }
                    _ => {
                        portal.publish(&section(&portal, dice)).unwrap();
                        "new article"
                    }
                });
            }
        };
        act(dice.index(3), dice);
        let mut server = Server::serving(&home, &stage, &[]);
        if dice.one_in(2) {
            server.shows(&portal, SOON);
        }
        act(1 + dice.index(3), dice);
        let took = server.shows(&portal, SOON);
        let log = server.stop();
        assert!(!log.contains("panicked"), "{log}");
        format!("{}: {:.1} s", done.join(", "), took.as_secs_f32())
    });
}
