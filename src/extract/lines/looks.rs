//! What the markup of an element says of its text: its look, its direction and language, how the
//! items of a list are counted.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::draft::Numbers;
use crate::domain::run::{
    BOLD, DELETED, INSERTED, ITALIC, READING, RUBY, STRUCK, SUB, SUP, UNDERLINE, Voice,
};
use crate::extract::html::dom::Node;

/// The look of an inline element.
pub(crate) fn style(node: Node<'_>, name: &str) -> u16 {
    let element = match name {
        "b" | "strong" => BOLD,
        "i" | "em" | "cite" => ITALIC,
        "u" => UNDERLINE,
        "ins" => INSERTED,
        "s" | "strike" => STRUCK,
        "del" => DELETED,
        "sub" => SUB,
        "sup" => SUP,
        "ruby" => RUBY,
        "rt" => READING,
        _ => 0,
    };
    element | node.attr("style").map_or(0, styled)
}

/// The look that a `style` attribute gives; most give none.
fn styled(css: &str) -> u16 {
    let has =
        |word: &[u8]| css.as_bytes().windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
    let (font, through) = (has(b"font"), has(b"line-through"));
    if !font && !through {
        return 0;
    }
    let css: String =
        css.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let bold =
        ["font-weight:bold", "font-weight:6", "font-weight:7", "font-weight:8", "font-weight:9"]
            .iter()
            .any(|w| css.contains(w));
    let struck = through
        && css.split(';').filter_map(|rule| rule.split_once(':')).any(|(key, value)| {
            matches!(key, "text-decoration" | "text-decoration-line")
                && value.contains("line-through")
        });
    (if bold { BOLD } else { 0 })
        | if css.contains("font-style:italic") { ITALIC } else { 0 }
        | if struck { STRUCK } else { 0 }
}

/// The look that a block gives all of its text: of an element that deletes it, or by its style.
pub(crate) fn block_style(node: Node<'_>) -> u16 {
    let css = node.attr("style").filter(|css| css.len() >= "text-decoration:line-through".len());
    css.map_or(0, styled) & STRUCK
}

/// What a block says of direction and language, else what is said around it.
pub(crate) fn voice(node: Node<'_>, around: Option<&Arc<Voice>>) -> Option<Arc<Voice>> {
    // Most blocks say nothing at all.
    if node.attrs().next().is_none() {
        return around.cloned();
    }
    let styled = || {
        let css = node.attr("style")?;
        let mut rules = css.split(';').filter_map(|rule| rule.split_once(':'));
        rules.find(|(key, _)| key.trim().eq_ignore_ascii_case("direction")).map(|(_, value)| value)
    };
    let direction = node.attr("dir").or_else(styled).and_then(direction);
    let language = node.attr("lang").or_else(|| node.attr("xml:lang")).map(str::trim);
    let language = language.filter(|tag| !tag.is_empty() && tag.len() <= 35);
    if direction.is_none() && language.is_none() {
        return around.cloned();
    }
    let outer = around.map(|voice| (**voice).clone()).unwrap_or_default();
    Some(Arc::new(Voice {
        direction: direction.or(outer.direction),
        language: language.map(str::to_owned).or(outer.language),
    }))
}

fn direction(written: &str) -> Option<&'static str> {
    ["rtl", "ltr", "auto"].into_iter().find(|known| known.eq_ignore_ascii_case(written.trim()))
}

/// How a list counts its items.
pub(crate) fn numbers(list: Node<'_>) -> Numbers {
    let kind = match list.attr("type").map(str::trim) {
        Some("a") => Some('a'),
        Some("A") => Some('A'),
        Some("i") => Some('i'),
        Some("I") => Some('I'),
        _ => list.attr("style").and_then(counted_by),
    };
    let reversed = list.attr("reversed").is_some();
    Numbers { start: number(list, "start"), reversed, kind, value: None }
}

fn counted_by(css: &str) -> Option<char> {
    let mut rules = css.split(';').filter_map(|rule| rule.split_once(':'));
    let named = |key: &str| {
        ["list-style-type", "list-style"].iter().any(|name| key.trim().eq_ignore_ascii_case(name))
    };
    let value = rules.find(|(key, _)| named(key))?.1.to_ascii_lowercase();
    value.split_ascii_whitespace().find_map(|word| match word {
        "lower-alpha" | "lower-latin" => Some('a'),
        "upper-alpha" | "upper-latin" => Some('A'),
        "lower-roman" => Some('i'),
        "upper-roman" => Some('I'),
        _ => None,
    })
}

/// The number that an attribute gives.
pub(crate) fn number(node: Node<'_>, name: &str) -> Option<i32> {
    node.attr(name)?.trim().parse().ok()
}

/// How lines are set.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
}

/// How a block sets its lines.
pub(crate) fn alignment(node: Node<'_>, name: &str) -> Option<Align> {
    let mut rules =
        node.attr("style").unwrap_or_default().split(';').filter_map(|r| r.split_once(':'));
    let styled =
        rules.find(|(k, _)| k.trim().eq_ignore_ascii_case("text-align")).map(|(_, v)| v.trim());
    let value =
        styled.or_else(|| node.attr("align")).or_else(|| (name == "center").then_some("center"))?;
    Some(match value.split('!').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "right" | "end" => Align::Right,
        "center" => Align::Center,
        _ => Align::Left,
    })
}

/// Whether its own style makes an inline element a block.
pub(crate) fn displayed(node: Node<'_>) -> bool {
    let rules =
        || node.attr("style").unwrap_or_default().split(';').filter_map(|r| r.split_once(':'));
    node.is(&["span"])
        && rules().any(|(k, v)| {
            k.trim().eq_ignore_ascii_case("display") && v.trim().eq_ignore_ascii_case("block")
        })
}

/// Whether a link to a place of its page opens or shows something instead of leading there.
pub(crate) fn acts(node: Node<'_>) -> bool {
    node.attrs().any(|(name, value)| match name {
        "role" => ["button", "tab", "menuitem"].contains(&value),
        "aria-controls" | "aria-expanded" => true,
        _ => name.starts_with("data-") && name.ends_with("toggle"),
    })
}

/// The names of the places in a block that a link can lead to.
pub(crate) fn places(root: Node<'_>) -> HashSet<&str> {
    let named = root.descendants().filter(|n| n.name().is_some());
    named.flat_map(|n| n.attr("id").into_iter().chain(n.attr("name"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::budget::Budget;
    use crate::extract::html::dom::Tree;

    #[test]
    fn markup_says_how_a_text_looks() {
        for (html, want) in [
            ("<b>", BOLD),
            ("<del>", DELETED),
            ("<strike>", STRUCK),
            ("<i style='text-decoration: underline LINE-THROUGH red'>", ITALIC | STRUCK),
            ("<span style='text-decoration-line:line-through;font-weight: 700'>", STRUCK | BOLD),
            ("<span style='background:url(line-through.png)'>", 0),
            ("<span style='font-family:Arial'>", 0),
        ] {
            let tree = Tree::parse(&format!("<p>{html}x"), &Budget::default()).unwrap();
            let node = tree.root().descendants().filter(|n| n.name().is_some()).last().unwrap();
            assert_eq!(style(node, node.name().unwrap()), want, "{html}");
        }
    }

    #[test]
    fn lists_say_how_they_count() {
        for (html, want) in [
            ("<ol>", Numbers::default()),
            ("<ol start=5 type=a>", Numbers { start: Some(5), kind: Some('a'), ..<_>::default() }),
            (
                "<ol reversed style='list-style: inside upper-roman' start=x>",
                Numbers { reversed: true, kind: Some('I'), ..<_>::default() },
            ),
        ] {
            let tree = Tree::parse(html, &Budget::default()).unwrap();
            let list = tree.root().descendants().find(|n| n.is(&["ol"])).unwrap();
            assert_eq!(numbers(list), want, "{html}");
        }
    }
}
