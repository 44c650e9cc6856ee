//! What comes after faults: the real binary, its disk failing, filling, losing files, its life
//! ending at any moment. `tests/faults NAME [ROUNDS [SEED]]` runs a suite alone; in `cargo test`
//! each does a seeded tenth.

mod archive;
mod bodies;
mod calls;
mod full;
mod kill;
mod power;
mod publish;
mod rebuild;
mod seen;
mod server;
mod stage;
mod starts;

use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many failed rounds a run of `cargo test` waits for.
const ENOUGH: usize = 3;

/// Numbers that a seed gives.
pub struct Dice(u64);

impl Dice {
    /// The numbers of a round: no other round changes them.
    pub fn of(seed: u64, round: usize) -> Self {
        let mut dice = Self(seed ^ (round as u64).wrapping_mul(0xD1B5_4A32_D192_ED03));
        dice.next();
        dice
    }

    /// The next one (splitmix64).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// The same as an index.
    pub fn index(&mut self, bound: usize) -> usize {
        usize::try_from(self.below(bound as u64)).unwrap()
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    /// Whether one of so many came.
    pub fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// The numbers below `count` in an order of their own.
    pub fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..count).collect();
        (1..count).rev().for_each(|last| all.swap(last, self.index(last + 1)));
        all
    }
}

/// A variable of our surroundings, if it says anything.
fn said(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// What all rounds are drawn from.
pub fn seed() -> u64 {
    said("BANTIN_SEED").map_or(1, |text| {
        text.parse().unwrap_or_else(|_| panic!("BANTIN_SEED is a number, not {text}"))
    })
}

/// The rounds that are asked for: a count, or FIRST-LAST; else a tenth of all. A chain is run from
/// its beginning.
pub fn span(full: usize, chain: usize) -> RangeInclusive<usize> {
    let asked = said("BANTIN_ROUNDS").unwrap_or_else(|| full.div_ceil(10).to_string());
    let number = |text: &str| text.parse::<usize>().ok().filter(|n| *n > 0);
    let span = match asked.split_once('-') {
        Some((first, last)) => number(first).zip(number(last)),
        None => number(&asked).map(|last| (1, last)),
    };
    let (first, last) =
        span.unwrap_or_else(|| panic!("BANTIN_ROUNDS is a number or FIRST-LAST, not {asked}"));
    first - (first - 1) % chain..=last
}

/// Runs the rounds of a suite and tells which failed, and how each is run again. `chain`: so many
/// rounds go on from one another.
pub fn rounds(
    name: &str,
    full: usize,
    chain: usize,
    mut round: impl FnMut(&mut Dice, usize) -> String,
) {
    let (seed, span) = (seed(), span(full, chain));
    println!("{name}: rounds {} to {} of {full}, seed {seed}", span.start(), span.end());
    let mut failed = Vec::new();
    for number in span {
        let begun = std::time::Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| round(&mut Dice::of(seed, number), number)));
        let took = begun.elapsed().as_secs_f32();
        match ended {
            Ok(told) => println!("{name} {number}: {told} ({took:.1} s)"),
            Err(_) => {
                let first = number - (number - 1) % chain;
                println!(
                    "{name} {number}: FAILED ({took:.1} s); seed {seed}; again alone: \
                     tests/faults {name} {first}-{number} {seed}"
                );
                failed.push(number);
                if failed.len() >= ENOUGH && said("BANTIN_ROUNDS").is_none() {
                    println!("{name}: no further rounds");
                    break;
                }
            }
        }
    }
    assert!(failed.is_empty(), "{name}: seed {seed}, failed rounds {failed:?}");
}

/// The numbers 0 to `full` − 1 in the seed's order, so that the first tenth of the rounds is a
/// sample of all.
pub fn order(full: usize) -> Vec<usize> {
    Dice::of(seed(), 0).shuffled(full)
}

/// A library to load before the program, compiled from a C file of this folder.
pub fn library(folder: &Path, name: &str) -> PathBuf {
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/faults").join(format!("{name}.c"));
    let made = folder.join(format!("{name}.so"));
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o"])
        .arg(&made)
        .arg(&source)
        .arg("-ldl");
    let ran = cc.output().unwrap_or_else(|error| panic!("a C compiler is needed (cc): {error}"));
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    made
}
