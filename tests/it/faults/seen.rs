//! What readers were served, which nothing may take back.

use std::collections::{BTreeMap, BTreeSet};

use super::server::Server;
use crate::feeds::{Atom, atom, entries, walk};
use crate::support::{SITE, Tree};

/// All that was ever seen in a served feed: it must be there for ever.
#[derive(Default)]
pub struct Seen {
    /// By id, with the latest `updated`.
    entries: BTreeMap<String, String>,
    /// Final documents.
    finals: Tree,
}

impl Seen {
    /// Takes note of what is served now.
    pub fn look(&mut self, server: &Server) {
        let mut path = format!("feeds/{SITE}.atom");
        while let Some(answer) =
            server.get(&format!("/{path}")).filter(|answer| answer.status == 200)
        {
            let document = self.note(&path, &answer.body);
            match document.path("prev-archive") {
                // What is final was noted before.
                Some(next) if !self.finals.contains_key(&next) => path = next,
                _ => break,
            }
        }
    }

    fn note(&mut self, path: &str, body: &[u8]) -> Atom {
        let document = atom(body);
        for entry in &document.entries {
            let known = self.entries.entry(entry.id.clone()).or_default();
            if *known < entry.updated {
                known.clone_from(&entry.updated);
            }
        }
        if document.link("next-archive").is_some() {
            self.finals.insert(path.to_owned(), body.to_vec());
        }
        document
    }

    /// How many articles were seen.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Fails if anything is gone, older than it was, or twice, or a final document is another.
    pub fn check(&self, tree: &Tree) {
        let shown = entries(&walk(tree));
        let by_id: BTreeMap<&str, _> =
            shown.iter().map(|entry| (entry.id.as_str(), entry)).collect();
        let links: BTreeSet<&str> = shown.iter().map(|entry| entry.link.as_str()).collect();
        assert_eq!(links.len(), shown.len(), "each article once");
        for (id, updated) in &self.entries {
            let entry =
                by_id.get(id.as_str()).unwrap_or_else(|| panic!("{id} was served and is gone"));
            assert!(
                entry.updated >= *updated,
                "{id} was served as of {updated} and is of {} again",
                entry.updated
            );
        }
        for (path, bytes) in &self.finals {
            assert!(tree.get(path) == Some(bytes), "{path} was final and is another");
        }
    }
}
