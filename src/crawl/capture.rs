//! What of an answer goes into the archive: all that says something new.

use std::sync::PoisonError;

use url::Url;

use super::Error;
use super::visit::Visit;
use crate::domain::{Exchange, Gist, Place, SectionId, Target};
use crate::fetch::Answer;

impl Visit<'_> {
    /// Archives exchanges; the place of the last response.
    pub(super) fn keep(&mut self, exchanges: &[Exchange]) -> Result<Place, Error> {
        self.stirred |= !exchanges.is_empty();
        self.ledger.lasts |= !exchanges.is_empty();
        let places = self.crawl.archive.append_exchanges(exchanges, &[])?;
        self.crawl.counters.records.add(2 * exchanges.len() as u64);
        Ok(places.into_iter().next_back().unwrap_or_default())
    }

    /// Archives the page of a link and remembers what it said.
    pub(super) fn capture(&mut self, target: &mut Target, answer: &Answer, said: u128) -> Result<Place, Error> {
        target.said = Some(said);
        self.keep(&answer.exchanges)
    }

    /// The same, unless it says what it said when it was last archived.
    pub(super) async fn capture_news(&mut self, target: &mut Target, answer: &Answer, said: u128) -> Result<(), Error> {
        if target.said == Some(said) {
            return self.nothing_new(answer).await;
        }
        self.capture(target, answer, said).map(drop)
    }

    /// Archives a page that came in place of a section's listing, unless it came before.
    pub(super) async fn capture_misfit(&mut self, section: &SectionId, answer: &Answer, said: u128) -> Result<(), Error> {
        let known = self.crawl.misfits.lock().unwrap_or_else(PoisonError::into_inner).insert((self.site.id.clone(), section.clone()), said);
        if known == Some(said) {
            return self.nothing_new(answer).await;
        }
        self.ledger.check_lease().await?;
        self.keep(&answer.exchanges).map(drop)
    }

    /// A page that says nothing new is counted and not archived; what was asked on the way to it is.
    pub(super) async fn nothing_new(&mut self, answer: &Answer) -> Result<(), Error> {
        if answer.status != 304 {
            self.crawl.counters.unchanged.inc();
        }
        let on_the_way: Vec<Exchange> = answer.exchanges.iter().filter(|exchange| is_robots(exchange)).cloned().collect();
        if !on_the_way.is_empty() {
            self.ledger.check_lease().await?;
            self.keep(&on_the_way)?;
        }
        Ok(())
    }
}

/// What a page says that is neither article nor listing: what it is but for tokens and numbers.
pub(super) fn said(gist: Option<Gist>, answer: &Answer) -> u128 {
    gist.map_or(answer.digest, |gist| gist.form)
}

fn is_robots(exchange: &Exchange) -> bool {
    Url::parse(&exchange.url).is_ok_and(|url| url.path() == "/robots.txt")
}
