//! Templates filled in, and web parts in their chrome.

use super::data;
use super::dice::Dice;
use super::options::Options;
use crate::domain::markup;

/// A template with its `{{slots}}` filled, in one pass; a slot without a value is empty.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(
        template.len() + values.iter().map(|(_, value)| value.len()).sum::<usize>(),
    );
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, tail)) = after.split_once("}}") else { break };
        out.push_str(before);
        if let Some((_, value)) = values.iter().find(|(slot, _)| *slot == name) {
            out.push_str(value);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Text as HTML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match markup::reference(c) {
            Some(reference) => out.push_str(reference),
            None => out.push(c),
        }
    }
    out
}

/// A piece filled with one escaped text.
pub fn with_text(template: &str, text: &str) -> String {
    fill(template, &[("text", &escape(text))])
}

/// One web part: its kind (what follows the prefix in its name) and content.
pub struct Part {
    /// Such as `toolbar`.
    pub kind: &'static str,
    /// HTML.
    pub inner: String,
}

impl Part {
    /// A part.
    pub fn new(kind: &'static str, inner: String) -> Part {
        Part { kind, inner }
    }
}

/// The name of a block.
pub fn name(options: &Options, kind: &str) -> String {
    format!("{}{}", options.prefix, data::block(kind))
}

/// A zone's parts in the chrome; `count` numbers them through the page.
pub fn zone(options: &Options, parts: &[Part], count: &mut usize) -> String {
    let chrome = options.chrome;
    let mut all = String::new();
    for part in parts {
        *count += 1;
        let n = count.to_string();
        let name = escape(&name(options, part.kind));
        let guid = Dice::of(options.seed, part.kind).guid();
        let title = fill(data::frame(chrome, "title"), &[("n", &n), ("name", &name)]);
        let values =
            [("n", n.as_str()), ("guid", &guid), ("title", &title), ("inner", &part.inner)];
        all.push_str(&fill(data::frame(chrome, "part"), &values));
    }
    fill(data::frame(chrome, "zone"), &[("parts", &all)])
}
