//! Which documents somebody has as they are told by their tags: sixteen bytes for each, whatever
//! its path.

use std::collections::HashSet;

use super::cache::Digest;
use super::sheet::digest;

/// Documents that need not be given again.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Held(HashSet<Digest>);

impl Held {
    /// Those that were told; bytes that are no whole document's are nobody's.
    pub fn read(bytes: &[u8]) -> Self {
        Self(bytes.as_chunks().0.iter().copied().collect())
    }

    /// What is told of them.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flatten().copied().collect()
    }

    /// Adds the document at `path` with that tag.
    pub(super) fn add(&mut self, path: &str, tag: &str) {
        self.0.insert(key(path, tag));
    }

    /// Whether the document at `path` is there with that tag.
    pub(super) fn has(&self, path: &str, tag: &str) -> bool {
        self.0.contains(&key(path, tag))
    }
}

fn key(path: &str, tag: &str) -> Digest {
    digest(format!("{tag} {path}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_heard_and_nothing_else() {
        let mut held = Held::default();
        held.add("feeds/a.atom", "01");
        held.add("feeds/b.atom", "02");
        let told = held.to_bytes();
        assert_eq!(told.len(), 32);
        let heard = Held::read(&told);
        assert!(
            heard == held && heard.has("feeds/a.atom", "01") && heard.has("feeds/b.atom", "02")
        );
        assert!(!heard.has("feeds/a.atom", "02") && !heard.has("feeds/c.atom", "01"));
        assert_eq!(Held::read(&told[..31]).0.len(), 1);
        assert_eq!(Held::read(b"hostile"), Held::default());
    }
}
