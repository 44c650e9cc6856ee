//! What a page says of itself outside its blocks: language, base, canonical address, meta.

use std::borrow::Cow;

use url::Url;

use crate::domain::language;
use crate::extract::html::dom::Tree;
use crate::text::blank;

/// Values of meta elements that are kept.
const MOST: usize = 200;

/// The head of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    language: Option<String>,
    leftward: bool,
    base: Option<String>,
    canonical: Option<String>,
    title: Option<String>,
    meta: Vec<(String, String)>,
    generators: Vec<String>,
}

impl Head {
    /// Reads it off the page's tree.
    pub fn of(tree: &Tree<'_>) -> Self {
        let mut head = Head::default();
        for node in tree.root().descendants() {
            let Some(name) = node.name() else { continue };
            head.take(name, |key| node.attr(key).map(Cow::Borrowed));
            if name == "title" && head.title.is_none() {
                head.title = Some(blank::alone(
                    &node.descendants().filter_map(|n| n.text()).collect::<String>(),
                ));
            }
        }
        head
    }

    /// Takes an element's word on the page; the title is not among them.
    pub fn take<'v>(&mut self, name: &str, attr: impl Fn(&str) -> Option<Cow<'v, str>>) {
        if name == "meta" && attr("name").is_some_and(|n| n.eq_ignore_ascii_case("generator")) {
            self.generators.extend(attr("content").map(Cow::into_owned));
        }
        match name {
            "html" => {
                self.leftward = attr("dir").is_some_and(|d| d.trim().eq_ignore_ascii_case("rtl"));
                self.language = attr("lang").or_else(|| attr("xml:lang")).and_then(|l| tag(&l))
            }
            "base" if self.base.is_none() => {
                self.base = attr("href").map(|h| h.trim().to_owned()).filter(|h| !h.is_empty())
            }
            "link" if self.canonical.is_none() && is_canonical(attr("rel")) => {
                self.canonical = attr("href").map(|h| h.trim().to_owned())
            }
            "meta" if self.meta.len() < MOST => self.meta.extend(named(attr)),
            _ => {}
        }
    }

    /// The language, as BCP 47.
    pub fn language(&self) -> Option<String> {
        self.language.clone().or_else(|| self.meta("content-language").and_then(tag))
    }

    /// Whether it runs from right to left.
    pub fn leftward(&self) -> bool {
        self.leftward
    }

    /// The language of its words: the same, else the one of its Open Graph.
    pub fn spoken(&self) -> Option<String> {
        self.language().or_else(|| self.meta("og:locale").and_then(tag))
    }

    /// The text of `title`.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref().filter(|t| !t.is_empty())
    }

    /// The first value of a meta element of that name.
    pub fn meta(&self, name: &str) -> Option<&str> {
        self.meta
            .iter()
            .find(|(n, v)| n.eq_ignore_ascii_case(name) && !v.is_empty())
            .map(|(_, v)| v.as_str())
    }

    /// All values of meta elements of that name.
    pub fn metas(&self, name: &str) -> impl Iterator<Item = &str> {
        let named =
            self.meta.iter().filter(move |(n, v)| n.eq_ignore_ascii_case(name) && !v.is_empty());
        named.map(|(_, v)| v.as_str())
    }

    /// What the page says that made it, one a line, in lower case.
    pub fn generators(&self) -> String {
        let generators = self.generators.iter().map(|g| g.to_lowercase());
        generators.collect::<Vec<_>>().join("\n")
    }

    /// What relative addresses are resolved against.
    pub fn base(&self, url: Option<&Url>) -> Option<String> {
        let written = || self.base.as_deref();
        if let Some(url) = url {
            return Some(
                written().and_then(|b| url.join(b).ok()).unwrap_or_else(|| url.clone()).to_string(),
            );
        }
        let absolute = |a: Option<&str>| {
            a.and_then(|a| Url::parse(a).ok()).filter(|u| u.has_host()).map(|u| u.to_string())
        };
        absolute(written())
            .or_else(|| absolute(self.meta("og:url")))
            .or_else(|| absolute(self.canonical.as_deref()))
    }

    /// The canonical address, absolute and of the page's own host; a port that is the scheme's
    /// default may stand in it.
    pub fn canonical(&self, url: Option<&Url>) -> Option<String> {
        let written = self.canonical.as_deref().filter(|c| !c.is_empty())?;
        let at = url.cloned().or_else(|| self.meta("og:url").and_then(|u| Url::parse(u).ok()));
        let canonical = match &at {
            Some(at) => at.join(written).ok()?,
            None => Url::parse(written).ok()?,
        };
        let own = at.is_none_or(|at| at.host_str().map(bare) == canonical.host_str().map(bare));
        (own && matches!(canonical.scheme(), "http" | "https")).then(|| canonical.to_string())
    }
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

fn is_canonical(rel: Option<Cow<'_, str>>) -> bool {
    rel.is_some_and(|r| r.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("canonical")))
}

fn named<'v>(attr: impl Fn(&str) -> Option<Cow<'v, str>>) -> Option<(String, String)> {
    let name = ["property", "name", "http-equiv", "itemprop"].into_iter().find_map(&attr)?;
    Some((name.trim().to_owned(), blank::alone(&attr("content")?)))
}

/// A language tag if it names one; what names none leaves the word to the profile.
fn tag(written: &str) -> Option<String> {
    let written = written.trim().replace('_', "-");
    let parts = || written.split('-');
    let fits = parts()
        .all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
        && parts().next().is_some_and(|p| p.len() >= 2);
    let tag = fits.then(|| {
        let cased = |(n, p): (usize, &str)| {
            if n > 0 && p.len() == 2 { p.to_ascii_uppercase() } else { p.to_ascii_lowercase() }
        };
        parts().enumerate().map(cased).collect::<Vec<_>>().join("-")
    })?;
    language::named(&tag).map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::budget::Budget;

    #[test]
    fn the_head_says_where_a_page_belongs() {
        let html = "<html lang='vi-vn '><base href='/a/'>\
            <link rel='Canonical' href='https://example.org:443/x?b=1'><meta property='og:url' \
            content='https://example.org/y'>";
        let head = Head::of(&Tree::parse(html, &Budget::default()).unwrap());
        let url = Url::parse("https://example.org/z").ok();
        assert_eq!(head.language().as_deref(), Some("vi-VN"));
        assert_eq!(head.base(url.as_ref()).as_deref(), Some("https://example.org/a/"));
        assert_eq!(head.base(None).as_deref(), Some("https://example.org/y"));
        assert_eq!(head.canonical(url.as_ref()).as_deref(), Some("https://example.org/x?b=1"));
        assert_eq!(head.canonical(Url::parse("https://other.example/").ok().as_ref()), None);
    }

    #[test]
    fn a_language_is_one_or_none() {
        for (written, want) in [
            ("vi_vn", Some("vi-VN")),
            ("iw", Some("he")),
            ("vn", None),
            ("vietnamese", None),
            ("", None),
        ] {
            let meta = |content: &str| {
                format!(
                    "<html lang='{written}'><meta http-equiv='content-language' \
                     content='{content}'>"
                )
            };
            let said =
                |html: &str| Head::of(&Tree::parse(html, &Budget::default()).unwrap()).language();
            assert_eq!(said(&meta("vn")).as_deref(), want, "{written}");
            assert_eq!(said(&meta("en")).as_deref(), want.or(Some("en")), "{written}");
        }
    }
}
