//! Articles that turn out to be one, or two, or to stand elsewhere (CONTRACT section 3): each by records, so that a rebuilt store knows it.

use std::sync::Arc;

use url::Url;

use super::identity::{self, ALIASES, Addresses};
use super::visit::Visit;
use super::{Error, frontier};
use crate::domain::time::micros;
use crate::domain::{Record, RecordState, Target, TargetState};
use crate::fetch::Ask;
use crate::normalize::{twin, url::key};

impl Visit<'_> {
    /// Makes one article of two. The one with the older id lives on, to be written by the caller; the other ends.
    pub(super) async fn join(&mut self, one: Record, other: Arc<Record>) -> Result<Record, Error> {
        let other = (*other).clone();
        let (mut keeps, mut ends) = if one.seq <= other.seq { (one, other) } else { (other, one) };
        tracing::info!(
            source.id = %self.site.id, article.id = %keeps.urn(), other = %ends.urn(), page.url = keeps.article.url,
            "two articles turned out to be one"
        );
        for mut link in identity::links(&self.ledger, &ends, "").await? {
            link.state = TargetState::Article(keeps.article.id);
            self.ledger.note(link);
        }
        let claimed = identity::canonical_key(&ends);
        let met = |address: &&String| Url::parse(address).is_ok_and(|url| Some(key(&url)) != claimed);
        let addresses: Vec<String> = [&ends.article.url].into_iter().chain(&ends.aliases).filter(met).cloned().collect();
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
    pub(super) async fn part(&mut self, known: &Record, addresses: &Addresses) -> Result<(), Error> {
        let mut rest = known.clone();
        let gone = addresses.met();
        let is_gone = |address: &str| Url::parse(address).is_ok_and(|url| gone.iter().any(|gone| twin::alike(&key(gone), &key(&url))));
        rest.aliases.retain(|alias| !is_gone(alias));
        let claims_url =
            addresses.claimed().is_some_and(|claimed| Url::parse(&rest.article.url).is_ok_and(|url| key(&url) == key(claimed)));
        if (is_gone(&rest.article.url) || claims_url) && !rest.aliases.is_empty() {
            rest.article.url = rest.aliases.remove(0);
            rest.updated = self.ledger.next_updated(micros(self.crawl.now()), Some(rest.updated));
        }
        tracing::info!(source.id = %self.site.id, article.id = %rest.urn(), page.url = %addresses.answered, "a page that was taken for this article is another one");
        if rest == *known { Ok(()) } else { self.record(rest).await }
    }

    /// A canonical link that two articles share names neither: the one that is called by it is called by its own address.
    pub(super) async fn contest(&mut self, owner: &Record, addresses: &Addresses) -> Result<(), Error> {
        let Some(claimed) = addresses.claimed().map(key) else { return Ok(()) };
        let is_called = Url::parse(&owner.article.url).is_ok_and(|url| key(&url) == claimed);
        if !is_called || owner.aliases.is_empty() {
            return Ok(());
        }
        let mut owner = owner.clone();
        owner.article.url = owner.aliases.remove(0);
        owner.updated = self.ledger.next_updated(micros(self.crawl.now()), Some(owner.updated));
        self.record(owner).await
    }

    /// Where an article stands now, if its address no longer answers by itself: among living ones the first stays.
    pub(super) async fn moved(&self, record: &Record, addresses: &Addresses) -> Result<Option<Url>, Error> {
        let answered = key(&addresses.answered);
        let Ok(url) = Url::parse(&record.article.url) else { return Ok(Some(addresses.answered.clone())) };
        let own = key(&url);
        if twin::alike(&own, &answered) {
            return Ok(None);
        }
        // What answers by other capitals goes the same way.
        let redirects = addresses.is_redirect() && twin::alike(&own.to_lowercase(), &key(&addresses.asked).to_lowercase());
        let named = identity::canonical_key(record).is_some_and(|claimed| twin::alike(&claimed, &answered));
        let holds = named && addresses.claimed().is_none();
        let is_dead = identity::link_to(&self.ledger, record, &own).await?.is_some_and(|link| frontier::is_dead(&link));
        // What a page called itself and calls itself no more was never seen to answer.
        let was_claimed = identity::canonical_key(record).is_some_and(|claimed| twin::alike(&claimed, &own));
        let is_disowned = was_claimed && addresses.claimed().is_some_and(|claimed| !twin::alike(&key(claimed), &own));
        let leaves = redirects || holds || is_dead || is_disowned || !self.site.owns(&url);
        Ok(leaves.then(|| addresses.answered.clone()))
    }

    /// A link of an article is dead. What says the same at another address is the same article, and it is called by an address that answers:
    /// by one that did in this visit, else others that it has are asked.
    pub(super) async fn bereave(&mut self, target: &Target) -> Result<(), Error> {
        let TargetState::Article(id) = target.state else { return Ok(()) };
        let Some(known) = identity::living(&self.ledger, id).await? else { return Ok(()) };
        let mut record = (*known).clone();
        let twin = identity::twin_of(&self.ledger, &known).await?;
        let joins = twin.is_some();
        if let Some(twin) = twin {
            record = self.join(record, twin).await?;
        }
        let now = self.crawl.now();
        let mut moves = false;
        for mut link in identity::links(&self.ledger, &record, &target.key).await? {
            let answered = self.asked_for.contains(&(link.key.clone(), false));
            match Url::parse(&link.url) {
                _ if frontier::is_dead(&link) => {}
                Ok(url) if answered && Url::parse(&target.url).is_ok_and(|dead| is_called(&record, &dead)) => {
                    call(&mut record, url);
                    moves = true;
                }
                _ if answered || link.due.is_some_and(|due| due <= now) => {}
                _ => {
                    link.due = Some(now);
                    self.ledger.note(link);
                }
            }
        }
        if moves {
            record.updated = self.ledger.next_updated(micros(now), Some(record.updated));
        }
        if joins || moves { self.record(record).await } else { Ok(()) }
    }

    /// Asks once for the address by which an article is called, when its list names it by another: it may be dead.
    pub(super) async fn formers(&mut self) -> Result<(), Error> {
        for (id, before, now) in std::mem::take(&mut self.formers) {
            let (Some(known), Ok(url), Ok(stands)) = (identity::living(&self.ledger, id).await?, Url::parse(&before), Url::parse(&now))
            else {
                continue;
            };
            if self.ended() || !is_called(&known, &url) || is_called(&known, &stands) {
                continue;
            }
            self.ledger.check_lease().await?;
            let ask = Ask { url: url.clone(), form: None, validators: Default::default(), patience: self.patience(), known: None };
            let Some(Ok(answer)) = self.ask(ask).await else { continue };
            self.keep_misfits(&answer.exchanges).await?;
            let sends_on = !twin::alike(&key(&answer.url), &key(&url));
            if sends_on || matches!(answer.status, 404 | 410) {
                let mut record = (*known).clone();
                call(&mut record, stands);
                record.updated = self.ledger.next_updated(micros(self.crawl.now()), Some(record.updated));
                self.record(record).await?;
            }
        }
        Ok(())
    }

    /// Pages that could be told apart only after others were read.
    pub(super) async fn doubtful(&mut self) -> Result<(), Error> {
        self.sure = true;
        while let Some((target, id)) = self.doubts.pop() {
            if let Some(record) = identity::living(&self.ledger, id).await? {
                for link in identity::links(&self.ledger, &record, &target.key).await? {
                    self.read(link, false).await?;
                }
            }
            // What was not modified says nothing.
            self.read(Target { validators: Default::default(), ..target }, true).await?;
        }
        Ok(())
    }

    /// Tells of a page that cannot be told yet.
    pub(super) fn doubt(&mut self, target: Target, record: &Record) {
        // It is read, and counted, again.
        self.articles -= 1;
        self.report.pages -= 1;
        self.doubts.push((target, record.article.id));
    }
}

/// Whether an article is called by an address.
fn is_called(record: &Record, url: &Url) -> bool {
    Url::parse(&record.article.url).is_ok_and(|called| twin::alike(&key(&called), &key(url)))
}

/// Calls an article by another address; the one of before is one of its others.
pub(super) fn call(record: &mut Record, url: Url) {
    let it = key(&url);
    let claimed = identity::canonical_key(record);
    record.aliases.retain(|alias| Url::parse(alias).is_ok_and(|alias| key(&alias) != it));
    let before = std::mem::replace(&mut record.article.url, url.into());
    if Url::parse(&before).is_ok_and(|url| Some(key(&url)) != claimed) {
        add_alias(record, before);
    }
}

fn add_alias(record: &mut Record, address: String) {
    let Ok(it) = Url::parse(&address).map(|url| key(&url)) else { return };
    if record.aliases.len() < ALIASES && !identity::keys(record).iter().any(|key| twin::alike(key, &it)) {
        record.aliases.push(address);
    }
}
