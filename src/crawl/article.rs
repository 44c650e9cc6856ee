//! One article page: asked for, archived, read, and saved as what it is.

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::fetched::Fetched;
use super::frontier;
use super::identity::{self, Page, Verdict};
use super::outcome::Kind;
use super::reading::{Read, ReadArticle, no_page};
use super::reread::had;
use super::version::ReadPage;
use super::visit::Visit;
use super::{Error, Event};
use crate::domain::state::chain;
use crate::domain::{Habits, Link, LinkState, Place, Record, Why};
use crate::extract;
use crate::fetch::{self, Failure, Request, Response};
use crate::normalize;

/// Longest reason that is kept, in characters.
const WHY: usize = 300;

impl Visit<'_> {
    /// Reads the page of a link, once; what fails for now may be tried `again` at the end of the
    /// visit.
    pub(super) async fn read(&mut self, mut link: Link, again: bool) -> Result<(), Error> {
        // What is held back is looked at last.
        let held = link.state == LinkState::Held;
        if self.ended()
            || (held && !self.drift.decided)
            || !self.asked_for.insert((link.key.clone(), again))
        {
            return Ok(());
        }
        let Ok(url) = Url::parse(&link.url) else { return Ok(()) };
        self.stirred = true;
        self.ledger.check_lease().await?;
        if held {
            link.validators = Default::default();
        } else if let Some(page) = self.archived(&link).await {
            Box::pin(self.whole(link, page)).await?;
            return self.ledger.settle_if_due().await;
        } else {
            link.fetched = None;
        }
        let request = Request {
            url,
            form: None,
            validators: link.validators.clone(),
            max_wait: self.max_wait(),
            known: None,
        };
        let Some(outcome) = self.request(request).await? else { return Ok(()) };
        self.crawl.tell(&self.site.id, Event::Read);
        link.last_read = Some(self.crawl.now());
        match outcome {
            Ok(response) => self.answered(link, response, again).await?,
            Err(failure) => self.failed(link, failure, again).await?,
        }
        self.ledger.settle_if_due().await
    }

    async fn failed(&mut self, mut link: Link, failure: Failure, again: bool) -> Result<(), Error> {
        self.keep_new(&failure.exchanges).await?;
        match failure.error {
            fetch::Error::Barred | fetch::Error::Refused(_) => {
                self.report.barred += 1;
                let why = other(&chain(&failure.error));
                self.page_not_read(&link, &why, None);
                if !matches!(link.state, LinkState::Article(_)) {
                    link.state = LinkState::Barred;
                }
                self.left_out(&mut link, Kind::Barred, why);
                link.due = None;
                self.ledger.note(link);
            }
            fetch::Error::Paused { until, .. } => self.pause(until),
            error => {
                self.unread(link, other(&chain(&error)), again);
            }
        }
        Ok(())
    }

    /// Tells why, and when the page is asked for again, if that is known.
    fn page_not_read(&self, link: &Link, why: &Why, next_try: Option<Timestamp>) {
        tracing::info!(
            site.id = %self.site.id,
            page.url = %link.url,
            page.next_try = next_try.map(tracing::field::display),
            error = %why,
            "page not read"
        );
    }

    /// Remembers and tells why a page is no article.
    fn left_out(&mut self, link: &mut Link, kind: Kind, why: Why) {
        self.report.left_out.add(kind, &why.to_string(), &link.url);
        link.why = Some(why);
    }

    /// A page that could not be read now: once more at the end of the visit, then by back-off.
    fn unread(&mut self, link: Link, why: Why, again: bool) {
        if !again {
            self.page_not_read(&link, &why, None);
            self.retries.push(link);
            return;
        }
        self.failed_for_now(link, why);
    }

    /// A page that is left for now: it is tried again by back-off.
    fn failed_for_now(&mut self, mut link: Link, why: Why) {
        link.failures += 1;
        link.due = Some(frontier::back_off(link.failures, self.crawl.now(), rand::random()));
        self.page_not_read(&link, &why, link.due);
        self.failed = Some(format!("{}: {why}", link.url));
        self.report.failed += 1;
        self.left_out(&mut link, Kind::Failed, why);
        if !matches!(link.state, LinkState::Article(_)) {
            link.state = LinkState::Failed;
        }
        self.ledger.note(link);
    }

    async fn answered(
        &mut self,
        mut link: Link,
        response: Response,
        again: bool,
    ) -> Result<(), Error> {
        match response.status {
            304 => {
                self.report.unchanged += 1;
                self.nothing_new(&response).await?;
                self.rest(link, None).await
            }
            200..=299 => {
                link.validators = response.validators.clone();
                Box::pin(self.whole(link, response.into())).await
            }
            status @ (404 | 410) => {
                let said = self.said_unread(&response).await;
                self.capture_news(&mut link, &response.into(), said).await?;
                self.report.dead += 1;
                if !matches!(link.state, LinkState::Article(_)) {
                    link.state = LinkState::Dead(status);
                }
                self.dead(&mut link, Why::Status(status));
                self.bereave(&link).await?;
                self.ledger.note(link);
                Ok(())
            }
            status => {
                self.unread(link, Why::Status(status), again);
                Ok(())
            }
        }
    }

    /// A link whose article is not there any more is asked more and more seldom.
    fn dead(&mut self, link: &mut Link, why: Why) {
        link.failures += 1;
        link.due = Some(frontier::no_article(link.failures, self.crawl.now()));
        self.page_not_read(link, &why, link.due);
        self.left_out(link, Kind::Dead, why);
    }

    /// A page that came whole is read; one that was never read waits for others.
    pub(super) async fn whole(&mut self, link: Link, page: Fetched) -> Result<(), Error> {
        let habits = self.pages().await?.habits.clone();
        match self.reading(&page, &link, habits).await {
            Read::Article(read) if self.waits(&link) => self.wait(link, page, *read).await,
            read => self.conclude(link, page, read).await,
        }
    }

    /// A page that was read is saved as what it is, and archived unless it says what is known.
    pub(super) async fn conclude(
        &mut self,
        mut link: Link,
        mut page: Fetched,
        read: Read,
    ) -> Result<(), Error> {
        // Whatever it is, the next one is asked for.
        let was = link.fetched.take();
        if let Read::Article(read) = &read {
            self.note_known(&mut link, read, &mut page).await?;
        }
        let response = &page;
        match read {
            Read::Article(read) => self.article(link, *read, &mut page, was).await,
            Read::NoArticle(why, said) => {
                self.capture_news(&mut link, response, said).await?;
                // What left its list and has no blocks any more was taken down: that says nothing
                // of the others.
                if link.left.is_some() {
                    self.report.pages -= 1;
                } else {
                    self.drifted += u32::from(matches!(link.state, LinkState::Article(_)));
                }
                self.no_article(link, &why).await
            }
            Read::NoPage(why) => {
                self.capture_news(&mut link, response, response.digest).await?;
                self.no_article(link, &why).await
            }
            Read::Failed(why) => {
                let said = self.said_unread(response).await;
                self.capture_news(&mut link, response, said).await?;
                self.failed_for_now(link, other(&why));
                Ok(())
            }
        }
    }

    /// Reads a page as an article, on one account of its cost. What is no page says nothing of what
    /// pages of the portal are like.
    pub(super) async fn reading(
        &mut self,
        response: &Response,
        link: &Link,
        habits: Arc<Habits>,
    ) -> Read {
        if let Some(why) = no_page(response) {
            return Read::NoPage(why);
        }
        self.crawl.counters.articles_read.inc();
        let job = self.job(response.clone(), link, habits, had(self, response));
        match self.crawl.readers.run(response.body.len(), move || job.read()).await {
            Ok(Ok((read, cut))) => {
                self.report.pages += 1;
                cut.into_iter().for_each(|bound| self.crawl.hit(&self.site.id, &link.url, bound));
                read
            }
            Ok(Err(error)) => {
                if let extract::Error::Bound { what, .. } = error {
                    self.crawl.hit(&self.site.id, &link.url, what);
                }
                Read::Failed(chain(&error))
            }
            // A page that makes a reader panic is that page's failure alone.
            Err(error) => Read::Failed(chain(&error)),
        }
    }

    async fn no_article(&mut self, mut link: Link, why: &str) -> Result<(), Error> {
        tracing::info!(
            site.id = %self.site.id,
            page.url = %link.url,
            error = why,
            "no article"
        );
        self.report.no_article += 1;
        self.crawl.counters.no_articles.inc();
        self.left_out(&mut link, Kind::NoArticle, other(why));
        if let LinkState::Article(_) = link.state {
            link.validators = Default::default();
            return self.rest(link, None).await;
        }
        link.state = LinkState::NoArticle;
        link.failures += 1;
        link.due = Some(frontier::no_article(link.failures, self.crawl.now()));
        self.ledger.note(link);
        Ok(())
    }

    async fn article(
        &mut self,
        mut link: Link,
        read: ReadArticle,
        response: &mut Fetched,
        was: Option<Place>,
    ) -> Result<(), Error> {
        let standing = self.standing(&mut link, &read, response).await?;
        let response = &*response;
        let ReadArticle { article, addresses, lesson, habits } = read;
        let addresses = &addresses;
        self.articles += 1;
        let reader = self.crawl.reader.load();
        let profile = reader.profile_mark(self.site.id.as_str(), &article.portal);
        drop(reader);
        let told = standing.as_ref().map_or(&article, |standing| &standing.record.article);
        let page = Page { site: self.site, link: &link, addresses, article: told };
        let verdict = match identity::decide(&self.ledger, page, self.sure).await? {
            Verdict::Parted(known, is) => {
                self.part(&known, addresses).await?;
                *is
            }
            verdict => verdict,
        };
        let page = ReadPage { article, standing, addresses, profile, response, lesson, habits };
        let record = match verdict {
            Verdict::Doubt(known) | Verdict::Parted(known, _) => {
                self.doubt(link, &known);
                return Ok(());
            }
            Verdict::SentOn => return self.sent_on(link, response).await,
            Verdict::Shown(known) => return self.shown(link, &known, &page).await,
            Verdict::New(believed) => {
                if let Some(why) = self.doubted(&page.lesson.lines).await? {
                    return self.hold_back(link, &page, was, why).await;
                }
                let said = normalize::said(&page.article, &response.url);
                let article = self.called(page.article, addresses, believed);
                let place = self.capture(&mut link, response, said).await?;
                self.first_version(&link, ReadPage { article, ..page }, place).await?
            }
            Verdict::Same(known, others) => self.version(&mut link, known, others, page).await?,
        };
        self.rest(link, Some(&record)).await
    }

    /// The portal sends on from an article's address to something else: it is as good as gone.
    async fn sent_on(&mut self, mut link: Link, response: &Fetched) -> Result<(), Error> {
        let said = self.said_unread(response).await;
        self.capture_news(&mut link, response, said).await?;
        self.report.dead += 1;
        self.dead(&mut link, Why::SentOn);
        self.bereave(&link).await?;
        self.ledger.note(link);
        Ok(())
    }

    /// Leaves a link until its next reason: by the article's age, or at the next visit while it
    /// leaves the first page.
    async fn rest(&mut self, mut link: Link, record: Option<&Record>) -> Result<(), Error> {
        let now = self.crawl.now();
        let record = match (record, &link.state) {
            (Some(record), _) => Some(record.clone()),
            (None, LinkState::Article(id)) => {
                identity::living(&self.ledger, *id).await?.map(|r| (*r).clone())
            }
            _ => None,
        };
        link.failures = 0;
        if record.is_some() {
            link.why = None;
        }
        let by_age = record.as_ref().map(|record| frontier::by_age(frontier::born(record), now));
        let due = frontier::leaving(&mut link, now).or(by_age);
        // What is due at each visit stays due since when it was: so nothing of it is new, and it is
        // not written.
        let each_visit = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
        if !each_visit(due) || !each_visit(link.due) {
            link.due = due;
        }
        if let Some(record) = record {
            link.state = LinkState::Article(record.article.id);
            self.only_due(&link, &record).await?;
        }
        self.ledger.note(link);
        Ok(())
    }
}

/// A reason as it is kept.
pub(super) fn other(why: &str) -> Why {
    Why::Other(why.chars().take(WHY).collect())
}
