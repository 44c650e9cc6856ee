//! Documents as readers get them in every coding, and which bytes each tag named: these alone, for
//! ever.

use std::collections::HashMap;
use std::io;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use crate::support::{expanded, try_ask};

/// The codings that documents are served in.
pub const CODINGS: [&str; 4] = ["identity", "gzip", "br", "zstd"];

/// Digests of the bytes that were served: by path and tag as sent, by path and what all tags of a
/// document begin with as expanded.
#[derive(Default)]
pub struct Bodies(Mutex<HashMap<(String, String), [u8; 32]>>);

impl Bodies {
    /// What is served in a coding, expanded; `None`: it is not served now.
    pub fn read(&self, at: &str, path: &str, coding: &str) -> io::Result<Option<Vec<u8>>> {
        let answer = try_ask(at, "GET", &format!("/{path}"), &[("Accept-Encoding", coding)])?;
        if answer.status != 200 {
            return Ok(None);
        }
        let tag = answer.header("etag").expect("an ETag");
        let came = answer.header("content-encoding").unwrap_or("identity");
        assert!(
            came == coding || came == "identity",
            "{path} was asked for in {coding} and comes in {came}"
        );
        let plain = expanded(came, &answer.body)
            .unwrap_or_else(|error| panic!("{path} in {came} does not expand: {error}"));
        self.note(path, tag, &answer.body);
        self.note(path, tag.trim_matches('"').split('-').next().unwrap(), &plain);
        Ok(Some(plain))
    }

    fn note(&self, path: &str, tag: &str, bytes: &[u8]) {
        let digest = Sha256::digest(bytes).into();
        let known =
            *self.0.lock().unwrap().entry((path.to_owned(), tag.to_owned())).or_insert(digest);
        assert!(known == digest, "{path}: {tag} names two bodies");
    }

    /// How many tags were seen.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap().keys().filter(|(_, tag)| tag.starts_with('"')).count()
    }
}
