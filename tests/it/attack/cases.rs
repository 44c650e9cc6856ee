//! The attacks: what a site can do, and what must come of it.

use std::sync::Arc;

use serde_json::Value;

use super::server::{Script, Server, Step};
use super::{heavy, lists, raw_http, texts};

/// Where the attack stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    Robots,
    List,
    Article,
}

/// What must come of it.
#[derive(Clone)]
pub enum Want {
    /// The site is broken, for that reason; its feed stays empty.
    Broken(&'static str),
    /// The page is not read as an article, for that reason; the other one is.
    Unread(&'static str),
    /// The article is read and its item passes.
    Read(fn(&Value) -> bool),
    /// The site's row of `status`, its items and what it was asked pass.
    Site(fn(&Value, &[Value], &Server) -> bool),
    /// The same of a site whose visit takes long, by its size or its own wish.
    Going(fn(&Value, &[Value], &Server) -> bool),
}

/// One attack.
pub struct Case {
    pub name: &'static str,
    pub at: At,
    pub answer: Script,
    pub want: Want,
}

/// An attack that answers by a script.
pub fn case(
    name: &'static str,
    at: At,
    want: Want,
    answer: impl Fn(&str, usize) -> Vec<Step> + Send + Sync + 'static,
) -> Case {
    Case { name, at, answer: Arc::new(answer), want }
}

/// An attack that always answers the same.
pub fn same(name: &'static str, at: At, want: Want, steps: Vec<Step>) -> Case {
    case(name, at, want, move |_, _| steps.clone())
}

pub fn all() -> Vec<Case> {
    let all: Vec<Case> =
        [raw_http::all(), heavy::all(), texts::all(), lists::all()].into_iter().flatten().collect();
    let mut names: Vec<_> = all.iter().map(|case| case.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len(), "a name is a site's");
    all
}
