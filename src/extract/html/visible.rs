//! What a reader sees of a tree: hidden parts left out, text settled into lines.

use std::collections::HashSet;

use super::dom::{Node, Step};
use crate::text::blank::settle;

/// Nodes of a link that are read for a text that nobody sees.
const MOST_UNSEEN: usize = 50;

/// Classes of an element that are looked at.
const MOST_CLASSES: usize = 1_000;

/// Bytes of a block's text that are looked at; genuine blocks stay under a tenth.
const MOST_TEXT: usize = 256 << 10;

/// Elements whose begin and end break a line.
const BREAKING: [&str; 42] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

/// Which classes hide an element, beside what the markup itself says.
#[derive(Clone, Debug, Default)]
pub struct Hidden {
    classes: HashSet<String>,
    /// Bits of the classes' lengths.
    lengths: u64,
}

impl Hidden {
    /// Class names out of engine or profile data.
    pub fn new<S: AsRef<str>>(classes: impl IntoIterator<Item = S>) -> Self {
        let classes: HashSet<String> =
            classes.into_iter().map(|c| c.as_ref().to_ascii_lowercase()).collect();
        Self { lengths: classes.iter().fold(0, |all, class| all | length_of(class)), classes }
    }

    /// Whether a class hides. Lengths are compared first: most classes differ there.
    fn names(&self, class: &str) -> bool {
        self.lengths & length_of(class) != 0 && self.classes.contains(&class.to_ascii_lowercase())
    }

    /// Whether this node hides itself and all below it.
    pub fn hides(&self, node: Node<'_>) -> bool {
        let Some(name) = node.name() else { return node.text().is_none() };
        is_silent(name) || self.conceals(node)
    }

    /// Whether what an element's own markup says hides it.
    pub fn conceals(&self, node: Node<'_>) -> bool {
        node.attrs().any(|(key, value)| match key {
            "hidden" => true,
            "style" => styled_away(value),
            "class" => {
                self.lengths != 0
                    && value
                        .split_ascii_whitespace()
                        .take(MOST_CLASSES)
                        .any(|class| self.names(class))
            }
            _ => false,
        })
    }

    /// Whether it stands in something hidden, or is hidden itself.
    pub fn covers(&self, node: Node<'_>) -> bool {
        self.hides(node) || node.ancestors().filter(|a| a.name().is_some()).any(|a| self.hides(a))
    }
}

/// A bit for a text's length; long ones share them.
fn length_of(text: &str) -> u64 {
    1 << (text.len() & 63)
}

/// Whether nobody sees an element's text.
pub(crate) fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "noscript" | "template" | "head" | "title" | "textarea" | "iframe"
    )
}

fn styled_away(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(key, value)| {
        let means = |written: &str, word: &str| {
            let mut letters = written
                .bytes()
                .filter(|b| !b.is_ascii_whitespace())
                .map(|b| b.to_ascii_lowercase());
            word.bytes().all(|b| letters.next() == Some(b))
                && matches!(letters.next(), None | Some(b'!'))
        };
        means(key, "display") && means(value, "none")
            || means(key, "visibility") && means(value, "hidden")
    })
}

/// Whether an element breaks the line before and after it.
pub fn breaks(name: &str) -> bool {
    match name {
        // The common elements first, without a search.
        "p" | "div" | "br" | "table" | "tbody" | "tr" | "ul" | "li" => true,
        "a" | "b" | "em" | "font" | "i" | "img" | "span" | "strong" | "td" | "u" => false,
        _ => BREAKING.binary_search(&name).is_ok(),
    }
}

/// The visible text below a node, one line a block element, cells divided by a blank; no empty
/// lines. A node that is asked for is read even if it hides itself.
pub fn text(node: Node<'_>, hidden: &Hidden) -> String {
    text_without(node, hidden, &HashSet::new())
}

/// The same without the nodes of these keys.
pub fn text_without(node: Node<'_>, hidden: &Hidden, holes: &HashSet<usize>) -> String {
    lines(node, hidden, holes, ' ')
}

/// The same with a line for every cell.
pub fn cells(node: Node<'_>, hidden: &Hidden) -> String {
    lines(node, hidden, &HashSet::new(), '\n')
}

fn lines(node: Node<'_>, hidden: &Hidden, holes: &HashSet<usize>, cell: char) -> String {
    let mut raw = String::new();
    node.walk(|n, step| {
        if raw.len() >= MOST_TEXT
            || step == Step::Enter && n != node && (holes.contains(&n.key()) || hidden.hides(n))
        {
            return false;
        }
        if let (Some(text), Step::Enter) = (n.text(), step) {
            raw.extend(
                text.chars().take(MOST_TEXT).map(|c| if c.is_whitespace() { ' ' } else { c }),
            );
        }
        if let Some(name) = n.name() {
            match breaks(name) {
                true => raw.push('\n'),
                false if matches!(name, "td" | "th" | "option") => raw.push(cell),
                false => {}
            }
        }
        true
    });
    raw.split('\n').map(settle).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The visible text on one line.
pub fn line(node: Node<'_>, hidden: &Hidden) -> String {
    text(node, hidden).replace('\n', " ")
}

/// What a link or button is called: what is seen of it, else what stands for its picture, else what
/// only a screen reader says.
pub fn label(node: Node<'_>, hidden: &Hidden) -> String {
    let filled = |text: String| Some(text).filter(|t| !t.is_empty());
    let given = |key: &str| node.attr(key).map(settle).and_then(filled);
    if node.is(&["input"]) {
        return given("value")
            .or_else(|| given("alt"))
            .or_else(|| given("title"))
            .unwrap_or_default();
    }
    let alt = || {
        node.descendants()
            .filter(|n| n.is(&["img"]))
            .find_map(|n| n.attr("alt").map(settle))
            .and_then(filled)
    };
    let unseen = || {
        filled(settle(
            &node.descendants().take(MOST_UNSEEN).filter_map(|n| n.text()).collect::<String>(),
        ))
    };
    let shown = filled(line(node, hidden)).or_else(alt);
    shown
        .or_else(|| given("title"))
        .or_else(|| given("aria-label"))
        .or_else(unseen)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::budget::Budget;
    use crate::extract::html::dom::Tree;

    #[test]
    fn only_what_is_seen_is_text() {
        let hidden = Hidden::new(["ms-hide"]);
        for (html, want) in [
            ("<p>a&nbsp; b</p><div>c<br>d</div>", "a b\nc\nd"),
            (
                "<script>x</script><p hidden>x</p><p style='color:red; DISPLAY : none'>x</p>\
                 <menu class='k MS-hide'>x</menu>y",
                "y",
            ),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<p>a\u{200b}b\u{ad}c</p>", "abc"),
        ] {
            let tree = Tree::parse(html, &Budget::default()).unwrap();
            assert_eq!(text(tree.root(), &hidden), want, "{html}");
        }
        assert!(BREAKING.is_sorted());
    }
}
