//! Who an article is: the address that identifies it, and its id.

use url::Url;
use uuid::Uuid;

use crate::domain::Draft;

use super::context::Context;
use super::url::{absolute, key};

/// The namespace of all article ids; never changes, or every reader would see every article anew.
const NAMESPACE: Uuid = Uuid::from_u128(0x7b1f_6c1e_52d4_4f0a_9a63_0c8d_41e7_a25f);

/// The address that identifies: the caller's word, else the page's canonical link where it can be
/// believed, else the page's own.
pub(super) fn address(draft: &Draft, context: &Context<'_>) -> Option<Url> {
    match (context.canonical, context.url) {
        (Some(known), _) => Some(known.clone()),
        (None, Some(page)) => canonical(draft, page).or_else(|| Some(page.clone())),
        (None, None) => draft.canonical.as_deref().and_then(|written| absolute(None, written)),
    }
}

/// The canonical link of the draft of `page`, where it can be believed.
pub fn canonical(draft: &Draft, page: &Url) -> Option<Url> {
    draft
        .canonical
        .as_deref()
        .and_then(|written| absolute(Some(page), written))
        .filter(|link| believed(link, page))
}

/// A canonical link must be on the page's host, `www.` apart. Many portals print one that forgets
/// which article is shown: the front page, the page without its parameters, or without the end of
/// its path. Capitals do not count: many servers know none.
fn believed(canonical: &Url, page: &Url) -> bool {
    let port = |url: &Url| url.port().filter(|port| !matches!(port, 80 | 443));
    let front = canonical.path() == "/" && canonical.query().is_none() && page.path() != "/";
    // The page's own address forgets nothing.
    let same = canonical == page;
    let host =
        |url: &Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned());
    same || host(canonical) == host(page)
        && port(canonical) == port(page)
        && !front
        && !forgets(&key(canonical).to_lowercase(), &key(page).to_lowercase())
}

/// Whether a key lacks what tells the page of another key from its like: all parameters, or the end
/// of the path that holds a number or words.
fn forgets(named: &str, page: &str) -> bool {
    let (path, query) =
        page.split_once('?').map_or((page, None), |(path, query)| (path, Some(query)));
    let tells = |rest: &str| {
        rest.starts_with('/') && rest.contains(|c: char| c.is_ascii_digit() || c == '-')
    };
    !named.contains('?')
        && ((query.is_some() && path == named)
            || path.strip_prefix(named.trim_end_matches('/')).is_some_and(tells))
}

/// The id: from site and address, so that it is the same on every machine; for a file without
/// address from what it says.
pub(super) fn id(site: &str, address: Option<&Url>, title: &str, text: &str) -> Uuid {
    let name = match address {
        Some(address) => format!("{site}\n{}", key(address)),
        None => format!("{site}\n\n{title}\n{text}"),
    };
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canonical_link_that_forgets_the_article_is_not_believed() {
        for (canonical, page, holds) in [
            ("http://a.vn/bai/1", "http://a.vn/tin/1", true),
            ("https://www.a.vn/tin/1", "http://a.vn/tin/1", true),
            ("http://b.vn/tin/1", "http://a.vn/tin/1", false),
            ("http://a.vn/", "http://a.vn/tin/1", false),
            ("http://a.vn/xem.aspx", "http://a.vn/xem.aspx?id=1", false),
            ("http://a.vn/Xem.aspx", "http://a.vn/xem.aspx?id=1", false),
            ("http://a.vn/xem.aspx?id=1", "http://a.vn/xem.aspx?id=1&tu=2", true),
            ("http://a.vn/Web/Tin", "http://a.vn/web/tin/-/content/id/20104", false),
            ("http://a.vn/web/tin/", "http://a.vn/web/tin/le-hoi-xuan", false),
            // Renderings of one article.
            ("http://a.vn/tin/1", "http://a.vn/tin/1/amp", true),
            ("http://a.vn/tin/1", "http://a.vn/tin/12", true),
        ] {
            let parse = |text: &str| Url::parse(text).unwrap();
            assert_eq!(believed(&parse(canonical), &parse(page)), holds, "{canonical} on {page}");
        }
    }
}
