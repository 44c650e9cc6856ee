//! Which markup is safe as it stands: a strict grammar, of which all is allowed and nothing would
//! be moved by a parser.
//!
//! Most bodies were written by this program and keep to it; all others go through the sanitizer.

use std::sync::LazyLock;

use super::rules::RULES;

/// Elements inside one another at most.
const DEEPEST: usize = 64;
/// Elements of the grammar.
const TAGS: [&str; 25] = [
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "blockquote",
    "figure",
    "figcaption",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "strong",
    "em",
    "u",
    "sub",
    "sup",
    "a",
];
/// Its elements without content.
const VOID: [&str; 2] = ["br", "img"];
/// Its attributes.
const ATTRIBUTES: [(&str, &[&str]); 4] = [
    ("a", &["href"]),
    ("img", &["src", "alt"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan"]),
];
/// How signs are written that would be markup.
const REFERENCES: [&str; 5] = ["&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;"];

/// Whether the rules allow all that the grammar knows.
static ALLOWED: LazyLock<bool> = LazyLock::new(|| {
    let has = |list: &[String], name: &str| list.iter().any(|n| n == name);
    TAGS.iter().chain(&VOID).all(|tag| has(&RULES.tags, tag))
        && ATTRIBUTES.iter().all(|(tag, keys)| {
            RULES.attributes.get(*tag).is_some_and(|list| keys.iter().all(|key| has(list, key)))
        })
        && has(&RULES.schemes, "http")
        && has(&RULES.schemes, "https")
});

/// Whether markup keeps to the grammar.
pub(super) fn is_sound(markup: &str) -> bool {
    *ALLOWED && keeps(markup).is_some()
}

fn keeps(markup: &str) -> Option<()> {
    let mut open: Vec<&str> = Vec::with_capacity(16);
    let mut rest = markup;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        let (text, from) = rest.split_at_checked(at)?;
        let around = open.last().copied().unwrap_or_default();
        (text.is_empty() || (holds_text(around) && is_text(text))).then_some(())?;
        let (tag, behind) = from.get(1..)?.split_once('>')?;
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            (open.pop()? == name).then_some(())?;
            continue;
        }
        let (name, written) =
            tag.split_once(' ').map_or((tag, None), |(name, written)| (name, Some(written)));
        (may_stand(around, name) && !(name == "a" && open.contains(&"a"))).then_some(())?;
        attributes(name, written)?;
        if !VOID.contains(&name) {
            open.push(name);
            (open.len() <= DEEPEST).then_some(())?;
        }
    }
    (open.is_empty() && rest.is_empty()).then_some(())
}

/// Whether an element may stand right inside another; nothing around it: the body itself.
fn may_stand(around: &str, name: &str) -> bool {
    match around {
        "" => matches!(
            name,
            "p" | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "pre"
                | "blockquote"
                | "figure"
                | "ul"
                | "ol"
                | "table"
        ),
        "blockquote" => name == "p",
        "figure" => matches!(name, "img" | "figcaption"),
        "ul" | "ol" => name == "li",
        "table" => matches!(name, "thead" | "tbody"),
        "thead" | "tbody" => name == "tr",
        "tr" => matches!(name, "th" | "td"),
        "pre" => false,
        "li" if matches!(name, "ul" | "ol") => true,
        _ => matches!(name, "strong" | "em" | "u" | "sub" | "sup" | "a" | "br"),
    }
}

fn holds_text(around: &str) -> bool {
    !matches!(
        around,
        "" | "blockquote" | "figure" | "ul" | "ol" | "table" | "thead" | "tbody" | "tr"
    )
}

/// Whether text has nothing in it that a parser would read as something else.
fn is_text(text: &str) -> bool {
    let plain = |b: u8| (b >= b' ' && b != 0x7f || matches!(b, b'\n' | b'\t')) && b != b'>';
    text.bytes().all(plain)
        && memchr::memchr_iter(b'&', text.as_bytes())
            .all(|at| REFERENCES.iter().any(|r| text.get(at..).is_some_and(|t| t.starts_with(r))))
}

fn attributes(name: &str, written: Option<&str>) -> Option<()> {
    let Some(mut rest) = written else { return Some(()) };
    let keys = ATTRIBUTES.iter().find(|(tag, _)| *tag == name).map(|(_, keys)| *keys)?;
    let mut seen = 0_usize;
    loop {
        let (key, behind) = rest.split_once("=\"")?;
        let at = keys.iter().position(|k| *k == key)?;
        let (value, behind) = behind.split_once('"')?;
        (at >= seen && is_text(value) && (!matches!(key, "href" | "src") || is_web(value)))
            .then_some(())?;
        seen = at + 1;
        match behind {
            "" => return Some(()),
            _ => rest = behind.strip_prefix(' ')?,
        }
    }
}

/// Whether an address is one of the web, or has no scheme.
fn is_web(address: &str) -> bool {
    address.starts_with("http://") || address.starts_with("https://") || !address.contains(':')
}
