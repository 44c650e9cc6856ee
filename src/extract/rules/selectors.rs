//! Lists of selectors, compiled.

use std::sync::Arc;

use crate::domain::Fault;
use crate::extract::html::dom::{Node, Selector};

/// Selectors in order of preference.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selectors(Arc<[(String, Selector)]>);

impl Selectors {
    /// Compiles a list; every fault is named by its place in it.
    pub fn compile(path: &str, list: &[String], faults: &mut Vec<Fault>) -> Self {
        let mut out = Vec::new();
        for (n, css) in list.iter().enumerate() {
            match Selector::compile(css) {
                Ok(selector) => out.push((css.clone(), selector)),
                Err(e) => faults.push(Fault::new(
                    &format!("{path}.{n}"),
                    format!("no selector: {e}"),
                    "write it as in CSS",
                )),
            }
        }
        Self(out.into())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The elements that match, those of the first selector first.
    pub fn all<'n>(&self, root: Node<'n>) -> Vec<Node<'n>> {
        self.0.iter().flat_map(|(_, s)| root.select(s)).collect()
    }

    /// Whether the element matches one of them.
    pub fn fit(&self, node: Node<'_>) -> bool {
        self.0.iter().any(|(_, s)| node.matches(s))
    }

    /// The first one that the element matches, with its place in the list.
    pub fn which(&self, node: Node<'_>) -> Option<(usize, &str)> {
        let place = self.0.iter().position(|(_, s)| node.matches(s))?;
        Some((place, self.0[place].0.as_str()))
    }
}
