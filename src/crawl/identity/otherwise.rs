//! Known articles that a page may be of, and whose stored version reads otherwise.

use std::sync::Arc;

use uuid::Uuid;

use super::address::Mark;
use super::owner::{by_item, living, owner};
use super::verdict::Page;
use crate::crawl::Error;
use crate::crawl::ledger::Ledger;
use crate::domain::{LinkState, Record};
use crate::normalize::url::key;

/// Most of them.
const MOST: usize = 4;

/// The known articles that a page may be of by its link, its addresses or its item id, the
/// likeliest first; none if one of them reads as the page does.
pub async fn otherwise(ledger: &Ledger<'_>, page: Page<'_>) -> Result<Vec<Arc<Record>>, Error> {
    let mut found = Vec::new();
    if let LinkState::Article(id) = page.link.state {
        found.extend(living(ledger, id).await?);
    }
    let reads_so = |record: &Arc<Record>| record.article.digest == page.article.digest;
    if found.iter().any(reads_so) {
        return Ok(Vec::new());
    }
    if found.is_empty() || page.addresses.is_redirect() {
        found.extend(met(ledger, page).await?);
    }
    if let (true, Some(item)) = (found.is_empty(), &page.article.item) {
        found.extend(by_item(ledger, item).await?);
    }
    if found.iter().any(reads_so) {
        return Ok(Vec::new());
    }
    let mut once: Vec<Uuid> = Vec::new();
    found.retain(|record| {
        let new = !once.contains(&record.article.id);
        once.push(record.article.id);
        new
    });
    found.truncate(MOST);
    Ok(found)
}

/// The articles of the addresses under which a page was met, and of those that claim them.
async fn met(ledger: &Ledger<'_>, page: Page<'_>) -> Result<Vec<Arc<Record>>, Error> {
    let mut found = Vec::new();
    let claimed = page.addresses.claimed().cloned();
    for url in page.addresses.met().into_iter().chain(claimed) {
        let key = key(&url);
        found.extend(owner(ledger, &key).await?);
        let claims = ledger.find(Mark::claim(&key).key()).await?;
        if let Some(id) = claims.filter(|id| !id.is_nil()) {
            found.extend(living(ledger, id).await?);
        }
    }
    Ok(found)
}
