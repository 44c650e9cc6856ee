//! Which article a page is (CONTRACT section 3): small portals drawn from seeds, some of which lie,
//! visited five times and then once more after the store is gone; after each visit the feed holds
//! the truth, and no version without an edit.
//!
//! `BANTIN_ROUNDS=1-500` chooses other seeds than the first forty.

mod events;
mod portal;
mod traits;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::faults::{self, Dice};
use crate::feeds::items;
use crate::support::{FAST, Home, Tree};
use events::Event;
use portal::Shared;
use truth::{Fault, Truth};

/// Seeds of `cargo test`, and those that share a home.
const FEW: usize = 40;
const BATCH: usize = 50;
/// Visits; before the last the store is deleted.
const VISITS: usize = 6;
/// Faults of a visit that are told.
const TOLD: usize = 5;

/// A portal that is read, and what is known of it.
struct Seed {
    number: usize,
    name: String,
    dice: Dice,
    world: Shared,
    truth: Truth,
    /// Former hosts that the site file goes on naming.
    hosts: Vec<String>,
    story: Vec<String>,
    /// Events that were looked at, and whether a fault came right after them.
    happened: BTreeMap<String, bool>,
    /// Those before the visit of now.
    now: Vec<String>,
    /// Kinds of what was wrong after the first visit that was not right.
    wrong: BTreeSet<&'static str>,
    /// The feeds of the visit before.
    feeds: Tree,
}

impl Seed {
    fn open(number: usize) -> Self {
        let mut dice = Dice::of(faults::seed(), number);
        let world = portal::open(&mut dice, &ip(number, 0));
        let traits = format!("{:?}", world.lock().unwrap().traits);
        let (name, story) = (format!("s{number}"), vec![traits]);
        let (truth, hosts, happened, wrong, feeds) = <_>::default();
        Self {
            number,
            name,
            dice,
            world,
            truth,
            hosts,
            story,
            happened,
            now: Vec::new(),
            wrong,
            feeds,
        }
    }

    /// What becomes of the portal before a visit.
    fn pass(&mut self, visit: usize) {
        let events = if (2..VISITS).contains(&visit) {
            events::draw(&mut self.dice, &self.world.lock().unwrap())
        } else {
            Vec::new()
        };
        self.now = events.iter().map(Event::name).collect();
        self.story.push(format!("before visit {visit}: {events:?}"));
        for event in events {
            let mut world = self.world.lock().unwrap();
            if let Event::Host { named, .. } = event {
                let old = world
                    .homes
                    .last()
                    .unwrap()
                    .trim_start_matches("http://")
                    .trim_end_matches('/')
                    .to_owned();
                self.hosts.extend(named.then_some(old));
                let ip = if world.homes[0].contains("localhost") {
                    "localhost".to_owned()
                } else {
                    ip(self.number, world.homes.len())
                };
                drop(world);
                portal::serve(&self.world, &ip);
                world = self.world.lock().unwrap();
            }
            world.happen(&event);
            self.truth.happen(&event, &world);
        }
        let mut world = self.world.lock().unwrap();
        world.visited();
        self.truth.begin(&world);
    }

    /// What is rebuilt from the records alone, tombstones too, is what was served.
    fn check_rebuilt(&mut self, tree: &Tree) {
        let moved = moved(&self.feeds, tree);
        if self.wrong.is_empty() && !moved.is_empty() {
            self.story.push(format!("rebuilt: {moved:?}"));
            self.wrong.insert("a rebuild gives other bytes");
        }
    }

    /// Compares what a visit led to.
    fn check(&mut self, visit: usize, tree: &Tree, row: &Value) {
        let mine = self.mine(tree);
        let before = std::mem::replace(&mut self.feeds, mine);
        // What follows from a first fault says nothing new.
        if !self.wrong.is_empty() {
            return;
        }
        let mut faults = self.compare(visit, tree);
        if self.now.is_empty()
            && (2..VISITS).contains(&visit)
            && self.truth.is_settled()
            && before != self.feeds
        {
            let moved = moved(&self.feeds, &before);
            faults.push(Fault("bytes moved while nothing happened", format!("{moved:?}")));
        }
        if row["state"] == "broken" {
            faults.push(Fault("the visit failed", row["reasons"].to_string()));
        }
        self.note(visit, &faults);
    }

    /// Its feeds of a tree.
    fn mine(&self, tree: &Tree) -> Tree {
        let mine = |path: &str| {
            path.starts_with(&format!("feeds/{}.", self.name))
                || path.starts_with(&format!("feeds/{}/", self.name))
        };
        tree.iter()
            .filter(|(path, _)| mine(path))
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect()
    }

    /// How its feeds differ from the truth.
    fn compare(&mut self, visit: usize, tree: &Tree) -> Vec<Fault> {
        let world = self.world.lock().unwrap();
        let section =
            |(id, _): &(&str, &str)| items(tree, &format!("feeds/{}/{id}.json", self.name));
        let sections: Vec<_> =
            portal::SECTIONS.iter().take(world.traits.sections).map(section).collect();
        let all = items(tree, &format!("feeds/{}.json", self.name));
        self.truth.check(&world, &all, &sections, visit == VISITS)
    }

    /// Keeps what was wrong after a visit, and tells the first of it.
    fn note(&mut self, visit: usize, faults: &[Fault]) {
        for event in &self.now {
            *self.happened.entry(event.clone()).or_default() |= !faults.is_empty();
        }
        if !faults.is_empty() {
            self.story.push(format!(
                "after visit {visit}{}:",
                if visit == VISITS { ", the store having been deleted" } else { "" }
            ));
        }
        let more = faults.len().saturating_sub(TOLD);
        self.story
            .extend(faults.iter().take(TOLD).map(|fault| format!("  {}: {}", fault.0, fault.1)));
        self.story.extend((more > 0).then(|| format!("  and {more} more")));
        self.wrong.extend(faults.iter().map(|fault| fault.0));
    }
}

/// The documents that another tree lacks or has otherwise.
fn moved<'a>(tree: &'a Tree, other: &Tree) -> Vec<&'a String> {
    let moved = tree.iter().filter(|(path, bytes)| other.get(*path) != Some(bytes));
    moved.map(|(path, _)| path).collect()
}

/// A loopback address for each of a seed's hosts.
fn ip(seed: usize, host: usize) -> String {
    format!("127.{}.{}.{}", 20 + host, seed / 250, 1 + seed % 250)
}

/// Reads portals in one home.
fn read(numbers: &[usize]) -> Vec<Seed> {
    let home = Home::in_memory(FAST);
    let mut seeds: Vec<Seed> = numbers.iter().map(|number| Seed::open(*number)).collect();
    for visit in 1..=VISITS {
        for seed in &mut seeds {
            seed.pass(visit);
            home.site(&seed.name, &seed.world.lock().unwrap().site(&seed.hosts));
        }
        if visit == VISITS {
            fs::remove_dir_all(home.path("data/store")).unwrap();
            let tree = home.tree();
            seeds.iter_mut().for_each(|seed| seed.check_rebuilt(&tree));
        }
        let ran = home.run(&["fetch", "--json"]);
        assert!(matches!(ran.code, 0 | 1), "{} {}", ran.out, ran.err);
        let (rows, tree) = (ran.json(), home.tree());
        for seed in &mut seeds {
            let row =
                rows.as_array().unwrap().iter().find(|row| row["site"] == *seed.name).unwrap();
            seed.check(visit, &tree, row);
        }
    }
    seeds
}

/// How many seeds have something, how many of them fail (an event: right after it), and in what.
#[derive(Default)]
struct Line {
    all: usize,
    failing: usize,
    kinds: BTreeMap<&'static str, usize>,
}

/// Which seeds fail, by what was drawn for them.
fn table(seeds: &[Seed]) -> String {
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    for seed in seeds {
        let fails = !seed.wrong.is_empty();
        let events =
            seed.happened.iter().map(|(event, failed)| (format!("event: {event}"), *failed));
        let traits = seed.world.lock().unwrap().traits.names();
        let drawn = traits.into_iter().chain(["all".to_owned()]).map(|name| (name, fails));
        for (name, failed) in drawn.chain(events) {
            let line = lines.entry(name).or_default();
            line.all += 1;
            line.failing += usize::from(failed);
            seed.wrong
                .iter()
                .filter(|_| failed)
                .for_each(|kind| *line.kinds.entry(kind).or_default() += 1);
        }
    }
    let row = |(name, line): (&String, &Line)| {
        let kinds: Vec<String> =
            line.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        format!("{name:64} {:3} of {:3}   {}\n", line.failing, line.all, kinds.join(", "))
    };
    lines.iter().map(row).collect()
}

#[test]
fn articles_are_told_apart_on_honest_and_lying_portals() {
    let numbers: Vec<usize> = faults::span(FEW * 10, 1).collect();
    let seeds: Vec<Seed> = numbers.chunks(BATCH).flat_map(read).collect();
    let failed: Vec<&Seed> = seeds.iter().filter(|seed| !seed.wrong.is_empty()).collect();
    for seed in &failed {
        println!(
            "seed {} (again: BANTIN_SEED={} BANTIN_ROUNDS={2}-{2}):\n{3}\n",
            seed.number,
            faults::seed(),
            seed.number,
            seed.story.join("\n")
        );
    }
    println!("{}", table(&seeds));
    let failed: Vec<usize> = failed.iter().map(|seed| seed.number).collect();
    assert!(failed.is_empty(), "{} of {} seeds: {failed:?}", failed.len(), seeds.len());
}
