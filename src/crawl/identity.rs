//! Which article a page is: known by an address, by redirect or canonical link, or by item id, title and body (CONTRACT section 3).

use std::sync::Arc;

use url::Url;
use uuid::Uuid;

use super::Error;
use super::ledger::Ledger;
use crate::domain::{Article, Draft, Record, Site, Target, TargetState};
use crate::normalize::{self, url::key};

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
    url.path() == "/" || it == key(&site.home) || site.sections.iter().any(|s| it == key(&s.url))
}

/// The article that this page is a version of, if it is known.
pub async fn known(ledger: &Ledger<'_>, target: &Target, keys: &[String], article: &Article) -> Result<Option<Arc<Record>>, Error> {
    for key in keys {
        if let Some(id) = ledger.find(key).await? {
            return ledger.record(id).await;
        }
    }
    if let TargetState::Article(id) = target.state {
        return ledger.record(id).await;
    }
    same_item(ledger, article).await
}

async fn same_item(ledger: &Ledger<'_>, article: &Article) -> Result<Option<Arc<Record>>, Error> {
    let Some(item) = &article.item else { return Ok(None) };
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

/// An id that no other article of the site has: the address's own, unless an address was given to another article since.
pub async fn unused(ledger: &Ledger<'_>, id: Uuid) -> Result<Uuid, Error> {
    let mut id = id;
    while ledger.record(id).await?.is_some() {
        id = Uuid::new_v5(&id, b"again");
    }
    Ok(id)
}
