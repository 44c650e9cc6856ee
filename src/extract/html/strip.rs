//! A page without what no reader of articles looks at: the text of scripts and styles, and long
//! values of form inputs.
//!
//! The tree of what is left is the tree of the page but for these texts. Pages whose tokens depend
//! on the tree's state (foreign elements, frames, raw text in a selection) stay as they are.

use std::borrow::Cow;

use memchr::{memchr, memmem};

/// Values of inputs that are longer are left out.
pub(crate) const LONG: usize = 512;
/// Elements whose content is text up to their end tag.
pub(crate) const RAW: [&str; 9] =
    ["title", "textarea", "style", "script", "xmp", "iframe", "noembed", "noframes", "noscript"];
/// Elements behind which tokens mean something else.
pub(crate) const FOREIGN: [&str; 5] = ["svg", "math", "plaintext", "frameset", "template"];

/// A slim page.
#[derive(Debug)]
pub struct StrippedPage<'a> {
    /// What the parser reads.
    pub text: Cow<'a, str>,
    /// The texts of scripts and styles that were left out.
    pub silent: Vec<&'a str>,
}

/// A page that is copied piece by piece.
struct Copy<'a> {
    html: &'a str,
    out: String,
    /// Up to here it is copied or left out.
    done: usize,
    silent: Vec<&'a str>,
    selecting: bool,
}

impl<'a> StrippedPage<'a> {
    /// Makes a page slim, or leaves it whole.
    pub fn of(html: &'a str) -> Self {
        let mut copy =
            Copy { html, out: String::new(), done: 0, silent: Vec::new(), selecting: false };
        match copy.page() {
            Some(()) if copy.done > 0 => {
                copy.out.push_str(&html[copy.done..]);
                Self { text: Cow::Owned(copy.out), silent: copy.silent }
            }
            _ => Self { text: Cow::Borrowed(html), silent: Vec::new() },
        }
    }
}

impl<'a> Copy<'a> {
    /// Goes through the page; `None` if it must stay whole.
    fn page(&mut self) -> Option<()> {
        let bytes = self.html.as_bytes();
        let mut at = 0;
        while let Some(found) = memchr(b'<', &bytes[at..]) {
            let tag = at + found;
            let end = match bytes.get(tag + 1) {
                Some(b'!') => comment(bytes, tag)?,
                Some(b'?') => memchr(b'>', &bytes[tag..]).map(|end| tag + end + 1),
                Some(b'/') if bytes.get(tag + 2).is_some_and(u8::is_ascii_alphabetic) => {
                    self.end_tag(tag)
                }
                Some(b'/') => memchr(b'>', &bytes[tag..]).map(|end| tag + end + 1),
                Some(first) if first.is_ascii_alphabetic() => self.start_tag(tag)?,
                _ => Some(tag + 1),
            };
            // A token without an end is the page's last.
            let Some(end) = end else { break };
            at = end;
        }
        Some(())
    }

    /// Leaves a stretch out.
    fn skip(&mut self, from: usize, to: usize) {
        if to > from {
            self.out.push_str(&self.html[self.done..from]);
            self.done = to;
        }
    }

    fn end_tag(&mut self, tag: usize) -> Option<usize> {
        let name = name(self.html.as_bytes(), tag + 2);
        self.selecting &= !name.eq_ignore_ascii_case("select".as_bytes());
        attributes(self.html.as_bytes(), tag + 2 + name.len(), |_, _, _| {})
    }

    /// Outer `None`: the page stays whole; inner: it ends here.
    fn start_tag(&mut self, tag: usize) -> Option<Option<usize>> {
        let bytes = self.html.as_bytes();
        let name = name(bytes, tag + 1);
        let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n.as_bytes()));
        if is(&FOREIGN) {
            return None;
        }
        self.selecting |= is(&["select"]);
        let mut long = None;
        let input = is(&["input"]);
        let end = attributes(bytes, tag + 1 + name.len(), |key, from, to| {
            if input && to - from > LONG && key.eq_ignore_ascii_case(b"value") {
                long = Some((from, to));
            }
        });
        let Some(end) = end else { return Some(None) };
        if let Some((from, to)) = long {
            self.skip(from, to);
        }
        if !is(&RAW) {
            return Some(Some(end));
        }
        if self.selecting {
            return None;
        }
        let Some(close) = raw_end(bytes, end, name) else { return Some(None) };
        let script = is(&["script"]);
        if script || is(&["style"]) {
            let content = self.html.get(end..close)?;
            // Only there a script's end may be none.
            if script
                && content.contains("<!--")
                && memmem::find(content.to_ascii_lowercase().as_bytes(), b"<script").is_some()
            {
                return None;
            }
            self.silent.push(content);
            self.skip(end, close);
        }
        Some(Some(close))
    }
}

/// A tag's name from `at` on.
pub(crate) fn name(bytes: &[u8], at: usize) -> &[u8] {
    let rest = &bytes[at..];
    let length = rest
        .iter()
        .position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
        .unwrap_or(rest.len());
    &rest[..length]
}

/// Behind a comment, a doctype or what is taken for a comment. Outer `None`: a section that only
/// foreign elements have.
pub(crate) fn comment(bytes: &[u8], tag: usize) -> Option<Option<usize>> {
    let rest = &bytes[tag..];
    if rest.starts_with(b"<![CDATA[") {
        return None;
    }
    if !rest.starts_with(b"<!--") {
        return Some(memchr(b'>', rest).map(|end| tag + end + 1));
    }
    for (short, length) in [(&b"<!-->"[..], 5), (b"<!--->", 6)] {
        if rest.starts_with(short) {
            return Some(Some(tag + length));
        }
    }
    let mut at = 4;
    while let Some(found) = memmem::find(&rest[at..], b"--") {
        at += found;
        match (rest.get(at + 2), rest.get(at + 3)) {
            (Some(b'>'), _) => return Some(Some(tag + at + 3)),
            (Some(b'!'), Some(b'>')) => return Some(Some(tag + at + 4)),
            _ => at += 1,
        }
    }
    Some(None)
}

/// Where a tag ends whose name ends at `at`; `seen` is called with the name of each attribute and
/// the bounds of its quoted value.
pub(crate) fn attributes<'a>(
    bytes: &'a [u8],
    mut at: usize,
    mut seen: impl FnMut(&'a [u8], usize, usize),
) -> Option<usize> {
    loop {
        at += bytes[at..].iter().position(|b| !b.is_ascii_whitespace() && *b != b'/')?;
        if bytes[at] == b'>' {
            return Some(at + 1);
        }
        let start = at;
        // An equals sign at the beginning belongs to the name.
        at += 1;
        at += bytes[at..]
            .iter()
            .position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'='))?;
        let key = &bytes[start..at];
        at += bytes[at..].iter().position(|b| !b.is_ascii_whitespace())?;
        if bytes[at] != b'=' {
            continue;
        }
        at += 1;
        at += bytes[at..].iter().position(|b| !b.is_ascii_whitespace())?;
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let length = memchr(quote, &bytes[at + 1..])?;
                seen(key, at + 1, at + 1 + length);
                at += length + 2;
            }
            b'>' => return Some(at + 1),
            _ => at += bytes[at..].iter().position(|b| b.is_ascii_whitespace() || *b == b'>')?,
        }
        if at >= bytes.len() {
            return None;
        }
    }
}

/// Where the end tag of a raw element begins.
pub(crate) fn raw_end(bytes: &[u8], from: usize, name: &[u8]) -> Option<usize> {
    let mut at = from;
    loop {
        at += memmem::find(&bytes[at..], b"</")?;
        let rest = &bytes[at + 2..];
        if rest.len() > name.len()
            && rest[..name.len()].eq_ignore_ascii_case(name)
            && (rest[name.len()].is_ascii_whitespace() || matches!(rest[name.len()], b'/' | b'>'))
        {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::budget::Budget;
    use crate::extract::html::dom::{Node, Tree};

    /// The tree as text, without the texts that a slim page may lack.
    fn shape(html: &str) -> String {
        let tree = Tree::parse(html, &Budget::default()).unwrap();
        let silent = |n: &Node<'_>| n.parent().is_some_and(|p| p.is(&["script", "style"]));
        let mut out = String::new();
        tree.root().walk(|n, step| {
            if !silent(&n) {
                let mut attrs: Vec<_> = n.attrs().filter(|(_, v)| v.len() <= LONG).collect();
                attrs.sort_unstable();
                out += &format!(
                    "{step:?} {:?} {:?} {:?} {attrs:?}\n",
                    n.name(),
                    n.text(),
                    n.comment()
                );
            }
            true
        });
        out.replace(r#", ("value", "")"#, "").replace(r#"("value", "")"#, "")
    }

    #[test]
    fn scripts_styles_and_view_state_go() {
        let long = "x".repeat(LONG + 1);
        let html = format!(
            "<!doctype html><SCRIPT a='>'>if (a</b) '</scrip>'</script ><style>p{{}}</style><!-- \
             <script>x</script> --><title><script>y</title>\
             <input type=hidden value=\"{long}\"><p title=\"<script>\">z"
        );
        let slim = StrippedPage::of(&html);
        assert_eq!(
            slim.text,
            "<!doctype html><SCRIPT a='>'></script ><style></style><!-- <script>x</script> -->\
             <title><script>y</title><input type=hidden value=\"\"><p title=\"<script>\">z"
        );
        assert_eq!(slim.silent, ["if (a</b) '</scrip>'", "p{}"]);
        for whole in [
            "<svg><style><a></style>",
            "<select><style>",
            "<script><!--<script></script>",
            "<math><![CDATA[x]]>",
            "a < b",
            "",
        ] {
            assert_eq!(StrippedPage::of(whole).text, whole);
        }
    }

    proptest::proptest! {
        #[test]
        fn the_tree_is_the_same(parts in proptest::collection::vec(proptest::sample::select(vec![
            "<script>", "</script>", "<style>", "</style", ">", "<!--", "-->", "--!>", "<p>",
            "<table>", "<tr>", "</table>", "<select>", "</select>", "<textarea>", "</textarea>",
            "<title>", "</title>", "<noscript>", "</noscript>", "<input value='", "'", "\"", "=",
            " a", "/", "x", "<", "<a b=c", "</", "<!", "<?", "<svg>", "<![CDATA[", "<div id=x>",
            "</div>", "<iframe>", "</iframe>", "\n", "ế", "<head>", "<body>", "<form>", "<option>",
            "<template>",
        ]), 0..24)) {
            let html = parts.concat();
            let stripped = StrippedPage::of(&html).text;
            proptest::prop_assert_eq!(shape(&html), shape(&stripped), "{}", html);
        }
    }
}
