//! The addresses of an article, and what else it is found by.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use crate::domain::{Article, Draft, Link, Record, Site};
use crate::normalize::{self, twin, url::clean, url::key};

/// Most addresses of a record beside its first: what comes later is an address of its article and
/// not kept.
pub const ALIASES: usize = 16;

/// The addresses under which a page was met.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The one that answered.
    pub answered: Url,
    /// The one that was asked.
    pub asked: Url,
    /// The one that the page names as its canonical one, if it can be an article's.
    pub canonical: Option<Url>,
}

impl Addresses {
    /// The addresses of a page that answered at an address to the asking of a link.
    pub fn of(site: &Site, draft: &Draft, answered: &Url, link: &Link) -> Self {
        let fits =
            |c: &Url| site.owns(c) && !is_front(site, c) && !forgets_item(draft, answered, c);
        Self {
            canonical: normalize::canonical(draft, answered).map(|url| clean(&url)).filter(fits),
            asked: Url::parse(&link.url).map_or_else(|_| clean(answered), |url| clean(&url)),
            answered: clean(answered),
        }
    }

    /// What the article is called by, if its canonical link is believed.
    pub fn first(&self) -> &Url {
        self.canonical.as_ref().unwrap_or(&self.answered)
    }

    /// Those that were met, in the spelling of the canonical link if it is one of them; each once.
    pub fn met(&self) -> Vec<Url> {
        let mut all: Vec<Url> = Vec::new();
        let own = self.canonical.iter().filter(|_| self.claimed().is_none());
        for url in own.chain([&self.answered, &self.asked]) {
            if !all.iter().any(|known| twin::alike(&key(known), &key(url))) {
                all.push(url.clone());
            }
        }
        all
    }

    /// The canonical address, where it is none of those that were met: the page's word alone.
    pub fn claimed(&self) -> Option<&Url> {
        let it = key(self.canonical.as_ref()?);
        let own = [&self.answered, &self.asked].into_iter().any(|url| twin::alike(&key(url), &it));
        self.canonical.as_ref().filter(|_| !own)
    }

    /// Whether the portal sent on from the address that was asked.
    pub fn is_redirect(&self) -> bool {
        !twin::alike(&key(&self.asked), &key(&self.answered))
    }
}

/// A canonical link to the front page or a listing names no article: many portals print one on
/// every page.
pub fn is_front(site: &Site, url: &Url) -> bool {
    let it = key(url).to_lowercase();
    let own = |known: &Url| twin::alike(&it, &key(known).to_lowercase());
    url.path() == "/" || own(&site.home) || site.sections.iter().any(|section| own(&section.url))
}

/// A canonical link to another page of the same path forgets the article, if it lacks the parameter
/// that holds its item id.
fn forgets_item(draft: &Draft, answered: &Url, canonical: &Url) -> bool {
    let (page, named) = (key(answered), key(canonical));
    let same_path = twin::path(&page).eq_ignore_ascii_case(&twin::path(&named));
    let item = draft.item.as_deref();
    same_path
        && item.is_some_and(|item| {
            twin::values(&page).contains(item) && !twin::values(&named).contains(item)
        })
}

/// Keys of a record's addresses, the first one's first.
pub fn keys(record: &Record) -> Vec<String> {
    let addresses = std::iter::once(&record.article.url).chain(record.aliases.iter().take(ALIASES));
    addresses.filter_map(|address| Url::parse(address).ok()).map(|url| key(&url)).collect()
}

/// The key of the address that a record's page claims to be its canonical one.
pub fn canonical_key(record: &Record) -> Option<String> {
    Some(key(&Url::parse(record.canonical.as_ref()?).ok()?))
}

/// Whether an address differs from one of `keys`, and in nothing but parameters that are idle.
pub fn differs_in(keys: &[String], address: &str, idle: &BTreeSet<String>) -> bool {
    keys.iter()
        .filter_map(|key| twin::differing(key, address))
        .any(|names| !names.is_empty() && names.is_subset(idle))
}

/// Under what an article is found beside its addresses; no mark is the key of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The path of its address, if that may be enough: no parameter holds its item id.
    Path(String),
    /// The address that its page claims to be its canonical one.
    Claim(String),
    /// What it says.
    Says(String),
}

/// All marks of a record.
pub fn marks(record: &Record) -> Vec<Mark> {
    let claim = canonical_key(record).map(|key| Mark::claim(&key));
    [path(record), claim, Mark::says(&record.article)].into_iter().flatten().collect()
}

fn path(record: &Record) -> Option<Mark> {
    let key = key(&Url::parse(&record.article.url).ok()?);
    let item = record.article.item.as_deref();
    let enough =
        twin::path(&key) != key && !item.is_some_and(|item| twin::values(&key).contains(item));
    enough.then(|| Mark::Path(twin::path_mark(&key)))
}

impl Mark {
    /// The mark of a claimed address, on whichever host: a portal that moves takes its ways with
    /// it.
    pub fn claim(key: &str) -> Self {
        let path = key
            .strip_prefix("http://")
            .and_then(|rest| rest.split_once('/'))
            .map_or(key, |(_, path)| path);
        Self::Claim(format!("{path}#canonical"))
    }

    /// The mark of what an article says: title, date and body; `None` without a date, since too
    /// much is alike then.
    pub fn says(article: &Article) -> Option<Self> {
        let at = article.published?.at.as_nanosecond().to_be_bytes();
        let digest: [u8; 32] = Sha256::new()
            .chain_update(article.body_digest)
            .chain_update(at)
            .chain_update(&article.title)
            .finalize()
            .into();
        let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(Self::Says(format!("says#{digits}")))
    }

    /// Its key among the addresses of the store.
    pub fn key(&self) -> &str {
        match self {
            Self::Path(key) | Self::Claim(key) | Self::Says(key) => key,
        }
    }

    /// Whose it is once a record has it too, `owner` being whose it was. A path or claim that two
    /// articles share is nobody's (nil).
    pub fn owner(&self, owner: Option<&Record>, record: &Record) -> Uuid {
        let id = record.article.id;
        match (self, owner) {
            (Self::Says(_), _) | (_, None) => id,
            (_, Some(owner)) if owner.article.id == id || says_the_same(owner, &record.article) => {
                owner.article.id
            }
            _ => Uuid::nil(),
        }
    }
}

/// Whether title, date and body agree.
pub fn says_the_same(record: &Record, article: &Article) -> bool {
    record.article.published == article.published && says_both(record, article)
}

/// Whether title and body agree.
pub fn says_both(record: &Record, article: &Article) -> bool {
    record.article.title == article.title && record.article.body_digest == article.body_digest
}

/// Whether title or body agree: an edit at most.
pub fn is_like(record: &Record, article: &Article) -> bool {
    let known = &record.article;
    let same = |one: &str, other: &str| !one.is_empty() && one == other;
    same(&known.title, &article.title) || same(&known.content_text, &article.content_text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::stored::sample;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn addresses(asked: &str, answered: &str, canonical: Option<&str>) -> Addresses {
        Addresses { asked: url(asked), answered: url(answered), canonical: canonical.map(url) }
    }

    #[test]
    fn what_was_met_and_what_is_the_pages_word_alone() {
        const A: &str = "http://a.vn/tin/1";
        for (met, first, claimed, redirect, all) in [
            (addresses(A, A, None), A, None, false, vec![A]),
            (
                addresses(A, A, Some("https://www.a.vn/tin/1")),
                "https://www.a.vn/tin/1",
                None,
                false,
                vec!["https://www.a.vn/tin/1"],
            ),
            (
                addresses(A, A, Some("http://a.vn/bai/1")),
                "http://a.vn/bai/1",
                Some("http://a.vn/bai/1"),
                false,
                vec![A],
            ),
            (addresses("http://a.vn/1", A, None), A, None, true, vec![A, "http://a.vn/1"]),
            (
                addresses("http://a.vn/1", A, Some("http://a.vn/1")),
                "http://a.vn/1",
                None,
                true,
                vec!["http://a.vn/1", A],
            ),
            (
                addresses("http://www.a.vn/tin/1", "https://a.vn/tin/1", None),
                "https://a.vn/tin/1",
                None,
                false,
                vec!["https://a.vn/tin/1"],
            ),
        ] {
            assert_eq!(
                (met.first().as_str(), met.claimed().map(Url::as_str), met.is_redirect()),
                (first, claimed, redirect),
                "{met:?}"
            );
            assert_eq!(met.met().iter().map(Url::as_str).collect::<Vec<_>>(), all, "{met:?}");
        }
    }

    #[test]
    fn a_claim_is_the_same_on_every_host_and_nobodys_once_two_articles_make_it() {
        assert_eq!(Mark::claim("http://a.vn/bai?x=1"), Mark::claim("http://www.b.vn:8080/bai?x=1"));
        assert_ne!(Mark::claim("http://a.vn/bai?x=1"), Mark::claim("http://a.vn/bai"));
        let (one, mark) = (sample::record(), Mark::claim("http://a.vn/bai"));
        let mut other = sample::record();
        other.article.id = Uuid::from_u128(7);
        assert_eq!(mark.owner(None, &one), one.article.id);
        assert_eq!(mark.owner(Some(&one), &other), one.article.id, "they say the same");
        other.article.title.push('!');
        assert_eq!(mark.owner(Some(&one), &other), Uuid::nil());
        assert_eq!(
            Mark::Says(String::new()).owner(Some(&one), &other),
            other.article.id,
            "the last one says it"
        );
    }

    #[test]
    fn what_an_article_says_is_a_mark_only_with_its_date() {
        let record = sample::record();
        let says = |change: fn(&mut Article)| {
            let mut article = record.article.clone();
            change(&mut article);
            Mark::says(&article)
        };
        let same = says(|_| ());
        assert!(same.is_some() && same == says(|article| article.url.clear()));
        assert!(
            same != says(|article| article.title.push('!'))
                && same != says(|article| article.body_digest = [9; 32])
        );
        assert_eq!(says(|article| article.published = None), None);
    }

    #[test]
    fn an_edit_leaves_title_or_text() {
        let known = sample::record();
        for (title, text, like) in [
            ("same", "same", true),
            ("other", "same", true),
            ("same", "other", true),
            ("other", "other", false),
            ("other", "", false),
        ] {
            let mut article = known.article.clone();
            let mut old = known.clone();
            (old.article.title, old.article.content_text) =
                ("same".to_owned(), if text.is_empty() { "" } else { "same" }.to_owned());
            (article.title, article.content_text) = (title.to_owned(), text.to_owned());
            assert_eq!(is_like(&old, &article), like, "{title} {text}");
        }
    }
}
