//! Markup made safe: one pass of ammonia by the allow-list, then one over its output for addresses, text and emptiness.
//!
//! The only file that names ammonia. Its output is well-formed and escaped, so the second pass may read it tag by tag.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::body::escaped;
use super::rules::RULES;
use super::{field, text};

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let rules = &*RULES;
    let set = |list: &'static [String]| list.iter().map(String::as_str).collect::<HashSet<_>>();
    let mut builder = Builder::empty();
    builder
        .tags(set(&rules.tags))
        .clean_content_tags(set(&rules.drop))
        .tag_attributes(rules.attributes.iter().map(|(tag, names)| (tag.as_str(), set(names))).collect::<HashMap<_, _>>())
        .generic_attributes(HashSet::new())
        .url_schemes(set(&rules.schemes))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// The body as safe HTML: allowed elements and attributes only, addresses absolute (as written without a base), nothing empty.
pub(super) fn safe(markup: &str, base: Option<&Url>) -> String {
    if markup.is_empty() {
        return String::new();
    }
    let sound = BUILDER.clean(markup).to_string();
    let mut tidy = Tidy { base, out: String::with_capacity(sound.len()), open: Vec::new() };
    let mut rest = sound.as_str();
    while let Some(tag) = rest.find('<') {
        let (before, from) = rest.split_at(tag);
        tidy.text(before);
        let end = from.find('>').unwrap_or(from.len().saturating_sub(1));
        tidy.tag(from.get(1..end).unwrap_or_default());
        rest = from.get(end + 1..).unwrap_or_default();
    }
    tidy.text(rest);
    // Marks may have met their letters where tags were left out.
    text::composed(tidy.out.trim()).into_owned()
}

/// The addresses of the pictures in safe HTML, in order.
pub(super) fn pictures(safe: &str) -> Vec<String> {
    let starts = safe.split("<img src=\"").skip(1);
    starts.filter_map(|rest| rest.split_once('"')).map(|(src, _)| unescaped(src)).collect()
}

/// An element whose end has not come yet.
struct Open<'a> {
    name: &'a str,
    /// Where its start tag was written; `None` if it is left out and only its content stays.
    start: Option<usize>,
    /// Whether it holds anything to see.
    full: bool,
}

/// The second pass.
struct Tidy<'a, 'b> {
    base: Option<&'b Url>,
    out: String,
    open: Vec<Open<'a>>,
}

impl<'a> Tidy<'a, '_> {
    fn text(&mut self, escaped_text: &str) {
        if escaped_text.is_empty() {
            return;
        }
        let plain = unescaped(escaped_text);
        let mut clean = if self.open.iter().any(|o| o.name == "pre") { text::lines(&plain) } else { text::inline(&plain) };
        // After a tag this mark would compose with its end.
        if self.out.ends_with('>') {
            clean = clean.trim_start_matches('\u{338}').to_owned();
        }
        let clean = if self.out.ends_with(' ') || self.at_block_start() { clean.trim_start_matches(' ') } else { clean.as_str() };
        if !clean.trim().is_empty() {
            self.fill();
        }
        self.out.push_str(&escaped_text_of(clean));
    }

    /// Whether a blank here would be the first thing of a block, or follow one.
    fn at_block_start(&self) -> bool {
        let tag = self.out.strip_suffix('>').and_then(|out| out.get(out.rfind('<')? + 1..));
        self.out.is_empty() || tag.is_some_and(|tag| is_block(name_of(tag.trim_start_matches('/'))))
    }

    fn tag(&mut self, tag: &'a str) {
        if let Some(name) = tag.strip_prefix('/') {
            return self.close(name);
        }
        let name = name_of(tag);
        let start = self.out.len();
        let written = match name {
            "img" => self.picture(tag),
            "a" => self.link(tag),
            "br" | "hr" => Some(format!("<{name}>")),
            _ => Some(self.plain(name, tag)),
        };
        if is_block(name) {
            self.out.truncate(self.out.trim_end_matches(' ').len());
        }
        let start = start.min(self.out.len());
        self.out.push_str(written.as_deref().unwrap_or_default());
        match name {
            "img" if written.is_some() => self.fill(),
            "img" | "br" | "hr" => {}
            _ => self.open.push(Open { name, start: written.is_some().then_some(start), full: false }),
        }
    }

    fn picture(&self, tag: &str) -> Option<String> {
        let src = field::address(self.base, &attribute(tag, "src")?)?;
        let alt = attribute(tag, "alt").map_or(String::new(), |alt| text::clean(&alt));
        Some(format!(r#"<img src="{}" alt="{}">"#, escaped(&src), escaped(&alt)))
    }

    /// A link; without an address it is none.
    fn link(&self, tag: &str) -> Option<String> {
        let href = field::link(self.base, &attribute(tag, "href")?)?;
        Some(format!(r#"<a href="{}"{}>"#, escaped(&href), title(tag)))
    }

    fn plain(&self, name: &str, tag: &str) -> String {
        let span = |key: &str| {
            let span = attribute(tag, key)?.trim().parse::<u16>().ok().filter(|n| (2..=1000).contains(n))?;
            Some(format!(r#" {key}="{span}""#))
        };
        let spans: String = ["colspan", "rowspan"].into_iter().filter_map(span).collect();
        format!("<{name}{spans}{}>", title(tag))
    }

    fn close(&mut self, name: &str) {
        let Some(element) = self.open.pop() else { return };
        let Some(start) = element.start else {
            return;
        };
        if element.full || matches!(name, "td" | "th") {
            if is_block(name) {
                self.out.truncate(self.out.trim_end_matches(' ').len());
            }
            self.out.extend(["</", name, ">"]);
            return;
        }
        let blank = !is_block(name) && self.out.get(start..).is_some_and(|gone| gone.ends_with(' '));
        self.out.truncate(start);
        if blank && !self.out.ends_with([' ', '>']) {
            self.out.push(' ');
        }
    }

    /// Everything that is open holds something now.
    fn fill(&mut self) {
        for element in self.open.iter_mut().rev() {
            if std::mem::replace(&mut element.full, true) {
                break;
            }
        }
    }
}

fn is_block(name: &str) -> bool {
    !matches!(
        name,
        "a" | "abbr"
            | "b"
            | "cite"
            | "code"
            | "del"
            | "em"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "strong"
            | "sub"
            | "sup"
            | "u"
            | "var"
    )
}

fn name_of(tag: &str) -> &str {
    tag.split([' ', '>', '/']).next().unwrap_or_default()
}

/// The value of an attribute in a serialised start tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag.split_once(' ')?.1;
    loop {
        let (key, tail) = rest.split_once("=\"")?;
        let (value, tail) = tail.split_once('"')?;
        if key.trim() == name {
            return Some(unescaped(value));
        }
        rest = tail;
    }
}

fn title(tag: &str) -> String {
    match attribute(tag, "title").map(|title| text::clean(&title)) {
        Some(title) if !title.is_empty() => format!(r#" title="{}""#, escaped(&title)),
        _ => String::new(),
    }
}

/// Undoes the serializer's escapes, which are these alone.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", "\u{a0}");
    text.replace("&amp;", "&")
}

/// Text content: quotes may stay.
fn escaped_text_of(text: &str) -> String {
    if text.contains(['&', '<', '>']) { text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") } else { text.to_owned() }
}
