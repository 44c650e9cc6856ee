//! Whose an address is, and which links an article has.

use std::sync::Arc;

use url::Url;
use uuid::Uuid;

use super::address::{ALIASES, keys, marks};
use crate::crawl::Error;
use crate::crawl::frontier::is_dead;
use crate::crawl::ledger::Ledger;
use crate::domain::{Link, LinkState, Record, RecordState};
use crate::normalize::{twin, url::key};

/// Parameters of an address that may hold an item id, and articles of one item id that are looked
/// at.
const LOOKED: usize = 16;
/// Most joins after each other that are followed.
const JOINS: usize = 16;

/// The latest record of an article, or of the one that it was joined to.
pub async fn living(ledger: &Ledger<'_>, id: Uuid) -> Result<Option<Arc<Record>>, Error> {
    let mut id = id;
    for _ in 0..JOINS {
        match ledger.record(id).await? {
            Some(record) => match record.state {
                RecordState::Joined(other) => id = other,
                RecordState::Live | RecordState::Withdrawn => return Ok(Some(record)),
            },
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The article that has an address, as its record says now.
pub async fn owner(ledger: &Ledger<'_>, key: &str) -> Result<Option<Arc<Record>>, Error> {
    let Some(id) = ledger.find_at(key).await?.filter(|id| !id.is_nil()) else { return Ok(None) };
    let names = |record: &Record| {
        let joined = record.article.id != id;
        joined
            || record.aliases.len() >= ALIASES
            || keys(record).iter().any(|known| twin::alike(known, key))
    };
    Ok(living(ledger, id).await?.filter(|record| names(record)))
}

/// The articles of an item id.
pub async fn by_item(ledger: &Ledger<'_>, item: &str) -> Result<Vec<Arc<Record>>, Error> {
    let mut found: Vec<Arc<Record>> = Vec::new();
    for id in ledger.by_item(item).await?.into_iter().take(LOOKED) {
        if let Some(record) = living(ledger, id)
            .await?
            .filter(|record| found.iter().all(|known| known.article.id != record.article.id))
        {
            found.push(record);
        }
    }
    Ok(found)
}

/// The addresses and marks that [`candidates`] looks up.
pub fn looked_up(key: &str, another: bool) -> Vec<String> {
    let marks = if another { vec![twin::path(key), twin::path_mark(key)] } else { Vec::new() };
    marks.iter().map(String::as_str).chain([key]).flat_map(twin::hosts).collect()
}

/// The articles that an address may belong to: by itself, else, if it may be `another`, by its path
/// and by an item id among its parameters.
pub async fn candidates(
    ledger: &Ledger<'_>,
    key: &str,
    another: bool,
) -> Result<Vec<Arc<Record>>, Error> {
    if let Some(record) = owner(ledger, key).await? {
        return Ok(vec![record]);
    }
    if !another {
        return Ok(Vec::new());
    }
    let mut found: Vec<Arc<Record>> = by_path(ledger, key).await?.into_iter().collect();
    for value in twin::values(key).into_iter().take(LOOKED) {
        let same = by_item(ledger, value).await?;
        found.extend(same.into_iter().filter(|record| {
            keys(record).iter().any(|known| twin::differing(known, key).is_some())
        }));
    }
    Ok(found)
}

/// The one article whose address has this path.
pub async fn by_path(ledger: &Ledger<'_>, key: &str) -> Result<Option<Arc<Record>>, Error> {
    for mark in [twin::path(key), twin::path_mark(key)] {
        if let Some(id) = ledger.find_at(&mark).await?.filter(|id| !id.is_nil()) {
            return living(ledger, id).await;
        }
    }
    Ok(None)
}

/// The link that stands for a key: its own, else that of the article which has this address.
pub async fn link_at(ledger: &Ledger<'_>, key: &str) -> Result<Option<Link>, Error> {
    if let Some(own) = ledger.link_at(key).await? {
        return Ok(Some(own));
    }
    let Some(record) = owner(ledger, key).await? else { return Ok(None) };
    let links = links(ledger, &record, "").await?;
    Ok(links.iter().find(|link| asks(link, key)).or(links.first()).cloned())
}

/// The links of an article, but for one.
pub async fn links(ledger: &Ledger<'_>, record: &Record, but: &str) -> Result<Vec<Link>, Error> {
    let listed =
        record.listed.iter().filter_map(|listed| Url::parse(&listed.url).ok()).map(|url| key(&url));
    let mut found: Vec<Link> = Vec::new();
    for key in keys(record).into_iter().chain(listed).filter(|key| key != but) {
        if let Some(link) = ledger.link_at(&key).await?
            && link.state == LinkState::Article(record.article.id)
            && link.key != but
            && !found.iter().any(|known| known.key == link.key)
        {
            found.push(link);
        }
    }
    Ok(found)
}

/// Whether a link asks for an address.
fn asks(link: &Link, key: &str) -> bool {
    Url::parse(&link.url).is_ok_and(|url| twin::alike(&self::key(&url), key))
}

/// The link by which an address of an article is asked.
pub async fn link_to(
    ledger: &Ledger<'_>,
    record: &Record,
    key: &str,
) -> Result<Option<Link>, Error> {
    Ok(links(ledger, record, "").await?.into_iter().find(|link| asks(link, key)))
}

/// Whether a link of an article left its list or is dead, or it has none.
pub async fn is_away(ledger: &Ledger<'_>, record: &Record) -> Result<bool, Error> {
    let links = links(ledger, record, "").await?;
    Ok(links.is_empty() || links.iter().any(|link| link.left.is_some() || is_dead(link)))
}

/// Whose the addresses and marks of a record are once it is written, as far as that is news. One
/// that ends has none.
pub async fn found_by(
    ledger: &mut Ledger<'_>,
    record: &Record,
) -> Result<Vec<(String, Uuid)>, Error> {
    if let RecordState::Joined(_) = record.state {
        return Ok(Vec::new());
    }
    let (id, keys, marks) = (record.article.id, keys(record), marks(record));
    ledger
        .look_ahead(
            keys.iter().cloned().chain(marks.iter().map(|mark| mark.key().to_owned())).collect(),
        )
        .await?;
    let mut news = Vec::new();
    for key in keys {
        if ledger.find(&key).await? != Some(id) {
            news.push((key, id));
        }
    }
    for mark in marks {
        let known = ledger.find(mark.key()).await?;
        let owner = match known {
            Some(nobody) if nobody.is_nil() => continue,
            Some(owner) => ledger.record(owner).await?,
            None => None,
        };
        let owner = mark.owner(owner.as_deref(), record);
        if known != Some(owner) {
            news.push((mark.key().to_owned(), owner));
        }
    }
    Ok(news)
}

/// An id that no other article of the site has: the address's own, unless an address was given to
/// another article since.
pub async fn unused(ledger: &Ledger<'_>, id: Uuid) -> Result<Uuid, Error> {
    let mut id = id;
    while ledger.record(id).await?.is_some() {
        id = Uuid::new_v5(&id, b"again");
    }
    Ok(id)
}
