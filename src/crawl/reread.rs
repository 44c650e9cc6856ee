//! A page that reads otherwise than the stored version of its article: a version is a difference
//! between two captures, not between two readings. So the capture that brought the version is read
//! by the same rules, and if it says the same, nothing is new.

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;
use xxhash_rust::xxh3::Xxh3Default;

use super::Error;
use super::drift::agree;
use super::fetched::Fetched;
use super::identity::{self, Page};
use super::reading::{Job, Read, ReadArticle};
use super::version::{ReadPage, Standing};
use super::visit::Visit;
use crate::domain::state::chain;
use crate::domain::{Article, Habits, Link, Place, Record, Reread};
use crate::fetch::Response;
use crate::normalize;

impl Visit<'_> {
    /// The known article whose version was brought by a capture that says what a page says now,
    /// where the page reads otherwise than that version.
    pub(super) async fn standing(
        &mut self,
        link: &mut Link,
        read: &ReadArticle,
        page: &mut Fetched,
    ) -> Result<Option<Standing>, Error> {
        let ReadArticle { article, addresses, .. } = read;
        let by = Page { site: self.site, link, addresses, article };
        self.ledger.look_ahead(by.looked_up()).await?;
        let was_same = link.reread.is_some_and(|reread| reread.same);
        for record in identity::otherwise(&self.ledger, by).await? {
            let of = compared(&record, article);
            match link.reread.filter(|reread| reread.of == of) {
                Some(Reread { same: true, .. }) => {
                    return Ok(Some(Standing { record, reading: None, was_same }));
                }
                Some(_) => continue,
                None => {}
            }
            let compared = self.compare(&record, link, read, had(self, page)).await;
            if matches!(compared, Compared::OtherForm) {
                self.note_form(link, &record, read, page).await?;
            }
            let same = !matches!(compared, Compared::Edited);
            link.reread = Some(Reread { of, same });
            let reading = match compared {
                Compared::Same(reading) => Some(*reading),
                _ => None,
            };
            if same {
                return Ok(Some(Standing { record, reading, was_same }));
            }
        }
        Ok(None)
    }

    /// Compares a page with the captures that show an article's version: in another form the same
    /// words read otherwise, and nobody can tell an edit from that.
    async fn compare(
        &self,
        record: &Record,
        link: &Link,
        read: &ReadArticle,
        now: Timestamp,
    ) -> Compared {
        let (habits, lines) = (&read.habits, &read.lesson.lines);
        let shown = self.captured(record, link, habits, now).await;
        let same = |old: &&ReadArticle| old.article.digest == read.article.digest;
        if let Some(old) = shown.iter().find(same) {
            return Compared::Same(Box::new(old.article.clone()));
        }
        let alike = shown.iter().position(|old| habits.are_alike(&old.lesson.lines, lines));
        match (&shown[..], alike) {
            ([], _) | (_, Some(0)) => Compared::Edited,
            (_, None) => Compared::OtherForm,
            ([was, in_form, ..], _)
                if !habits.is_strange(lines) && agree(&was.article, &in_form.article) =>
            {
                Compared::Edited
            }
            _ => Compared::Misread,
        }
    }

    /// What the captures say that show an article's version: the one that brought it, and the one
    /// that stands for it in the form of now.
    pub(super) async fn captured(
        &self,
        record: &Record,
        link: &Link,
        habits: &Arc<Habits>,
        now: Timestamp,
    ) -> Vec<ReadArticle> {
        let mut shown = Vec::new();
        for capture in [Some(&record.capture), link.instead.as_ref()].into_iter().flatten() {
            shown.extend(self.read_again(capture, link, habits, now).await);
        }
        shown
    }

    /// What the page of a version says in all that an archive keeps of it. A link whose page was
    /// archived as that version learns that it is, where the version's capture says the same.
    pub(super) async fn said(&self, link: &mut Link, record: &Record, page: &ReadPage<'_>) -> u128 {
        let called = called(link, record);
        let said = |article: &Article| said(article, called.as_ref(), page.response);
        let now = said(&page.article);
        if link.said == Some(now) || record.article.digest != page.told().digest {
            return now;
        }
        let here = |article: Article| said(&Article { url: page.article.url.clone(), ..article });
        let was_same = page.standing.as_ref().map_or_else(
            || link.reread.is_some_and(|reread| reread.same),
            |standing| standing.was_same,
        );
        // What came in its place since is archived, and so is that it came back.
        if !was_same && link.said != Some(here(record.article.clone())) {
            return now;
        }
        let reading = match page.standing.as_ref().and_then(|standing| standing.reading.clone()) {
            None => self.reading_of(record, link, &page.habits, had(self, page.response)).await,
            reading => reading,
        };
        if reading.is_some_and(|reading| here(reading) == now) {
            link.said = Some(now);
        }
        now
    }

    /// What the capture that brought a version says, read as the page of its link is read `now`;
    /// none if it cannot be read.
    async fn reading_of(
        &self,
        record: &Record,
        link: &Link,
        habits: &Arc<Habits>,
        now: Timestamp,
    ) -> Option<Article> {
        self.read_again(&record.capture, link, habits, now).await.map(|read| read.article)
    }

    /// The same of any capture, with what the page brings to what is known of its site's.
    pub(super) async fn read_again(
        &self,
        capture: &Place,
        link: &Link,
        habits: &Arc<Habits>,
        now: Timestamp,
    ) -> Option<ReadArticle> {
        let (archive, place) = (self.crawl.archive.clone(), capture.clone());
        let read = tokio::task::spawn_blocking(move || archive.response(&place)).await.ok()?;
        let told = |error: &dyn std::error::Error| {
            tracing::info!(
                site.id = %self.site.id,
                page.url = %link.url,
                error = %chain(error),
                "capture not read"
            );
        };
        let exchange = read.inspect_err(|error| told(error)).ok()?;
        let response = Response::archived(exchange).inspect_err(|error| told(error)).ok()?;
        let bytes = response.body.len();
        let job = self.job(response, link, habits.clone(), now);
        match self.crawl.readers.run(bytes, move || job.read()).await {
            Ok(Ok((Read::Article(read), _))) => Some(*read),
            _ => None,
        }
    }

    /// A page to be read as the pages of this visit are.
    pub(super) fn job(
        &self,
        response: Response,
        link: &Link,
        habits: Arc<Habits>,
        now: Timestamp,
    ) -> Job {
        Job {
            reader: self.crawl.reader.load_full(),
            sanitizer: self.crawl.sanitizer.load_full(),
            site: self.site.clone(),
            response,
            link: link.clone(),
            habits,
            now,
            lengths: self.bounds.lengths,
        }
    }
}

/// What a page is beside the version of an article that reads otherwise.
enum Compared {
    /// Its capture says the same.
    Same(Box<Article>),
    /// It says something else.
    Edited,
    /// No capture of it has its form.
    OtherForm,
    /// One has, and reads otherwise than the version.
    Misread,
}

/// What a page says of the article of a record in all that an archive keeps of it.
pub(super) fn says(link: &Link, record: &Record, article: &Article, response: &Response) -> u128 {
    said(article, called(link, record).as_ref(), response)
}

/// The address by which an article is called, where its link is asked by another than the one that
/// it is known by: what its page says is no other thing wherever it was asked for.
fn called(link: &Link, record: &Record) -> Option<Url> {
    let asked = Url::parse(&link.url).ok()?;
    let called = Url::parse(&record.article.url).ok();
    called.filter(|_| normalize::url::key(&asked) != link.key)
}

/// What a page says of an article that is `called` so, else of the one at its own address.
fn said(article: &Article, called: Option<&Url>, response: &Response) -> u128 {
    match called {
        Some(url) => normalize::said(&Article { url: url.to_string(), ..article.clone() }, url),
        None => normalize::said(article, &response.url),
    }
}

/// When a page was had.
pub(super) fn had(visit: &Visit<'_>, response: &Response) -> Timestamp {
    response.exchanges.last().map_or_else(|| visit.crawl.now(), |exchange| exchange.time)
}

/// Which version and which reading are compared; it is stored.
pub(super) fn compared(record: &Record, article: &Article) -> u64 {
    let mut hasher = Xxh3Default::new();
    hasher.update(record.article.id.as_bytes());
    hasher.update(&u64::from(record.version).to_le_bytes());
    hasher.update(&record.article.digest);
    hasher.update(&article.digest);
    hasher.digest()
}
