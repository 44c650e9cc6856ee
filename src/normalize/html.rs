//! Markup made safe: one pass of ammonia by the allow-list where it is needed, then one for
//! addresses, text and emptiness.
//!
//! The only file that names ammonia. What the second pass reads is well-formed and escaped, so it
//! may go tag by tag.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use memchr::memchr;
use url::Url;

use super::body::escaped;
use super::rules::RULES;
use super::sound::is_sound;
use super::{field, text};
use crate::domain::markup::unescaped;

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let rules = &*RULES;
    let set = |list: &'static [String]| list.iter().map(String::as_str).collect::<HashSet<_>>();
    let mut builder = Builder::empty();
    builder
        .tags(set(&rules.tags))
        .clean_content_tags(set(&rules.drop))
        .tag_attributes(
            rules
                .attributes
                .iter()
                .map(|(tag, names)| (tag.as_str(), set(names)))
                .collect::<HashMap<_, _>>(),
        )
        .generic_attributes(HashSet::new())
        .url_schemes(set(&rules.schemes))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// The body as safe HTML: allowed elements and attributes only, addresses absolute (as written
/// without a base), nothing empty.
pub(super) fn safe(markup: &str, base: Option<&Url>) -> String {
    if markup.is_empty() {
        return String::new();
    }
    match is_sound(markup) {
        true => tidied(markup, base),
        false => tidied(&BUILDER.clean(markup).to_string(), base),
    }
}

fn tidied(sound: &str, base: Option<&Url>) -> String {
    let mut tidy =
        Tidy { base, out: String::with_capacity(sound.len()), open: Vec::new(), left_out: false };
    let mut rest = sound;
    while let Some(tag) = memchr(b'<', rest.as_bytes()) {
        let (before, from) = rest.split_at(tag);
        tidy.text(before);
        let end = memchr(b'>', from.as_bytes()).unwrap_or(from.len().saturating_sub(1));
        tidy.tag(from.get(1..end).unwrap_or_default());
        rest = from.get(end + 1..).unwrap_or_default();
    }
    tidy.text(rest);
    let out = tidy.out.trim();
    // Marks may have met their letters where tags were left out.
    if tidy.left_out { text::composed(out).into_owned() } else { out.to_owned() }
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
    /// Whether texts stand beside each other that had a tag between them.
    left_out: bool,
}

impl<'a> Tidy<'a, '_> {
    fn text(&mut self, escaped_text: &str) {
        if escaped_text.is_empty() {
            return;
        }
        let plain = unescaped(escaped_text);
        let clean = if self.open.iter().any(|o| o.name == "pre") {
            Cow::Owned(text::lines(&plain))
        } else {
            text::inline(&plain)
        };
        // After a tag this mark would compose with its end.
        let clean =
            if self.out.ends_with('>') { clean.trim_start_matches('\u{338}') } else { &clean };
        let clean = if self.out.ends_with(' ') || self.at_block_start() {
            clean.trim_start_matches(' ')
        } else {
            clean
        };
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
        self.left_out |= written.is_none();
        self.out.push_str(written.as_deref().unwrap_or_default());
        match name {
            "img" if written.is_some() => self.fill(),
            "img" | "br" | "hr" => {}
            _ => self.open.push(Open {
                name,
                start: written.is_some().then_some(start),
                full: false,
            }),
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
        if tag.len() == name.len() {
            return ["<", name, ">"].concat();
        }
        let span = |key: &str| {
            let span = attribute(tag, key)?
                .trim()
                .parse::<u16>()
                .ok()
                .filter(|n| (2..=1000).contains(n))?;
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
        self.left_out = true;
        let blank =
            !is_block(name) && self.out.get(start..).is_some_and(|gone| gone.ends_with(' '));
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
            return Some(unescaped(value).into_owned());
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

/// Text content: quotes may stay.
fn escaped_text_of(text: &str) -> Cow<'_, str> {
    match memchr::memchr3(b'&', b'<', b'>', text.as_bytes()) {
        Some(_) => Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn own_markup_is_sound_and_nothing_else() {
        for (markup, sound) in [
            (
                "<p>một <strong>hai</strong> &amp; <a href=\"/x?a&amp;b\">ba</a><br>bốn</p><h2>x</h2><pre>\na\n b</pre>",
                true,
            ),
            (
                "<ul><li>a<ol><li>b</li></ol></li></ul><figure><img src=\"a.jpg\" alt=\"\"><figcaption>c</figcaption></figure>",
                true,
            ),
            (
                "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td colspan=\"2\">b</td></tr></tbody></table><blockquote><p>c</p></blockquote>",
                true,
            ),
            ("<p>a", false),
            ("<p><p>a</p></p>", false),
            ("<p><strong>a</p></strong>", false),
            ("<p>a & b</p>", false),
            ("<p>a > b</p>", false),
            ("<p>a\0</p>", false),
            ("x<p>a</p>", false),
            ("<p><a href=\"/\"><u><a href=\"/\">a</a></u></a></p>", false),
            ("<p><a href=\"javascript:x\">a</a></p>", false),
            ("<p><a href=\"/\" onclick=\"x\">a</a></p>", false),
            ("<p class=\"x\">a</p>", false),
            ("<p><script>x</script></p>", false),
            ("<figure><img src=\"data:x\" alt=\"\"></figure>", false),
        ] {
            assert_eq!(is_sound(markup), sound, "{markup}");
        }
    }

    /// Markup that often keeps to the grammar, and sometimes breaks it in one place.
    fn markup() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "một ",
            " hai",
            "&amp;",
            "&lt;",
            "&nbsp;",
            "\"",
            "&amp;amp;",
            "a\u{301}",
            "\u{338}",
            "\n",
            "  ",
            "\u{200b}",
            "&amp;lt;",
            "\r",
            "&x",
            ">",
        ]);
        let inline = word.prop_map(str::to_owned).prop_recursive(3, 12, 4, |inner| {
            let wraps = prop::sample::select(vec![
                ("<strong>", "</strong>"),
                ("<em>", "</em>"),
                ("<a href=\"/a?b&amp;c\">", "</a>"),
                ("<a href=\"https://x.org/\">", "</a>"),
                ("<br>", ""),
                ("<a href=\"mailto:a@b\">", "</a>"),
                ("<u>", "</em>"),
                ("<sub>", ""),
                ("<a href=\"http://[\">", "</a>"),
                ("<a href=\"\">", "</a>"),
            ]);
            (prop::collection::vec(inner, 0..4), wraps)
                .prop_map(|(inner, (from, to))| format!("{from}{}{to}", inner.concat()))
        });
        let blocks = prop::sample::select(vec![
            ("<p>", "</p>"),
            ("<h3>", "</h3>"),
            ("<pre>\n", "</pre>"),
            ("<blockquote><p>", "</p></blockquote>"),
            ("<ul><li>", "</li></ul>"),
            ("<ol><li>a<ul><li>", "</li></ul></li></ol>"),
            ("<table><tbody><tr><td colspan=\"2\">", "</td></tr></tbody></table>"),
            ("<figure><img src=\"/a.png\" alt=\"&quot;a\"><figcaption>", "</figcaption></figure>"),
            ("<p>", ""),
            ("<table>", "</table>"),
        ]);
        prop::collection::vec(
            (blocks, inline).prop_map(|((from, to), inline)| format!("{from}{inline}{to}")),
            0..4,
        )
        .prop_map(|v| v.concat())
    }

    proptest! {
        #[test]
        fn sound_markup_needs_no_sanitizer(markup in markup()) {
            let base = Url::parse("https://example.org/a/").unwrap();
            if is_sound(&markup) {
                prop_assert_eq!(tidied(&markup, Some(&base)), tidied(&BUILDER.clean(&markup).to_string(), Some(&base)), "{}", markup);
            }
        }
    }
}
