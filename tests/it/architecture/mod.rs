//! The walls of the house: which room may name which room and which outside crate, and that no
//! files name one another in a circle. Test code is exempt.

mod circles;
mod paths;

use std::fs;

use paths::{code, module, named, regex, tests};

/// Rooms with what they may import; `app`, `cli`, `lib.rs` and `main.rs` wire what they like.
const ROOMS: [(&str, &str); 8] = [
    ("domain text", ""),
    ("extract normalize", "domain text"),
    ("form demo", "domain"),
    ("render config net store archive", "domain form"),
    ("fetch", "domain form net"),
    ("crawl", "domain extract normalize form fetch store archive"),
    ("publish", "domain form render store archive"),
    ("web", "domain form render store archive publish net"),
];
/// The rooms of `extract` with what they may import of it; `reader.rs` and `fast_path.rs` wire what
/// they like.
const EXTRACT: [(&str, &str); 8] = [
    ("error view", ""),
    ("budget", "error"),
    ("html", "budget error"),
    ("rules lines", "html"),
    ("page", "html budget view"),
    ("blocks", "rules page html"),
    ("lists", "blocks rules page html"),
    ("article", "blocks lines rules page html view"),
];
/// Outside crates, and the maker of proofs, with the start of the paths that may name them.
const OUTSIDE: [(&str, &str); 7] = [
    ("scraper", "extract/html/dom/"),
    ("reqwest|rustls|tokio_rustls|robotxt|cookie_store", "fetch/"),
    ("sled", "store/sled"),
    ("rss|atom_syndication", "render/"),
    ("anyhow", "app/ cli/ main.rs"),
    ("tracing", "app/ archive/ cli/ config/ crawl/ demo/ fetch/ net/ publish/ store/ web/ main.rs"),
    ("(?:[a-z]+::)*Synced", "archive/"),
];
/// The names that a room does not allow, of those that stand at `depth` in the paths that a file
/// names.
fn barred(
    components: &[(&str, &str)],
    paths: &[Vec<String>],
    own: &[String],
    depth: usize,
) -> Vec<String> {
    let has = |list: &str, name: &str| list.split(' ').any(|one| one == name);
    let Some(room) = own.get(depth) else { return Vec::new() };
    let Some((_, allowed)) = components.iter().find(|(components, _)| has(components, room)) else {
        return Vec::new();
    };
    let near = paths.iter().filter(|path| path[..depth.min(path.len())] == own[..depth]);
    let names =
        near.filter_map(|path| path.get(depth)).filter(|name| *name != room && !has(allowed, name));
    names
        .map(|name| own[..depth].iter().chain([name]).cloned().collect::<Vec<_>>().join("::"))
        .collect()
}

fn faults(path: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let place = regex(r"\.(?:vn|gov)(?-u:\b)|[ĂăĐđĨĩŨũƠơƯư\u{1EA0}-\u{1EF9}]");
    let mut faults: Vec<_> = code
        .lines()
        .filter(|line| place.is_match(line))
        .map(|line| format!("{path} knows {line}"))
        .collect();
    let own = module(path);
    let paths: Vec<Vec<String>> =
        named(&code, &own, &[]).into_iter().map(|named| named.path).collect();
    let inner = own
        .first()
        .is_some_and(|room| room == "extract")
        .then(|| barred(&EXTRACT, &paths, &own, 1));
    let names = barred(&ROOMS, &paths, &own, 0).into_iter().chain(inner.into_iter().flatten());
    faults.extend(names.map(|name| format!("{path} names crate::{name}")));
    let foreign = regex(r"use (?:crate|self|super)::[^;]*;").replace_all(&code, "");
    for (name, _) in
        OUTSIDE.iter().filter(|(_, homes)| !homes.split(' ').any(|home| path.starts_with(home)))
    {
        let used = regex(&format!(r"(?m)(?:^|[^a-z_:])(?:{name})::|use (?:{name})(?-u:\b)"))
            .is_match(&foreign);
        faults.extend(used.then(|| format!("{path} names {name}")));
    }
    faults
}

/// The files of a folder, `path` below `src`, without those of tests.
fn files(path: &str) -> Vec<(String, String)> {
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let parent = fs::read_to_string(src.join(path).join("mod.rs")).unwrap_or_default();
    let tests = tests(&parent);
    let entries = fs::read_dir(src.join(path))
        .expect("a folder")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let kept = entries.filter(|name| {
        name != "tests.rs"
            && name != "tests"
            && !tests.iter().any(|test| name.trim_end_matches(".rs") == test)
    });
    let read = |path: String| match fs::read_to_string(src.join(&path)) {
        Ok(text) if path.ends_with(".rs") => vec![(path, text)],
        _ if src.join(&path).is_dir() => files(&format!("{path}/")),
        _ => Vec::new(),
    };
    kept.flat_map(|name| read(format!("{path}{name}"))).collect()
}

#[test]
fn rooms_import_only_what_the_tables_allow() {
    assert_eq!(
        files("").iter().flat_map(|(path, text)| faults(path, text)).collect::<Vec<_>>().join("\n"),
        ""
    );
}

#[test]
fn no_files_import_one_another_in_a_circle() {
    assert_eq!(circles::circles(&files("")).join("\n"), "");
}

#[test]
fn a_forbidden_import_is_found() {
    for (path, text) in [
        ("extract/a.rs", "use crate::{\n    domain::{Page, Block},\n    fetch::Request,\n};"),
        ("extract/lists/a.rs", "use crate::extract::article::read;"),
        ("extract/html/dom/a.rs", "use super::super::super::rules::{Engine};"),
        ("crawl/a/mod.rs", "fn a() { super::super::publish::go() }"),
        ("web/a.rs", "use sled::Db;"),
        ("form/a.rs", "tracing::info!(\"x\");"),
        ("crawl/a.rs", "crate::domain::Synced::proven(end)"),
        ("config/a.rs", "const X: &str = \"www.x.vn\";"),
    ] {
        assert_eq!(faults(path, text).len(), 1, "{path}: {text}");
        assert_eq!(
            faults(path, &format!("#[cfg(test)]\nmod tests {{\n{text}\n}}\n")).len(),
            0,
            "{path}: {text}"
        );
    }
    assert_eq!(
        faults(
            "store/a.rs",
            "//! As crate::fetch.\nuse crate::store::{sled::Sled};\nself::sled::open();"
        ),
        [""; 0]
    );
}
