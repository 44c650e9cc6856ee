//! Files that import one another in a circle: none is read, tested or moved without the others.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{Named, code, module, named};

/// How often a name may be passed on before it is found.
const HOPS: usize = 8;

/// The modules of some files, and what each names.
struct House {
    named: BTreeMap<Vec<String>, Vec<Named>>,
}

impl House {
    fn of(files: &[(String, String)]) -> Self {
        let modules: BTreeSet<Vec<String>> = files.iter().map(|(path, _)| module(path)).collect();
        let children = |parent: &[String]| -> Vec<String> {
            let below =
                modules.iter().filter(|m| m.len() == parent.len() + 1 && m.starts_with(parent));
            below.filter_map(|m| m.last().cloned()).collect()
        };
        let all = files.iter().map(|(path, text)| {
            let module = module(path);
            let named = named(&code(text), &module, &children(&module));
            (module, named)
        });
        Self { named: all.collect() }
    }

    /// The module in which what a path names is written: names that others pass on are followed.
    fn home(&self, path: &[String], hops: usize) -> Option<Vec<String>> {
        let (at, named) =
            (0..=path.len()).rev().find_map(|at| Some((at, self.named.get(&path[..at])?)))?;
        let passed = path
            .get(at)
            .and_then(|item| named.iter().find(|named| named.imported.as_ref() == Some(item)));
        match passed {
            Some(passed) if hops < HOPS && passed.path != path => {
                self.home(&[&passed.path[..], &path[at + 1..]].concat(), hops + 1)
            }
            _ => Some(path[..at].to_vec()),
        }
    }

    /// For each module those that it imports from.
    fn imports(&self) -> BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> {
        let homes = |of: &Vec<String>, named: &[Named]| {
            let used = named.iter().filter(|named| !named.is_passed_on);
            used.filter_map(|named| self.home(&named.path, 0)).filter(|home| home != of).collect()
        };
        self.named.iter().map(|(module, named)| (module, homes(module, named))).collect()
    }
}

/// What stands in a circle, with what of it each imports.
pub fn circles(files: &[(String, String)]) -> Vec<String> {
    let house = House::of(files);
    let mut left = house.imports();
    loop {
        let all: BTreeSet<Vec<String>> = left.keys().map(|module| (*module).clone()).collect();
        let used: BTreeSet<Vec<String>> = left.values().flatten().cloned().collect();
        let before = left.len();
        left.values_mut().for_each(|imports| imports.retain(|module| all.contains(module)));
        // What imports nothing that is left, or is imported by nothing that is left, stands in no
        // circle.
        left.retain(|module, imports| !imports.is_empty() && used.contains(*module));
        if left.len() == before {
            break;
        }
    }
    let written = |path: &[String]| path.join("::");
    let line = |(module, imports): (&&Vec<String>, &BTreeSet<Vec<String>>)| {
        format!(
            "{} imports {}",
            written(module),
            imports.iter().map(|path| written(path)).collect::<Vec<_>>().join(", ")
        )
    };
    left.iter().map(line).collect()
}

#[test]
fn a_circle_of_files_is_found_and_a_re_export_is_none() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let line = [
        file("a/mod.rs", "mod b;\nmod c;\npub use b::B;\npub use c::C;\n"),
        file("a/b.rs", "use super::c::C;\n"),
        file("a/c.rs", "//! As super::b does.\n#[cfg(test)]\nmod tests {\n use crate::a::B;\n}\n"),
        file("d.rs", "use crate::a::{B, C};\n"),
    ];
    assert_eq!(circles(&line), [""; 0]);
    for back in [
        "use super::B;\n",
        "fn c() { super::b::go() }\n",
        "use crate::a::{b::{B, X as Y}};\n",
        "use super::*;\nuse super::b;\n",
    ] {
        let mut circle = line.to_vec();
        circle[2].1 = back.to_owned();
        assert_eq!(circles(&circle), ["a::b imports a::c", "a::c imports a::b"], "{back}");
    }
}
