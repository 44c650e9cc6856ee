//! A fault of a piece of configuration or profile data, named by its key path.

/// What is wrong with one value, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Keys and indexes from the file's root, as in `["roles", "0", "names", "2"]`.
    pub path: Vec<String>,
    /// What is wrong: lower case, no full stop.
    pub what: String,
    /// What to do about it; may be empty.
    pub advice: String,
}

impl Fault {
    /// A fault at `path` (dot-separated keys and indexes).
    pub fn new(path: &str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        let path = path.split('.').filter(|p| !p.is_empty()).map(str::to_owned).collect();
        Self { path, what: what.into(), advice: advice.into() }
    }
}
