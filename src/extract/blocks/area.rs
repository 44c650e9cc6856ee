//! One block where it stands in a page's tree.

use std::collections::HashSet;

use crate::domain::Role;
use crate::extract::html::dom::{Node, Step};
use crate::extract::html::visible::{self, Hidden};
use crate::extract::rules::roles::Roles;

/// One block in its tree.
#[derive(Clone, Debug)]
pub struct Area<'a> {
    /// Its name; may be empty.
    pub name: String,
    /// What else it is called.
    pub aliases: Vec<String>,
    /// Whether the engine's chrome gives the name, not a heading of the content.
    pub chrome: bool,
    /// What it is for; `Other` until the profile or its content says more.
    pub role: Role,
    /// The element.
    pub node: Node<'a>,
    /// Blocks inside it, which its own content goes without.
    pub holes: HashSet<usize>,
}

impl<'a> Area<'a> {
    /// A block without a name.
    pub fn new(node: Node<'a>) -> Self {
        Self {
            name: String::new(),
            aliases: Vec::new(),
            chrome: false,
            role: Role::Other,
            node,
            holes: HashSet::new(),
        }
    }

    /// All that it is called, its name first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.aliases).map(String::as_str)
    }

    /// Takes the role of the first of its names that has one; a heading in an article's block is
    /// the article's, no name.
    pub fn play(&mut self, roles: &Roles) {
        let Some((role, name)) = self.names().find_map(|n| Some((roles.role(n)?, n.to_owned())))
        else {
            return;
        };
        self.role = role;
        if !self.chrome && matches!(role, Role::Toolbar | Role::ViewData) {
            self.name = name;
        }
    }

    /// Goes through what is seen of it, hidden parts and inner blocks left out.
    pub fn walk(&self, hidden: &Hidden, mut visit: impl FnMut(Node<'a>, Step)) {
        self.node.walk(|n, step| {
            let own = n == self.node || !(self.holes.contains(&n.key()) || hidden.hides(n));
            if own {
                visit(n, step);
            }
            own
        });
    }

    /// Its visible text, lines divided by `\n`.
    pub fn text(&self, hidden: &Hidden) -> String {
        visible::text_without(self.node, hidden, &self.holes)
    }

    /// All elements that are seen of it, in document order.
    pub fn elements(&self, hidden: &Hidden) -> Vec<Node<'a>> {
        let mut out = Vec::new();
        self.walk(hidden, |n, step| {
            if step == Step::Enter && n.name().is_some() {
                out.push(n);
            }
        });
        out
    }
}
