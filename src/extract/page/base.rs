//! What a page's addresses are relative to, and what a link's address is good for.

use url::Url;

use crate::extract::html::dom::{Node, Tree};

/// What relative addresses of a page are resolved against.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// The page's own address, where known.
    pub page: Option<Url>,
    /// What links are joined to.
    base: Option<Url>,
}

impl Base {
    /// From the page's address, its `base` element, else an absolute `og:url` or canonical link.
    pub fn of(tree: &Tree<'_>, page: Option<&Url>) -> Self {
        let page = page.cloned().or_else(|| stated(tree));
        let written = tree
            .root()
            .descendants()
            .find(|n| n.is(&["base"]) && n.attr("href").is_some())
            .and_then(|n| n.attr("href"));
        let base = match (&page, written) {
            (Some(page), Some(written)) => {
                page.join(written.trim()).ok().or_else(|| Some(page.clone()))
            }
            (None, Some(written)) => Url::parse(written.trim()).ok(),
            (page, None) => page.clone(),
        };
        Self { page, base: base.filter(|b| !b.cannot_be_a_base()) }
    }

    /// An address of the web, absolute where the base is known, else as written; `None` for
    /// scripts, mail and mere fragments.
    pub fn resolve(&self, written: &str) -> Option<String> {
        let written = written.trim();
        if written.is_empty() || written.starts_with('#') {
            return None;
        }
        if let Some(base) = &self.base {
            let url = base.join(written).ok()?;
            return matches!(url.scheme(), "http" | "https").then(|| url.to_string());
        }
        match Url::parse(written) {
            Ok(url) => matches!(url.scheme(), "http" | "https").then(|| url.to_string()),
            Err(url::ParseError::RelativeUrlWithoutBase) => Some(written.to_owned()),
            Err(_) => None,
        }
    }

    /// Whether an address, absolute or as written, leads to this page itself.
    pub fn is_page(&self, address: &str) -> bool {
        let bare = |a: &str| a.split('#').next().unwrap_or_default().to_owned();
        self.page.as_ref().is_some_and(|p| bare(p.as_str()) == bare(address))
    }

    /// Whether an address stays on the page's host; of a page whose host is not known nothing is
    /// said against it.
    pub fn is_own(&self, address: &str) -> bool {
        match (Url::parse(address), self.page.as_ref().or(self.base.as_ref())) {
            (Ok(url), Some(own)) => url.host_str().map(bare_host) == own.host_str().map(bare_host),
            _ => true,
        }
    }
}

fn bare_host(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

fn stated(tree: &Tree<'_>) -> Option<Url> {
    let head = |fits: &dyn Fn(Node<'_>) -> bool, key: &str| {
        tree.root()
            .descendants()
            .find(|n| fits(*n))
            .and_then(|n| n.attr(key))
            .and_then(|v| Url::parse(v.trim()).ok())
    };
    let word = |n: Node<'_>, key: &str, word: &str| {
        n.attr(key).is_some_and(|v| v.trim().eq_ignore_ascii_case(word))
    };
    let url = head(&|n| n.is(&["meta"]) && word(n, "property", "og:url"), "content")
        .or_else(|| head(&|n| n.is(&["link"]) && word(n, "rel", "canonical"), "href"))
        .or_else(|| head(&|n| n.is(&["base"]), "href"))?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// What addresses of one kind have in common: host, folders and the names of query parameters,
/// digits as one.
pub fn family(address: &str) -> String {
    let address = address.split('#').next().unwrap_or_default();
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let mut out = String::new();
    for c in folder.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if !(c == '0' && out.ends_with('0')) {
            out.push(c);
        }
    }
    if !query.is_empty() {
        out.push('/');
        out.push_str(file);
        let mut keys: Vec<&str> = query.split('&').filter_map(|p| p.split('=').next()).collect();
        keys.sort_unstable();
        out.push('?');
        out.push_str(&keys.join("&"));
    }
    out
}
