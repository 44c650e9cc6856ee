//! What of an answer goes into the archive: all that says something new.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{MutexGuard, PoisonError};

use url::Url;

use super::fetched::Fetched;
use super::reading::said;
use super::seen_responses::{SeenResponse, SeenResponses};
use super::visit::Visit;
use super::{Crawl, Error};
use crate::domain::{Exchange, Link, Place, SiteId};
use crate::extract::View;
use crate::fetch::Response;

impl Crawl {
    pub(super) fn seen_responses(&self) -> MutexGuard<'_, SeenResponses> {
        self.seen_responses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit<'_> {
    /// Archives exchanges; the place of the last response.
    pub(super) async fn keep(&mut self, exchanges: &[Exchange]) -> Result<Place, Error> {
        self.stirred |= !exchanges.is_empty();
        self.ledger.lasts |= !exchanges.is_empty();
        let places = self.ledger.session.append_exchanges(exchanges.to_vec(), Vec::new()).await?;
        self.crawl.counters.records.add(2 * exchanges.len() as u64);
        Ok(places.into_iter().next_back().unwrap_or_default())
    }

    /// Archives the page of a link and remembers what it said.
    pub(super) async fn capture(
        &mut self,
        link: &mut Link,
        page: &Fetched,
        said: u128,
    ) -> Result<Place, Error> {
        let place = match &page.archived {
            Some(place) => place.clone(),
            None => self.keep(&page.exchanges).await?,
        };
        link.reread = None;
        if let before @ Some(_) = link.said.replace(said) {
            self.crawl.seen_responses().note(SeenResponse {
                site: &self.site.id,
                place: &link.key,
                before,
                said,
            });
        }
        Ok(place)
    }

    /// The same, unless it says what it said when it was last archived, or goes a way that was
    /// archived, as a wall that comes and goes.
    pub(super) async fn capture_news(
        &mut self,
        link: &mut Link,
        page: &Fetched,
        said: u128,
    ) -> Result<(), Error> {
        let seen_response =
            SeenResponse { site: &self.site.id, place: &link.key, before: link.said, said };
        if link.said == Some(said) || self.crawl.seen_responses().knows(seen_response) {
            return self.nothing_new(page).await;
        }
        self.capture(link, page, said).await.map(drop)
    }

    /// Archives what came in place of a section's listing, unless it came before.
    pub(super) async fn capture_other(
        &mut self,
        place: &str,
        response: &Response,
        said: u128,
    ) -> Result<(), Error> {
        let seen_response = SeenResponse { site: &self.site.id, place, before: None, said };
        if self.crawl.seen_responses().knows(seen_response) {
            return self.nothing_new(response).await;
        }
        self.ledger.check_lease().await?;
        self.keep(&response.exchanges).await?;
        self.crawl.seen_responses().note(seen_response);
        Ok(())
    }

    /// Archives those of the exchanges that led to no page which did not come before.
    pub(super) async fn keep_new(&mut self, exchanges: &[Exchange]) -> Result<(), Error> {
        let site = &self.site.id;
        let new: Vec<Exchange> = exchanges
            .iter()
            .filter(|exchange| !self.crawl.seen_responses().knows(seen_response(site, exchange)))
            .cloned()
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        self.ledger.check_lease().await?;
        self.keep(&new).await?;
        new.iter()
            .for_each(|exchange| self.crawl.seen_responses().note(seen_response(site, exchange)));
        Ok(())
    }

    /// A page that says nothing new is counted and not archived; what robots.txt said on the way to
    /// it is, if that is new.
    pub(super) async fn nothing_new(&mut self, response: &Response) -> Result<(), Error> {
        if response.status != 304 {
            self.crawl.counters.unchanged.inc();
        }
        let on_the_way: Vec<Exchange> =
            response.exchanges.iter().filter(|exchange| is_robots(exchange)).cloned().collect();
        self.keep_new(&on_the_way).await
    }

    /// What a page says that was not read to its end.
    pub(super) async fn said_unread(&self, response: &Response) -> u128 {
        let (reader, portal, page) =
            (self.crawl.reader.load_full(), self.site.portal.clone(), response.clone());
        let look = move || {
            let content_type = page.content_type.as_deref();
            reader.fingerprint(&View {
                body: &page.body,
                content_type,
                url: Some(&page.url),
                portal: portal.as_deref(),
                ..View::default()
            })
        };
        said(self.crawl.readers.run(response.body.len(), look).await.ok().flatten(), response)
    }
}

/// An exchange that nobody reads: it says what it is.
fn seen_response<'a>(site: &'a SiteId, exchange: &'a Exchange) -> SeenResponse<'a> {
    let mut hasher = DefaultHasher::new();
    (exchange.method, exchange.status, exchange.field("location"), &exchange.body)
        .hash(&mut hasher);
    SeenResponse { site, place: &exchange.url, before: None, said: hasher.finish().into() }
}

fn is_robots(exchange: &Exchange) -> bool {
    Url::parse(&exchange.url).is_ok_and(|url| url.path() == "/robots.txt")
}
