//! A part of a page that only the parser reads, put beside what was built.

use ego_tree::NodeRef;

use super::arena::{Arena, Kind, Piece};
use super::parse;
use crate::extract::budget::Budget;
use crate::extract::error::Error;

impl Arena<'_> {
    /// Puts the element that a part of a page begins behind the other roots, as the parser reads it
    /// inside of what it stands in; whether there is one. `names`: those of the elements around it,
    /// from without, and its own.
    ///
    /// # Errors
    /// The part passed a bound of the parser.
    pub fn put_parsed(
        &mut self,
        names: &[String],
        part: &str,
        budget: &Budget,
    ) -> Result<bool, Error> {
        let Some((_, around)) = names.split_last() else { return Ok(false) };
        let html = parse::fragment(around, part, budget)?;
        // Nothing stands before it but what is around it, with what the parser puts in between.
        let mut left = names.iter().peekable();
        let own = html.tree.root().descendants().find(|node| {
            let name = node.value().as_element().map(|element| element.name());
            left.next_if(|wanted| Some(wanted.as_str()) == name).is_some() && left.peek().is_none()
        });
        if let Some(own) = own {
            self.copy(own);
        }
        Ok(own.is_some())
    }

    /// Puts a node with all that it holds behind the other roots.
    fn copy(&mut self, root: NodeRef<'_, scraper::Node>) {
        let mut waiting = vec![(root, 0)];
        while let Some((node, parent)) = waiting.pop() {
            let (kind, text) = match node.value() {
                scraper::Node::Element(element) => (Kind::Element, element.name()),
                scraper::Node::Text(text) => (Kind::Text, &**text),
                scraper::Node::Comment(comment) => (Kind::Comment, &**comment),
                _ => (Kind::Other, ""),
            };
            let piece = self.beside(text);
            let own = self.put(kind, piece, parent);
            for (key, value) in node.value().as_element().into_iter().flat_map(|e| e.attrs()) {
                let pair: [Piece; 2] = [key, value].map(|text| self.beside(text));
                self.attribute(pair[0], pair[1]);
            }
            waiting.extend(node.children().rev().map(|child| (child, own)));
        }
    }
}
