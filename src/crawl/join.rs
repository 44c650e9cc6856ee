//! Articles that turn out to be one, or two, or to stand elsewhere (CONTRACT section 3): each by
//! records, so that a rebuilt store knows it.

use std::sync::Arc;

use url::Url;

use super::identity::{self, ALIASES, Addresses};
use super::visit::Visit;
use super::{Error, frontier};
use crate::domain::time::micros;
use crate::domain::{Link, LinkState, Record, RecordState};
use crate::fetch::Request;
use crate::normalize::{twin, url::key};

impl Visit<'_> {
    /// Makes one article of two. The one with the older id lives on, to be written by the caller;
    /// the other ends.
    pub(super) async fn join(&mut self, one: Record, other: Arc<Record>) -> Result<Record, Error> {
        let other = (*other).clone();
        let (mut keeps, mut ends) = if one.seq <= other.seq { (one, other) } else { (other, one) };
        tracing::info!(
            site.id = %self.site.id,
            article.id = %keeps.urn(),
            other = %ends.urn(),
            page.url = keeps.article.url,
            "two articles turned out to be one"
        );
        for mut link in identity::links(&self.ledger, &ends, "").await? {
            link.state = LinkState::Article(keeps.article.id);
            self.ledger.note(link);
        }
        let addresses: Vec<String> =
            [&ends.article.url].into_iter().chain(&ends.aliases).cloned().collect();
        addresses.into_iter().for_each(|address| add_alias(&mut keeps, address));
        for section in &ends.sections {
            if !keeps.sections.contains(section) {
                keeps.sections.push(section.clone());
            }
        }
        ends.state = RecordState::Joined(keeps.article.id);
        ends.updated = self.ledger.next_updated(micros(self.crawl.now()), Some(ends.updated));
        self.record(ends).await?;
        Ok(keeps)
    }

    /// Takes the addresses of a page away from the article that it was taken for.
    pub(super) async fn part(
        &mut self,
        known: &Record,
        addresses: &Addresses,
    ) -> Result<(), Error> {
        let mut rest = known.clone();
        let gone = addresses.met();
        let is_gone = |address: &str| {
            Url::parse(address)
                .is_ok_and(|url| gone.iter().any(|gone| twin::alike(&key(gone), &key(&url))))
        };
        rest.aliases.retain(|alias| !is_gone(alias));
        let claims_url = addresses.claimed().is_some_and(|claimed| {
            Url::parse(&rest.article.url).is_ok_and(|url| key(&url) == key(claimed))
        });
        if (is_gone(&rest.article.url) || claims_url) && !rest.aliases.is_empty() {
            rest.article.url = rest.aliases.remove(0);
            rest.updated = self.ledger.next_updated(micros(self.crawl.now()), Some(rest.updated));
        }
        tracing::info!(
            site.id = %self.site.id,
            article.id = %rest.urn(),
            page.url = %addresses.answered,
            "a page that was taken for this article is another one"
        );
        if rest == *known { Ok(()) } else { self.record(rest).await }
    }

    /// Where an article stands now, if its address no longer answers by itself: among living ones
    /// the first stays.
    pub(super) async fn moved(
        &self,
        record: &Record,
        addresses: &Addresses,
    ) -> Result<Option<Url>, Error> {
        let answered = key(&addresses.answered);
        let Ok(url) = Url::parse(&record.article.url) else {
            return Ok(Some(addresses.answered.clone()));
        };
        let own = key(&url);
        if twin::alike(&own, &answered) {
            return Ok(None);
        }
        // What answers by other capitals goes the same way.
        let redirects = addresses.is_redirect()
            && twin::alike(&own.to_lowercase(), &key(&addresses.asked).to_lowercase());
        let named =
            identity::canonical_key(record).is_some_and(|claimed| twin::alike(&claimed, &answered));
        let holds = named && addresses.claimed().is_none();
        let is_dead = identity::link_to(&self.ledger, record, &own)
            .await?
            .is_some_and(|link| frontier::is_dead(&link));
        let leaves = redirects || holds || is_dead || !self.site.owns(&url);
        Ok(leaves.then(|| addresses.answered.clone()))
    }

    /// A link of an article is dead. What says the same at another address is the same article, and
    /// it is called by an address that answers: by one that did in this visit, else others that it
    /// has are asked.
    pub(super) async fn bereave(&mut self, link: &Link) -> Result<(), Error> {
        let LinkState::Article(id) = link.state else { return Ok(()) };
        let Some(known) = identity::living(&self.ledger, id).await? else { return Ok(()) };
        let mut record = (*known).clone();
        let twin = identity::twin_of(&self.ledger, &known).await?;
        let joins = twin.is_some();
        if let Some(twin) = twin {
            record = self.join(record, twin).await?;
        }
        self.formers.insert(record.article.id);
        let now = self.crawl.now();
        for mut other in identity::links(&self.ledger, &record, &link.key).await? {
            let answered = self.asked_for.contains(&(other.key.clone(), false));
            if !answered && !frontier::is_dead(&other) && other.due.is_none_or(|due| due > now) {
                other.due = Some(now);
                self.ledger.note(other);
            }
        }
        if joins { self.record(record).await } else { Ok(()) }
    }

    /// Articles of which an address died, moved or came: those that are called by an address that
    /// no list names any more are asked for by it once, and if it is dead called by one that
    /// answered.
    pub(super) async fn formers(&mut self) -> Result<(), Error> {
        for id in std::mem::take(&mut self.formers) {
            let Some(known) = identity::living(&self.ledger, id).await? else { continue };
            let Ok(url) = Url::parse(&known.article.url) else { continue };
            let links = identity::links(&self.ledger, &known, "").await?;
            let answered = |link: &&Link| {
                self.asked_for.contains(&(link.key.clone(), false)) && !frontier::is_dead(link)
            };
            let Some(stands) =
                links.iter().find(answered).and_then(|link| Url::parse(&link.url).ok())
            else {
                continue;
            };
            let own = identity::link_to(&self.ledger, &known, &key(&url)).await?;
            let is_dead = match own {
                Some(link) => frontier::is_dead(&link),
                None if self.ended() => false,
                None => self.is_dead(&url).await?,
            };
            if is_dead {
                let mut record = (*known).clone();
                call(&mut record, stands);
                record.updated =
                    self.ledger.next_updated(micros(self.crawl.now()), Some(record.updated));
                self.record(record).await?;
            }
        }
        Ok(())
    }

    /// Whether an address does not answer by itself.
    async fn is_dead(&mut self, url: &Url) -> Result<bool, Error> {
        if !self.site.owns(url) {
            return Ok(true);
        }
        self.ledger.check_lease().await?;
        let request = Request {
            url: url.clone(),
            form: None,
            validators: Default::default(),
            max_wait: self.max_wait(),
            known: None,
        };
        let Some(Ok(response)) = self.request(request).await? else { return Ok(false) };
        self.keep_new(&response.exchanges).await?;
        Ok(!twin::alike(&key(&response.url), &key(url)) || matches!(response.status, 404 | 410))
    }

    /// Pages that could be told apart only after others were read.
    pub(super) async fn doubtful(&mut self) -> Result<(), Error> {
        self.sure = true;
        while let Some((link, id)) = self.doubts.pop() {
            if let Some(record) = identity::living(&self.ledger, id).await? {
                for other in identity::links(&self.ledger, &record, &link.key).await? {
                    self.read(other, false).await?;
                }
            }
            // What was not modified says nothing.
            self.read(Link { validators: Default::default(), ..link }, true).await?;
        }
        Ok(())
    }

    /// Tells of a page that cannot be told yet.
    pub(super) fn doubt(&mut self, link: Link, record: &Record) {
        // It is read, and counted, again.
        self.articles -= 1;
        self.report.pages -= 1;
        self.doubts.push((link, record.article.id));
    }
}

/// Calls an article by another address; the one of before is one of its others, and what its page
/// named is nothing that this one's does.
pub(super) fn call(record: &mut Record, url: Url) {
    let it = key(&url);
    record.aliases.retain(|alias| Url::parse(alias).is_ok_and(|alias| key(&alias) != it));
    let before = std::mem::replace(&mut record.article.url, url.into());
    record.canonical = None;
    add_alias(record, before);
}

fn add_alias(record: &mut Record, address: String) {
    let Ok(it) = Url::parse(&address).map(|url| key(&url)) else { return };
    if record.aliases.len() < ALIASES
        && !identity::keys(record).iter().any(|key| twin::alike(key, &it))
    {
        record.aliases.push(address);
    }
}
