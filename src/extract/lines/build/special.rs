//! What is written down otherwise than its text stands on the page: frames, readings beside a text,
//! marks of quotations, preformatted text.

use super::Writer;
use crate::domain::run::{BRACKET, GONE, RUBY};
use crate::extract::html::dom::{Node, Step};
use crate::extract::lines::embedded::{Special, may_stand};
use crate::extract::lines::inline::{Inline, Run};
use crate::extract::lines::line::{Kind, MOST};
use crate::extract::lines::looks::{acts, places, style};

impl<'a> Writer<'_, 'a> {
    /// Takes an element on that stands for something else; gives whether to go into it.
    pub(super) fn stands_for(&mut self, node: Node<'a>, name: &str) -> Option<bool> {
        if !may_stand(name) || self.lines.len() >= MOST {
            return None;
        }
        let special = (self.options.special)(node)?;
        let left = self.options.leave.binary_search(&node.key()).is_ok();
        if left || self.options.hidden.conceals(node) {
            return Some(false);
        }
        match special {
            Special::Embedded(embedded) => self.beside(Kind::Embedded(embedded)),
            Special::Picture(src, alt) => self.beside(Kind::Picture(src, alt)),
            Special::Mail(address) => {
                let linked = name == "a" || self.open.last().is_some_and(|o| o.link.is_some());
                self.text(&address);
                if let Some(run) = self.inline.runs.last_mut().filter(|_| linked) {
                    run.link = Some(format!("mailto:{address}").into());
                }
            }
            Special::Link(to) => {
                self.open_inline(node, name);
                if let Some(open) = self.open.last_mut() {
                    open.link = Some(to.into());
                }
                return Some(true);
            }
        }
        Some(false)
    }

    /// A bracket of a reading beside its text.
    pub(super) fn bracket(&mut self, sign: &str) {
        if self.open.last().is_some_and(|o| o.style & RUBY != 0) {
            self.text(sign);
            self.inline.runs.last_mut().into_iter().for_each(|run| run.style |= BRACKET);
        }
    }

    /// A quotation's mark, which browsers put there: the opening one or the closing one.
    pub(super) fn quote(&mut self, mark: usize) {
        if let Some(mark) = self.options.quotes.get(mark) {
            self.text(mark);
        }
    }

    /// Whether a link leads to a place of the block, such as a footnote.
    pub(super) fn is_place(&self, node: Node<'_>, to: &str) -> bool {
        let name = to.trim().strip_prefix('#').filter(|name| !name.is_empty() && !acts(node));
        name.is_some_and(|name| self.places.get_or_init(|| places(self.root)).contains(name))
    }

    /// A text whose line breaks count.
    pub(super) fn preformatted(&mut self, node: Node<'_>) {
        let mut text = String::new();
        node.walk(|n, step| {
            if step == Step::Enter {
                match (n.text(), n.name()) {
                    (Some(t), _) => text.push_str(t),
                    (_, Some("br")) => text.push('\n'),
                    // Its lines have no looks: what no longer holds would read as if it did.
                    (_, Some(name)) if n != node && style(n, name) & GONE != 0 => return false,
                    _ => return n == node || !self.options.hidden.hides(n),
                }
            }
            true
        });
        let text = text.trim_end().trim_start_matches('\n');
        if text.contains(|c: char| !c.is_whitespace()) {
            self.put(
                Kind::Preformatted,
                Inline { runs: vec![Run { text: text.to_owned(), ..Run::default() }] },
            );
        }
    }
}
