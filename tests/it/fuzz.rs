//! What the fuzz targets hold, without nightly: the kept corpus, and any bytes from page to feeds.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// The functions that the fuzz targets run.
#[path = "../../fuzz/src/lib.rs"]
pub mod targets;

/// Every kept input of a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn the_kept_fuzz_corpus_passes() {
    for (name, target) in targets::TARGETS {
        let inputs = corpus(name);
        assert!(inputs.len() >= 3, "{name} has a corpus");
        inputs.iter().for_each(|input| target(input));
    }
}

/// Pieces of pages, and bytes between them.
fn page() -> impl Strategy<Value = Vec<u8>> {
    let pages: Vec<Vec<u8>> = corpus("extraction").into_iter().chain(corpus("cleaning")).collect();
    let piece = (0..pages.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>())
        .prop_map(move |(n, a, b)| {
            let page = &pages[n];
            let (a, b) = (a.index(page.len() + 1), b.index(page.len() + 1));
            page[a.min(b)..a.max(b)].to_vec()
        });
    let whole = corpus("extraction");
    let whole = (0..whole.len()).prop_map(move |n| whole[n].clone());
    let bytes = proptest::collection::vec(any::<u8>(), 0..40);
    let insert = (
        whole,
        proptest::collection::vec(prop_oneof![piece, bytes], 0..6),
        any::<prop::sample::Index>(),
    );
    insert.prop_map(|(mut page, pieces, at)| {
        let at = at.index(page.len() + 1);
        page.splice(at..at, pieces.concat());
        page
    })
}

/// Other pages in every run; a failure names the seed that repeats it.
#[test]
fn any_input_bytes_give_well_formed_feeds() {
    let given = std::env::var("BANTIN_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64);
    let cases = if cfg!(debug_assertions) { 250 } else { 2_000 };
    let config = Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&page(), |page| {
        targets::extraction(&page);
        targets::scanner(&page);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("BANTIN_SEED={seed} repeats it: {error}");
    }
}
