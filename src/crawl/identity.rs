//! Which article a page is: known by an address, by redirect or canonical link, or by what it says (CONTRACT section 3); and which
//! article an address may belong to before its page is read.

use std::collections::BTreeSet;
use std::sync::Arc;

use url::Url;
use uuid::Uuid;

use super::Error;
use super::ledger::Ledger;
use crate::domain::{Article, Draft, Record, Site, Target, TargetState};
use crate::normalize::{self, twin, url::key};

/// Most addresses of a record beside its first: what comes later is an address of its article and not kept.
pub const ALIASES: usize = 16;
/// Parameters of an address that may hold an item id, and articles of one item id that are looked at.
const LOOKED: usize = 16;

/// The addresses under which a page was met, strongest first, each once.
pub fn addresses(site: &Site, draft: &Draft, answered: &Url, target: &Target) -> Vec<Url> {
    let canonical = normalize::canonical(draft, answered).filter(|c| site.owns(c) && !is_front(site, c));
    let asked = Url::parse(&target.url).ok();
    let mut all: Vec<Url> = Vec::new();
    for url in canonical.into_iter().chain([answered.clone()]).chain(asked) {
        if !all.iter().any(|known| key(known) == key(&url)) {
            all.push(url);
        }
    }
    all
}

/// A canonical link to the front page or a listing names no article: many portals print one on every page.
fn is_front(site: &Site, url: &Url) -> bool {
    let it = key(url);
    url.path() == "/" || twin::alike(&it, &key(&site.home)) || site.sections.iter().any(|s| twin::alike(&it, &key(&s.url)))
}

/// Keys of a record's addresses, the first one's first.
pub fn keys(record: &Record) -> Vec<String> {
    let addresses = std::iter::once(&record.article.url).chain(record.aliases.iter().take(ALIASES));
    addresses.filter_map(|address| Url::parse(address).ok()).map(|url| key(&url)).collect()
}

/// Whether an address differs from one of `keys`, and in nothing but parameters that are idle.
pub fn differs_in(keys: &[String], address: &str, idle: &BTreeSet<String>) -> bool {
    keys.iter().filter_map(|key| twin::differing(key, address)).any(|names| !names.is_empty() && names.is_subset(idle))
}

/// Under what an article is found by the path of its address, if that may be enough: no parameter holds its item id.
pub fn mark(record: &Record) -> Option<String> {
    let key = key(&Url::parse(&record.article.url).ok()?);
    let item = record.article.item.as_deref();
    (twin::path(&key) != key && !item.is_some_and(|item| twin::values(&key).contains(item))).then(|| twin::path_mark(&key))
}

/// Whose a mark is once a record has it too: nobody's (nil) if two articles share it.
pub fn marked(owner: Option<&Record>, record: &Record) -> Uuid {
    match owner {
        Some(owner) if owner.article.id != record.article.id && !says_the_same(owner, &record.article) => Uuid::nil(),
        Some(owner) => owner.article.id,
        None => record.article.id,
    }
}

/// Whether title, date and body agree.
fn says_the_same(record: &Record, article: &Article) -> bool {
    let known = &record.article;
    known.title == article.title && known.published == article.published && known.body_digest == article.body_digest
}

/// The articles that an address may belong to: by itself, else, if it may be `another`, by its path and by an item id among its parameters.
pub async fn candidates(ledger: &Ledger<'_>, key: &str, another: bool) -> Result<Vec<Arc<Record>>, Error> {
    if let Some(id) = ledger.find_at(key).await? {
        return Ok(ledger.record(id).await?.into_iter().collect());
    }
    if !another {
        return Ok(Vec::new());
    }
    let mut found: Vec<Arc<Record>> = by_path(ledger, key).await?.into_iter().collect();
    for value in twin::values(key).into_iter().take(LOOKED) {
        for id in ledger.by_item(value).await?.into_iter().take(LOOKED) {
            if let Some(record) = ledger.record(id).await?
                && keys(&record).iter().any(|known| twin::differing(known, key).is_some())
            {
                found.push(record);
            }
        }
    }
    Ok(found)
}

/// The one article whose address has this path.
async fn by_path(ledger: &Ledger<'_>, key: &str) -> Result<Option<Arc<Record>>, Error> {
    for mark in [twin::path(key), twin::path_mark(key)] {
        if let Some(id) = ledger.find_at(&mark).await?.filter(|id| !id.is_nil()) {
            return ledger.record(id).await;
        }
    }
    Ok(None)
}

/// The link that stands for a key: its own, else that of the article which has this address.
pub async fn link_at(ledger: &Ledger<'_>, key: &str) -> Result<Option<Target>, Error> {
    if let Some(target) = ledger.target_at(key).await? {
        return Ok(Some(target));
    }
    let Some(id) = ledger.find_at(key).await? else { return Ok(None) };
    let Some(record) = ledger.record(id).await? else { return Ok(None) };
    Ok(links(ledger, &record, "").await?.into_iter().next())
}

/// The links of an article, but for one.
pub async fn links(ledger: &Ledger<'_>, record: &Record, but: &str) -> Result<Vec<Target>, Error> {
    let mut found: Vec<Target> = Vec::new();
    for key in keys(record).into_iter().filter(|key| key != but) {
        if let Some(target) = ledger.target(&key).await?
            && target.state == TargetState::Article(record.article.id)
            && !found.iter().any(|known| known.key == target.key)
        {
            found.push(target);
        }
    }
    Ok(found)
}

/// The article that this page is a version of, if it is known.
pub async fn known(ledger: &Ledger<'_>, target: &Target, keys: &[String], article: &Article) -> Result<Option<Arc<Record>>, Error> {
    for key in keys {
        if let Some(id) = ledger.find_at(key).await? {
            return ledger.record(id).await;
        }
    }
    if let TargetState::Article(id) = target.state {
        return ledger.record(id).await;
    }
    match &article.item {
        Some(item) => same_item(ledger, item, article).await,
        None => same_path(ledger, target, article).await,
    }
}

async fn same_item(ledger: &Ledger<'_>, item: &str, article: &Article) -> Result<Option<Arc<Record>>, Error> {
    for id in ledger.by_item(item).await? {
        if let Some(record) = ledger.record(id).await?
            && record.article.title == article.title
            && record.article.body_digest == article.body_digest
        {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

/// Without item ids: the article of this path that says the same, if its own link left the list or differs in nothing that counts.
async fn same_path(ledger: &Ledger<'_>, target: &Target, article: &Article) -> Result<Option<Arc<Record>>, Error> {
    let Some(record) = by_path(ledger, &target.key).await? else { return Ok(None) };
    if record.article.item.is_some() || !says_the_same(&record, article) {
        return Ok(None);
    }
    let keys = keys(&record);
    let gone = links(ledger, &record, "").await?.iter().any(|link| link.left.is_some());
    Ok((gone || differs_in(&keys, &target.key, &twin::idle(&keys, None))).then_some(record))
}

/// An id that no other article of the site has: the address's own, unless an address was given to another article since.
pub async fn unused(ledger: &Ledger<'_>, id: Uuid) -> Result<Uuid, Error> {
    let mut id = id;
    while ledger.record(id).await?.is_some() {
        id = Uuid::new_v5(&id, b"again");
    }
    Ok(id)
}
