//! What the documents name is there: files and folders of the project, commands of the program.

use std::path::{Path, PathBuf};

use crate::contract::{commands, kept};

const DOCUMENTS: [&str; 5] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/CONTRACT.md", "benches/README.md"];
/// Files that the program makes.
const MADE: [&str; 1] = ["archive.json"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What stands in backticks in a document, but for what is *not yet*.
fn quoted(document: &str) -> Vec<String> {
    kept(&std::fs::read_to_string(root().join(document)).unwrap()).collect()
}

/// Whether a text is the name of a file or folder of the project.
fn is_file(name: &str) -> bool {
    let (stem, ending) = name.rsplit_once('.').unwrap_or_default();
    let named = !stem.is_empty() && matches!(ending, "rs" | "toml" | "md" | "json");
    let stands_for_any = |c: char| c.is_ascii_uppercase() || "$*…\"[ ".contains(c);
    let is_name = name.ends_with(".md") || !name.contains(stands_for_any);
    (named || name.ends_with('/')) && is_name && !name.starts_with('/')
}

/// All files and folders of the project, from its root.
fn paths(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if matches!(entry.file_name().to_str(), Some("target" | ".git")) {
            continue;
        }
        if path.is_dir() {
            paths(&path, all);
        }
        all.push(path);
    }
}

#[test]
fn files_that_the_documents_name_exist() {
    let mut all = Vec::new();
    paths(root(), &mut all);
    let exists = |name: &str| {
        let name = name.trim_start_matches("./").trim_end_matches('/');
        all.iter().any(|path| path.ends_with(name))
    };
    for document in DOCUMENTS {
        for name in quoted(document).iter().filter(|name| is_file(name)) {
            assert!(exists(name) || MADE.contains(&name.as_str()), "{document} names {name}");
        }
    }
}

#[test]
fn commands_that_the_documents_name_exist() {
    let known = commands();
    for document in DOCUMENTS.iter().filter(|name| !name.ends_with("CONTRACT.md")) {
        for name in quoted(document) {
            let word = name.strip_prefix("bantin ").and_then(|rest| rest.split(' ').next());
            let is_command = |word: &&str| !word.starts_with('-');
            if let Some(word) = word.filter(is_command) {
                assert!(known.contains(word), "{document} names `bantin {word}`");
            }
        }
    }
}
