//! The walls of the house: which room may name which room and which outside crate. Test code is exempt.

use std::fs;

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
/// Outside crates, and the maker of proofs, with the start of the paths that may name them.
const OUTSIDE: [(&str, &str); 8] = [
    ("scraper", "extract/dom/"),
    ("ammonia", "normalize/html.rs"),
    ("reqwest|rustls|tokio_rustls|robotxt|cookie_store", "fetch/"),
    ("sled", "store/sled"),
    ("rss|atom_syndication", "render/"),
    ("anyhow", "app/ cli/ main.rs"),
    ("tracing", "app/ archive/ cli/ config/ crawl/ demo/ fetch/ net/ publish/ store/ web/ main.rs"),
    ("(?:[a-z]+::)*Synced", "archive/"),
];
/// A test module, to the end of the file or elsewhere in another file.
const TESTS: &str = r"#\[cfg\(test\)\]\n(?:pub(?:\([a-z]+\))? )?mod ([a-z_]+)(;| \{(?s:.*))";

fn regex(pattern: &str) -> regex::Regex {
    regex::Regex::new(pattern).expect("a pattern")
}

/// The rooms that a code names: `crate::x`, `crate::{x, y::{a, b}}`, and by `super` from `depth` modules below the root.
fn named(code: &str, depth: usize) -> Vec<String> {
    let paths = regex(r"(?-u:\b)(?:crate|(super(?:::super)*))::([a-z_]+|\{[^;]*\})");
    let deeper = regex(r"::(?:\{[^{}]*\}|\w+)");
    let at_root = paths.captures_iter(code).filter(|path| path.get(1).is_none_or(|up| up.as_str().split("::").count() == depth));
    let flat = at_root.map(|path| (0..9).fold(path[2].to_owned(), |path, _| deeper.replace_all(&path, "").into_owned()));
    let names = flat.collect::<Vec<_>>().join(",").replace(['{', '}'], ",");
    names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn faults(path: &str, text: &str) -> Vec<String> {
    let text = regex(TESTS).replace_all(text, "");
    let code = regex(r"(?m)^ *//.*$").replace_all(&text, "");
    let place = regex(r"\.(?:vn|gov)(?-u:\b)|[ĂăĐđĨĩŨũƠơƯư\u{1EA0}-\u{1EF9}]");
    let mut faults: Vec<_> = code.lines().filter(|line| place.is_match(line)).map(|line| format!("{path} knows {line}")).collect();
    let room = path.split('/').next().unwrap_or_default();
    let has = |list: &str, name: &str| list.split(' ').any(|one| one == name);
    if let Some((_, allowed)) = ROOMS.iter().find(|(rooms, _)| has(rooms, room)) {
        let depth = path.split('/').filter(|part| *part != "mod.rs").count();
        let barred = named(&code, depth).into_iter().filter(|name| name != room && !has(allowed, name));
        faults.extend(barred.map(|name| format!("{path} names crate::{name}")));
    }
    let foreign = regex(r"use (?:crate|self|super)::[^;]*;").replace_all(&code, "");
    for (name, _) in OUTSIDE.iter().filter(|(_, homes)| !homes.split(' ').any(|home| path.starts_with(home))) {
        let used = regex(&format!(r"(?m)(?:^|[^a-z_:])(?:{name})::|use (?:{name})(?-u:\b)")).is_match(&foreign);
        faults.extend(used.then(|| format!("{path} names {name}")));
    }
    faults
}

/// All that is wrong in a folder, `path` below `src`.
fn walk(path: &str) -> Vec<String> {
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let parent = fs::read_to_string(src.join(path).join("mod.rs")).unwrap_or_default();
    let tests: Vec<_> = regex(TESTS).captures_iter(&parent).map(|module| module[1].to_owned()).collect();
    let entries = fs::read_dir(src.join(path)).expect("a folder").filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let kept =
        entries.filter(|name| name != "tests.rs" && name != "tests" && !tests.iter().any(|test| name.trim_end_matches(".rs") == test));
    let judge = |path: String| match fs::read_to_string(src.join(&path)) {
        Ok(text) if path.ends_with(".rs") => faults(&path, &text),
        _ if src.join(&path).is_dir() => walk(&format!("{path}/")),
        _ => Vec::new(),
    };
    kept.flat_map(|name| judge(format!("{path}{name}"))).collect()
}

#[test]
fn the_walls_stand() {
    assert_eq!(walk("").join("\n"), "");
}

#[test]
fn a_breach_is_seen() {
    for (path, text) in [
        ("extract/a.rs", "use crate::{\n    domain::{Page, Block},\n    fetch::Ask,\n};"),
        ("crawl/a/mod.rs", "fn a() { super::super::publish::go() }"),
        ("web/a.rs", "use sled::Db;"),
        ("form/a.rs", "tracing::info!(\"x\");"),
        ("crawl/a.rs", "crate::domain::Synced::proven(end)"),
        ("config/a.rs", "const X: &str = \"www.x.vn\";"),
    ] {
        assert_eq!(faults(path, text).len(), 1, "{path}: {text}");
        assert_eq!(faults(path, &format!("#[cfg(test)]\nmod tests {{\n{text}\n}}\n")).len(), 0, "{path}: {text}");
    }
    assert_eq!(faults("store/a.rs", "//! As crate::fetch.\nuse crate::store::{sled::Sled};\nself::sled::open();"), [""; 0]);
}
