//! What a file of `src` names of its own crate, as paths from the crate's root.

use regex::Regex;

/// A test module, to the end of the file or elsewhere in another file.
const TESTS: &str = r"#\[cfg\(test\)\]\n(?:pub(?:\([a-z]+\))? )?mod ([a-z_]+)(;| \{(?s:.*))";

pub fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern")
}

/// The test modules that a file declares.
pub fn tests(text: &str) -> Vec<String> {
    regex(TESTS).captures_iter(text).map(|module| module[1].to_owned()).collect()
}

/// A file without tests, comments and the scopes of what is visible.
pub fn code(text: &str) -> String {
    let text = regex(TESTS).replace_all(text, "");
    let code = regex(r"(?m)^ *//.*$").replace_all(&text, "");
    regex(r"pub\((?:crate|super|in [a-z_:]+)\)").replace_all(&code, "pub").into_owned()
}

/// The module of a file below `src`: `a/b.rs` and `a/b/mod.rs` are both `a`, `b`.
pub fn module(path: &str) -> Vec<String> {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').filter(|part| !matches!(*part, "" | "lib")).map(str::to_owned).collect()
}

/// A path that a file names.
#[derive(Debug)]
pub struct Named {
    pub path: Vec<String>,
    /// Named to be passed on to others: `pub use`.
    pub is_passed_on: bool,
    /// By which name it is known in the file, if it was imported.
    pub imported: Option<String>,
}

/// All that code in `module` names: in imports, by paths, and of its own `children`.
pub fn named(code: &str, module: &[String], children: &[String]) -> Vec<Named> {
    let imports = regex(r"(?m)^\s*(pub )?use ([^;]+);");
    let mut all = Vec::new();
    for import in imports.captures_iter(code) {
        for leaf in leaves(&import[2]) {
            let imported = leaf.rsplit("::").next().map(str::to_owned);
            let path = from_root(&leaf, module, children);
            let named =
                path.map(|path| Named { path, is_passed_on: import.get(1).is_some(), imported });
            all.extend(named);
        }
    }
    let rest = imports.replace_all(code, "");
    let paths = regex(r"(?:^|[^\w:.])((?:\w+::)+\w+)");
    let written =
        paths.captures_iter(&rest).filter_map(|path| from_root(&path[1], module, children));
    all.extend(written.map(|path| Named { path, is_passed_on: false, imported: None }));
    all
}

/// The single imports of `a::{b, c::{d, e}}`.
fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, group)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or(tree).to_owned()];
    };
    let (mut depth, mut parts, mut part) = (0, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            ',' if depth == 0 => parts.push(std::mem::take(&mut part)),
            '}' if depth == 0 => break,
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                part.push(c);
            }
        }
    }
    parts.push(part);
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.flat_map(|part| leaves(&format!("{before}{part}"))).collect()
}

/// A path as it is written in `module`, from the crate's root; `None` for other crates.
fn from_root(written: &str, module: &[String], children: &[String]) -> Option<Vec<String>> {
    let parts: Vec<String> = written.split("::").map(|part| part.trim().to_owned()).collect();
    let ups = parts.iter().take_while(|part| *part == "super").count();
    let own = || module[..module.len().saturating_sub(ups)].to_vec();
    let mut path = match parts.first()?.as_str() {
        "crate" => parts[1..].to_vec(),
        "self" => [own(), parts[1..].to_vec()].concat(),
        "super" => [own(), parts[ups..].to_vec()].concat(),
        first if children.iter().any(|child| child == first) => [own(), parts].concat(),
        _ => return None,
    };
    path.pop_if(|last| matches!(last.as_str(), "self" | "*"));
    Some(path)
}
