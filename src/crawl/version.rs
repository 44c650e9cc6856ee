//! The record of an article: its first version, its next ones, the addresses and links by which it
//! is known.

use std::sync::Arc;

use url::Url;

use super::fetched::Fetched;
use super::identity::{self, Addresses};
use super::join::call;
use super::visit::Visit;
use super::{Error, Event, frontier};
use crate::domain::time::micros;
use crate::domain::{Article, Habits, Lesson, Link, LinkState, Listed, Place, Record, RecordState};
use crate::normalize::{self, twin};

/// A page that was read as an article.
pub(super) struct ReadPage<'a> {
    pub article: Article,
    /// The known article that it says nothing new of, where it reads otherwise.
    pub standing: Option<Standing>,
    /// The addresses under which it was met.
    pub addresses: &'a Addresses,
    /// The profile that read it, with its version.
    pub profile: String,
    pub response: &'a Fetched,
    /// What it brings to what is known of the site's pages.
    pub lesson: Lesson,
    /// What was known of them when it was read.
    pub habits: Arc<Habits>,
}

/// A known article that a page says nothing new of, though it reads otherwise.
pub(super) struct Standing {
    /// Its latest record.
    pub record: Arc<Record>,
    /// What the capture of its version says, if that was read just now.
    pub reading: Option<Article>,
    /// Whether the link's page was known to say what that capture does.
    pub was_same: bool,
}

impl ReadPage<'_> {
    /// What it says in the words of a version that it says nothing new of, else as it was read.
    pub(super) fn told(&self) -> &Article {
        self.standing.as_ref().map_or(&self.article, |standing| &standing.record.article)
    }
}

impl Visit<'_> {
    /// An article under the address that answered; its canonical link, if it is believed, makes its
    /// id, whichever address is met first.
    pub(super) fn called(
        &self,
        article: Article,
        addresses: &Addresses,
        believed: bool,
    ) -> Article {
        let Some(url) =
            addresses.met().into_iter().next().filter(|_| addresses.claimed().is_some())
        else {
            return article;
        };
        let id = if believed { article.id } else { normalize::id(self.site.id.as_str(), &url) };
        Article { id, url: url.into(), ..article }
    }

    /// The page of a known article: a new version if it says something new. `others` are the same
    /// article.
    pub(super) async fn version(
        &mut self,
        link: &mut Link,
        known: Arc<Record>,
        others: Vec<Arc<Record>>,
        page: ReadPage<'_>,
    ) -> Result<Record, Error> {
        let ReadPage { addresses, response, .. } = &page;
        let mut record = (*known).clone();
        let joins = !others.is_empty();
        for other in others {
            record = self.join(record, other).await?;
        }
        let moved = self.moved(&record, addresses).await?;
        let is_new = link.state != LinkState::Article(record.article.id);
        self.joined(link, &record).await?;
        let said = self.said(link, &record, &page).await;
        let moves = moved.is_some();
        if let Some(url) = moved {
            call(&mut record, url);
        }
        let grown = self.grow(&mut record, addresses, link);
        self.note_idle(&record);
        let says_more = record.article.digest != page.told().digest;
        if says_more {
            let place = self.capture(link, response, said).await?;
            link.instead = None;
            self.next_version(&mut record, page, place);
        } else {
            self.report.unchanged += 1;
            self.capture_news(link, response, said).await?;
            if moves {
                record.updated =
                    self.ledger.next_updated(micros(self.crawl.now()), Some(record.updated));
            }
        }
        if says_more || joins || grown || moves {
            self.write(record.clone(), link).await?;
        }
        if is_new {
            self.formers.insert(record.article.id);
        }
        Ok(record)
    }

    /// Another rendering of an article whose own page is read: a link and an address of it, and
    /// nothing more.
    pub(super) async fn shown(
        &mut self,
        mut link: Link,
        known: &Record,
        page: &ReadPage<'_>,
    ) -> Result<(), Error> {
        let said = normalize::said(&page.article, &page.response.url);
        self.report.unchanged += 1;
        self.capture_news(&mut link, page.response, said).await?;
        let mut record = known.clone();
        if self.grow(&mut record, page.addresses, &link) {
            self.write(record, &link).await?;
        }
        link.state = LinkState::Article(known.article.id);
        (link.failures, link.why) = (0, None);
        link.due = frontier::leaving(&mut link, self.crawl.now());
        self.ledger.note(link);
        Ok(())
    }

    /// The first version of a new article, captured at `place`.
    pub(super) async fn first_version(
        &mut self,
        link: &Link,
        page: ReadPage<'_>,
        place: Place,
    ) -> Result<Record, Error> {
        let ReadPage { mut article, addresses, profile, lesson, .. } = page;
        article.id = identity::unused(&self.ledger, article.id).await?;
        self.report.new += 1;
        self.crawl.counters.articles_new.inc();
        self.crawl.tell(
            &self.site.id,
            Event::Found { title: article.title.clone(), section: link.sections.first().cloned() },
        );
        let record = Record {
            site: self.site.id.clone(),
            version: 1,
            seq: self.ledger.next_seq(),
            first_seen: place.time,
            updated: self.ledger.next_updated(place.time, None),
            sections: link.sections.clone(),
            via: Some(link.via.clone()).filter(|via| !via.is_empty()),
            aliases: addresses
                .met()
                .into_iter()
                .map(String::from)
                .filter(|alias| *alias != article.url)
                .collect(),
            canonical: addresses.claimed().map(Url::to_string),
            capture: place,
            profile,
            state: RecordState::Live,
            listed: None,
            article,
        };
        self.learn(&record.capture, &lesson).await?;
        self.write(record.clone(), link).await?;
        Ok(record)
    }

    /// Makes a record say what its page, captured at `place`, says now.
    fn next_version(&mut self, record: &mut Record, page: ReadPage<'_>, place: Place) {
        let ReadPage { mut article, profile, .. } = page;
        article.id = record.article.id;
        article.url = record.article.url.clone();
        record.article = article;
        record.version += 1;
        record.updated = self.ledger.next_updated(place.time, Some(record.updated));
        record.capture = place;
        record.profile = profile;
        self.report.edited += 1;
        self.crawl.counters.versions_new.inc();
        self.crawl.tell(
            &self.site.id,
            Event::Edited { title: record.article.title.clone(), version: record.version },
        );
    }

    /// Adds addresses and sections that the record lacks; whether there were any. An address that
    /// says nothing of how the article is known, since it differs from its others in idle
    /// parameters, is none of them. What its page claims is noted once.
    pub(super) fn grow(&self, record: &mut Record, addresses: &Addresses, link: &Link) -> bool {
        let before = (record.aliases.len(), record.sections.len(), record.canonical.is_some());
        let at_home = Url::parse(&record.article.url)
            .is_ok_and(|url| normalize::url::key(&url) == normalize::url::key(&addresses.answered));
        if at_home && record.canonical.is_none() {
            record.canonical = addresses.claimed().map(Url::to_string);
        }
        for url in addresses.met() {
            let (it, keys) = (normalize::url::key(&url), identity::keys(record));
            let says_nothing = it != link.key
                && identity::differs_in(
                    &keys,
                    &it,
                    &twin::idle(&keys, record.article.item.as_deref()),
                );
            if record.aliases.len() < identity::ALIASES
                && !says_nothing
                && !keys.iter().any(|key| twin::alike(key, &it))
            {
                record.aliases.push(url.to_string());
            }
        }
        for section in &link.sections {
            if !record.sections.contains(section) {
                record.sections.push(section.clone());
            }
        }
        before != (record.aliases.len(), record.sections.len(), record.canonical.is_some())
    }

    /// A link that turned out as another address of a known article takes the place of the one that
    /// left the list for it, so that an article has as many links as lists have it.
    async fn joined(&mut self, link: &mut Link, record: &Record) -> Result<(), Error> {
        let shares =
            |other: &Link| other.sections.iter().any(|section| link.sections.contains(section));
        let others = identity::links(&self.ledger, record, &link.key).await?;
        let is_new = link.state != LinkState::Article(record.article.id);
        if let Some(other) =
            others.into_iter().find(|other| is_new && other.left.is_some() && shares(other))
        {
            self.ledger.forget(&link.key);
            self.asked_for.insert((other.key.clone(), false));
            *link = Link {
                key: other.key,
                teaser: other.teaser,
                said: other.said,
                left: None,
                ..link.clone()
            };
            for section in other.sections {
                if !link.sections.contains(&section) {
                    link.sections.push(section);
                }
            }
        }
        Ok(())
    }

    /// Writes a record together with the link that led to it.
    pub(super) async fn write(&mut self, mut record: Record, link: &Link) -> Result<(), Error> {
        record.listed = Some(listed(link));
        self.record(record).await
    }

    /// Writes a record, findable by its addresses and marks.
    pub(super) async fn record(&mut self, record: Record) -> Result<(), Error> {
        let found_by = identity::found_by(&mut self.ledger, &record).await?;
        self.ledger.write(record, found_by).await
    }

    /// One link of an article is due by its age: the one that was read last.
    pub(super) async fn only_due(&mut self, link: &Link, record: &Record) -> Result<(), Error> {
        for mut other in identity::links(&self.ledger, record, &link.key).await? {
            let leaves = other.left.is_some_and(|left| left < frontier::LEAVING);
            if other.due.is_some() && !leaves {
                other.due = None;
                self.ledger.note(other);
            }
        }
        Ok(())
    }
}

/// A link as a record tells it: by the address that it is known by, if that is not the one of now.
pub(super) fn listed(link: &Link) -> Listed {
    let stands = Url::parse(&link.url).is_ok_and(|url| normalize::url::key(&url) == link.key);
    Listed { url: if stands { &link.url } else { &link.key }.clone(), teaser: link.teaser }
}
