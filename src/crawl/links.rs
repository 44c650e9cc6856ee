//! Links of a listing's page: which are known, which are known ones by another address, which are
//! new, and which lead to others.

use std::collections::{BTreeSet, HashSet};

use url::Url;
use uuid::Uuid;

use super::identity;
use super::version::listed;
use super::visit::Visit;
use super::{Error, Event, SectionReport};
use crate::domain::{Abroad, Bound, Link, LinkState, Listing, Record, Section, Teaser};
use crate::normalize::{self, twin, url::key};

/// Most hosts of others that are named.
const HOSTS: usize = 3;
/// Articles that show a parameter to be idle before it is taken for idle in addresses of others.
const SURE: usize = 2;

/// What a page of a listing brought.
#[derive(Default)]
pub(super) struct Found {
    /// Links never seen before, in the page's order: they are read.
    pub new: Vec<Link>,
    /// Known links whose teaser changed.
    pub changed: Vec<Link>,
    /// Keys of all links.
    pub keys: Vec<String>,
    /// Keys of those that had left the list.
    pub back: Vec<String>,
    /// Keys of those that stood in no listing of an earlier visit.
    pub unknown: Vec<String>,
    /// Links to hosts of others.
    pub abroad: Option<Abroad>,
}

/// One link as its page names it.
struct Named<'a> {
    teaser: &'a Teaser,
    url: Url,
    key: String,
}

impl Named<'_> {
    /// Digest of what is said of it, as of the link of that key.
    fn digest(&self, key: &str) -> u64 {
        normalize::teaser_digest(self.teaser, key)
    }

    /// What is said of it, as far as that is kept.
    fn told(&self) -> Option<Box<Teaser>> {
        let brief = self.teaser.brief()?;
        Some(Box::new(Teaser { url: self.url.to_string(), ..brief }))
    }
}

/// A page of a listing and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub section: &'a Section,
    pub listing: &'a Listing,
    /// Its address.
    pub via: &'a str,
    /// Its number, from 1.
    pub page: u32,
    /// Keys of the links that stood in its place at the last visit, if that is known.
    pub before: &'a [String],
}

impl Visit<'_> {
    /// Sorts a page's links into new, changed and known ones; known articles learn of the section.
    pub(super) async fn links(
        &mut self,
        sheet: Sheet<'_>,
        report: &mut SectionReport,
    ) -> Result<Found, Error> {
        let (names, abroad) = self.named(sheet);
        let mut found = Found { abroad, ..Found::default() };
        let mut once = HashSet::new();
        for (named, known) in names.iter().zip(self.known(sheet, &names).await?) {
            let key = known.as_ref().map_or(&named.key, |link| &link.key).clone();
            if once.insert(key.clone()) {
                found.back.extend(
                    known.iter().filter(|link| link.left.is_some()).map(|link| link.key.clone()),
                );
                self.link(sheet, named, known, &mut found).await?;
                if self.unknown.contains(&key) {
                    found.unknown.push(key.clone());
                }
                found.keys.push(key);
            }
        }
        report.pages += 1;
        report.links += found.keys.len();
        report.new += found.new.len();
        let elsewhere = found.abroad.as_ref().map_or(0, |abroad| abroad.links);
        report.abroad += elsewhere;
        let (links, new) = (found.keys.len(), found.new.len());
        self.crawl.tell(
            &self.site.id,
            Event::Listed {
                section: sheet.section.id.clone(),
                page: sheet.page,
                links,
                new,
                abroad: elsewhere,
            },
        );
        Ok(found)
    }

    /// The links to the site's own hosts, each once, and what is to be told of the others.
    fn named<'a>(&self, sheet: Sheet<'a>) -> (Vec<Named<'a>>, Option<Abroad>) {
        let most = self.bounds.links;
        if sheet.listing.teasers.len() > most {
            self.crawl.hit(&self.site.id, sheet.via, Bound::Links);
        }
        let (mut names, mut abroad, mut once) = (Vec::new(), Abroad::default(), HashSet::new());
        for teaser in sheet.listing.teasers.iter().take(most) {
            let url = Url::parse(&teaser.url).ok();
            let Some(url) = url.as_ref().filter(|url| self.site.owns(url)) else {
                abroad.links += 1;
                let host = url.as_ref().and_then(host).unwrap_or_else(|| "no host".to_owned());
                if !abroad.hosts.contains(&host) && abroad.hosts.len() < HOSTS {
                    abroad.hosts.push(host);
                }
                continue;
            };
            let url = normalize::url::clean(url);
            let key = key(&url);
            if once.insert(key.clone()) {
                names.push(Named { teaser, url, key });
            }
        }
        abroad.all = names.is_empty();
        (names, Some(abroad).filter(|abroad| abroad.links > 0))
    }

    /// The known link that each one is: by its address, else as another address of an article or
    /// page whose link stood here.
    async fn known(
        &mut self,
        sheet: Sheet<'_>,
        names: &[Named<'_>],
    ) -> Result<Vec<Option<Link>>, Error> {
        self.ledger.look_at(names.iter().map(|named| named.key.clone()).collect()).await?;
        let mut known = Vec::new();
        for named in names {
            known.push(self.ledger.link_at(&named.key).await?);
        }
        // A site that is read for the first time has no other addresses yet.
        let another = self.state.visits > 1;
        let unknown = names.iter().zip(&known).filter(|(_, known)| known.is_none());
        self.ledger
            .look_ahead(
                unknown.flat_map(|(named, _)| identity::looked_up(&named.key, another)).collect(),
            )
            .await?;
        let mut taken: HashSet<String> =
            known.iter().flatten().map(|link| link.key.clone()).collect();
        let mut owners = Vec::new();
        for (named, known) in names.iter().zip(&known) {
            let found = match known {
                Some(_) => Vec::new(),
                None => identity::candidates(&self.ledger, &named.key, another).await?,
            };
            found.iter().for_each(|record| self.note_idle(record));
            owners.push(found);
        }
        for ((named, known), owners) in names.iter().zip(&mut known).zip(owners) {
            for record in owners {
                if known.is_none() {
                    *known = self.link_of(sheet, named, &record, &taken).await?;
                }
            }
            if known.is_none() {
                *known = self.other_page(sheet, named, &taken).await?;
            }
            taken.extend(known.as_ref().map(|link| link.key.clone()));
        }
        self.ledger.look_away();
        Ok(known)
    }

    /// The link of an article that a link of another address is, if its address says so.
    async fn link_of(
        &self,
        sheet: Sheet<'_>,
        named: &Named<'_>,
        record: &Record,
        taken: &HashSet<String>,
    ) -> Result<Option<Link>, Error> {
        let keys = identity::keys(record);
        let is_address = keys.iter().any(|key| twin::alike(key, &named.key));
        let own = twin::idle(&keys, record.article.item.as_deref());
        let says = is_address || identity::differs_in(&keys, &named.key, &own);
        let others = twin::counted(&keys, record.article.item.as_deref());
        let shared = self.shared_idle().difference(&others).cloned().chain(own).collect();
        let likely = identity::differs_in(&keys, &named.key, &shared);
        for key in keys {
            if taken.contains(&key) {
                continue;
            }
            if let Some(link) = self.ledger.link(&key).await?
                && link.state == LinkState::Article(record.article.id)
                && link.sections.contains(&sheet.section.id)
                && (says || likely && link.teaser == named.digest(&link.key))
            {
                return Ok(Some(link));
            }
        }
        // What its teaser was is not known: so it is read now, and known from then on.
        let state = LinkState::Article(record.article.id);
        Ok(is_address.then(|| self.new_link(sheet, named, 0, state)))
    }

    /// The link to a page that is no article which a link of another address is: one that stood
    /// here and differs from it in what is idle.
    async fn other_page(
        &self,
        sheet: Sheet<'_>,
        named: &Named<'_>,
        taken: &HashSet<String>,
    ) -> Result<Option<Link>, Error> {
        let idle = self.shared_idle();
        for key in sheet.before.iter().filter(|key| !idle.is_empty() && !taken.contains(*key)) {
            if identity::differs_in(std::slice::from_ref(key), &named.key, &idle)
                && let Some(link) = self.ledger.link(key).await?
                && link.teaser == named.digest(&link.key)
                && !matches!(link.state, LinkState::Article(_))
            {
                return Ok(Some(link));
            }
        }
        Ok(None)
    }

    /// Notes which parameters an article shows to be idle.
    pub(super) fn note_idle(&mut self, record: &Record) {
        for name in twin::idle(&identity::keys(record), record.article.item.as_deref()) {
            self.idle.entry(name).or_default().insert(record.article.id);
        }
    }

    /// The parameters that several articles show to be idle.
    fn shared_idle(&self) -> BTreeSet<String> {
        self.idle
            .iter()
            .filter(|(_, articles)| articles.len() >= SURE)
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// One link of a listing.
    async fn link(
        &mut self,
        sheet: Sheet<'_>,
        named: &Named<'_>,
        known: Option<Link>,
        found: &mut Found,
    ) -> Result<(), Error> {
        let Some(mut link) = known else {
            let teaser = named.digest(&named.key);
            let link = self.new_link(sheet, named, teaser, LinkState::Unread);
            self.ledger.note(link.clone());
            self.unknown.insert(link.key.clone());
            found.new.push(link);
            return Ok(());
        };
        let digest = named.digest(&link.key);
        let changed = link.teaser != digest;
        // A lead is no part of the digest: what counts in it would have the link written each time.
        let told = (changed || link.told.is_none()).then(|| named.told()).flatten();
        let spread = !link.sections.contains(&sheet.section.id);
        let moved = link.url != named.url.as_str();
        link.teaser = digest;
        let before = std::mem::replace(&mut link.url, named.url.to_string());
        if let (LinkState::Article(id), true) = (&link.state, moved) {
            self.link_moved(*id, &before, &named.url).await?;
        }
        if spread {
            link.sections.push(sheet.section.id.clone());
            self.spread.insert(link.key.clone());
            self.spread(&link).await?;
        }
        let again = changed && matches!(link.state, LinkState::Article(_) | LinkState::NoArticle);
        if again {
            // Should the visit end before it is read, the next one reads it.
            link.due = Some(self.crawl.now());
        }
        let tells = told.is_some();
        if changed || tells {
            link.told = told;
        }
        if changed || spread || moved || tells {
            self.ledger.note(link.clone());
        }
        if again {
            found.changed.push(link);
        }
        Ok(())
    }

    /// The address of an article's link is another now. One that differs in parameters alone, as
    /// with each visit's tokens, says nothing of the one by which the article is called, unless it
    /// was that.
    async fn link_moved(&mut self, id: Uuid, before: &str, now: &Url) -> Result<(), Error> {
        let Ok(before) = Url::parse(before).map(|url| key(&url)) else { return Ok(()) };
        let moved = twin::differing(&before, &key(now)).is_none();
        let called = match moved {
            true => true,
            false => identity::living(&self.ledger, id)
                .await?
                .is_some_and(|known| identity::keys(&known).first() == Some(&before)),
        };
        if called {
            self.formers.insert(id);
        }
        Ok(())
    }

    /// A known article is listed by a further section.
    async fn spread(&mut self, link: &Link) -> Result<(), Error> {
        let LinkState::Article(id) = link.state else { return Ok(()) };
        let Some(record) = identity::living(&self.ledger, id).await? else { return Ok(()) };
        let mut record = (*record).clone();
        let before = record.sections.len();
        for section in &link.sections {
            if !record.sections.contains(section) {
                record.sections.push(section.clone());
            }
        }
        if record.sections.len() == before {
            return Ok(());
        }
        record.listed = Some(listed(link));
        self.record(record).await
    }

    /// A link that was not known, as a page names it.
    fn new_link(&self, sheet: Sheet<'_>, named: &Named<'_>, teaser: u64, state: LinkState) -> Link {
        Link {
            key: named.key.clone(),
            url: named.url.to_string(),
            state,
            sections: vec![sheet.section.id.clone()],
            via: sheet.via.to_owned(),
            teaser,
            told: named.told(),
            ..Link::of(self.site.id.clone())
        }
    }
}

/// The host of an address, with a port that is not the usual one.
fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}
