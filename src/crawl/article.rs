//! One article page: asked for, archived, read, and saved as what it is.

use jiff::Timestamp;
use url::Url;

use super::capture::said;
use super::frontier;
use super::identity::{self, Addresses, Page, Verdict};
use super::outcome::Kind;
use super::visit::Visit;
use super::{Error, Event};
use crate::domain::settings::Lengths;
use crate::domain::state::chain;
use crate::domain::{Article, Bound, Record, Site, Target, TargetState};
use crate::extract::{self, Reader, Reading, View};
use crate::fetch::{self, Answer, Ask, Failure};
use crate::normalize;

/// Longest reason that is kept, in characters.
const WHY: usize = 300;

/// What reading a page brought.
enum Read {
    /// An article, with the addresses under which it was met.
    Article(Box<Article>, Box<Addresses>),
    /// None, and why; what the page says.
    NoArticle(String, u128),
    /// No page at all, and why.
    NoPage(String),
    /// It was not read to its end, and why.
    Failed(String),
}

impl Visit<'_> {
    /// Reads the page of a link, once; what fails for now may be tried `again` at the end of the
    /// visit.
    pub(super) async fn read(&mut self, mut target: Target, again: bool) -> Result<(), Error> {
        if self.ended() || !self.asked_for.insert((target.key.clone(), again)) {
            return Ok(());
        }
        let Ok(url) = Url::parse(&target.url) else { return Ok(()) };
        self.stirred = true;
        self.ledger.check_lease().await?;
        let ask = Ask {
            url,
            form: None,
            validators: target.validators.clone(),
            patience: self.patience(),
            known: None,
        };
        let Some(outcome) = self.ask(ask).await else { return Ok(()) };
        self.crawl.tell(&self.site.id, Event::Read);
        target.last_read = Some(self.crawl.now());
        match outcome {
            Ok(answer) => self.answered(target, answer, again).await?,
            Err(failure) => self.failed(target, failure, again).await?,
        }
        self.ledger.settle_if_due().await
    }

    async fn failed(
        &mut self,
        mut target: Target,
        failure: Failure,
        again: bool,
    ) -> Result<(), Error> {
        self.keep_misfits(&failure.exchanges).await?;
        match failure.error {
            fetch::Error::Barred | fetch::Error::Refused(_) => {
                self.report.barred += 1;
                let why = chain(&failure.error);
                self.page_not_read(&target, &why);
                if !matches!(target.state, TargetState::Article(_)) {
                    target.state = TargetState::Barred;
                }
                self.left_out(&mut target, Kind::Barred, why);
                target.due = None;
                self.ledger.note(target);
            }
            fetch::Error::Paused { until, .. } => self.pause(until),
            error => {
                self.unread(target, chain(&error), again);
            }
        }
        Ok(())
    }

    fn page_not_read(&self, target: &Target, why: &str) {
        tracing::info!(source.id = %self.site.id, page.url = %target.url, error = why, "page not read");
    }

    /// Remembers and tells why a page is no article.
    fn left_out(&mut self, target: &mut Target, kind: Kind, why: String) {
        let why: String = why.chars().take(WHY).collect();
        self.report.left_out.add(kind, &why, &target.url);
        target.why = Some(why);
    }

    /// A page that could not be read now: once more at the end of the visit, then by back-off.
    fn unread(&mut self, target: Target, why: String, again: bool) {
        if !again {
            self.page_not_read(&target, &why);
            self.retries.push(target);
            return;
        }
        self.failed_for_now(target, why);
    }

    /// A page that is left for now: it is tried again by back-off.
    fn failed_for_now(&mut self, mut target: Target, why: String) {
        self.page_not_read(&target, &why);
        self.failed = Some(why.clone());
        self.report.failed += 1;
        self.left_out(&mut target, Kind::Failed, why);
        target.failures += 1;
        target.due = Some(frontier::back_off(target.failures, self.crawl.now(), rand::random()));
        if !matches!(target.state, TargetState::Article(_)) {
            target.state = TargetState::Failed;
        }
        self.ledger.note(target);
    }

    async fn answered(
        &mut self,
        mut target: Target,
        answer: Answer,
        again: bool,
    ) -> Result<(), Error> {
        match answer.status {
            304 => {
                self.report.unchanged += 1;
                self.nothing_new(&answer).await?;
                self.rest(target, None).await
            }
            200..=299 => {
                target.validators = answer.validators.clone();
                self.whole(target, &answer).await
            }
            404 | 410 => {
                let said = self.said_unread(&answer).await;
                self.capture_news(&mut target, &answer, said).await?;
                self.report.dead += 1;
                self.page_not_read(&target, &frontier::answers(answer.status));
                if !matches!(target.state, TargetState::Article(_)) {
                    target.state = TargetState::Dead(answer.status);
                }
                self.dead(&mut target, frontier::answers(answer.status));
                self.bereave(&target).await?;
                self.ledger.note(target);
                Ok(())
            }
            status => {
                self.unread(target, frontier::answers(status), again);
                Ok(())
            }
        }
    }

    /// A link whose article is not there any more is asked more and more seldom.
    fn dead(&mut self, target: &mut Target, why: String) {
        self.left_out(target, Kind::Dead, why);
        target.failures += 1;
        target.due = Some(frontier::no_article(target.failures, self.crawl.now()));
    }

    /// A page that came whole is read, and archived unless it says what is known.
    async fn whole(&mut self, mut target: Target, answer: &Answer) -> Result<(), Error> {
        match self.reading(answer, &target).await {
            Read::Article(article, addresses) => {
                self.article(target, *article, &addresses, answer).await
            }
            Read::NoArticle(why, said) => {
                self.capture_news(&mut target, answer, said).await?;
                // What left its list and has no blocks any more was taken down: that says nothing
                // of the others.
                if target.left.is_some() {
                    self.report.pages -= 1;
                } else {
                    self.drifted += u32::from(matches!(target.state, TargetState::Article(_)));
                }
                self.no_article(target, &why).await
            }
            Read::NoPage(why) => {
                self.capture_news(&mut target, answer, answer.digest).await?;
                self.no_article(target, &why).await
            }
            Read::Failed(why) => {
                let said = self.said_unread(answer).await;
                self.capture_news(&mut target, answer, said).await?;
                self.failed_for_now(target, why);
                Ok(())
            }
        }
    }

    /// Reads a page as an article, on one account of its cost. What is no page says nothing of what
    /// pages of the portal are like.
    async fn reading(&mut self, answer: &Answer, target: &Target) -> Read {
        if let Some(why) = no_page(answer) {
            return Read::NoPage(why);
        }
        self.crawl.counters.articles_read.inc();
        let now =
            answer.exchanges.last().map_or_else(|| self.crawl.now(), |exchange| exchange.time);
        let (reader, lengths) = (self.crawl.reader.load_full(), self.bounds.lengths);
        let (site, page, link) = (self.site.clone(), answer.clone(), target.clone());
        let job = move || {
            let mut cut = Vec::new();
            let outcome = read(&reader, &site, &page, &link, now, (lengths, &mut cut));
            (outcome, cut)
        };
        match self.crawl.desk.run(answer.body.len(), job).await {
            Ok((Ok(read), cut)) => {
                self.report.pages += 1;
                cut.into_iter().for_each(|bound| self.crawl.hit(&self.site.id, &target.url, bound));
                read
            }
            Ok((Err(error), _)) => {
                if let extract::Error::Bound { what, .. } = error {
                    self.crawl.hit(&self.site.id, &target.url, what);
                }
                Read::Failed(chain(&error))
            }
            // A page that makes a reader panic is that page's failure alone.
            Err(error) => Read::Failed(chain(&error)),
        }
    }

    async fn no_article(&mut self, mut target: Target, why: &str) -> Result<(), Error> {
        tracing::info!(source.id = %self.site.id, page.url = %target.url, error = why, "no article");
        self.report.no_article += 1;
        self.crawl.counters.no_articles.inc();
        self.left_out(&mut target, Kind::NoArticle, why.to_owned());
        if let TargetState::Article(_) = target.state {
            target.validators = Default::default();
            return self.rest(target, None).await;
        }
        target.state = TargetState::NoArticle;
        target.failures += 1;
        target.due = Some(frontier::no_article(target.failures, self.crawl.now()));
        self.ledger.note(target);
        Ok(())
    }

    async fn article(
        &mut self,
        mut target: Target,
        article: Article,
        addresses: &Addresses,
        answer: &Answer,
    ) -> Result<(), Error> {
        self.articles += 1;
        let profile = format!(
            "{} {}",
            article.portal,
            self.crawl.reader.load().profile_version(&article.portal)
        );
        let page = Page { site: self.site, target: &target, addresses, article: &article };
        self.ledger.look_ahead(page.looked_up()).await?;
        let verdict = match identity::decide(&self.ledger, page, self.sure).await? {
            Verdict::Parted(known, is) => {
                self.part(&known, addresses).await?;
                *is
            }
            verdict => verdict,
        };
        let record = match verdict {
            Verdict::Doubt(known) | Verdict::Parted(known, _) => {
                self.doubt(target, &known);
                return Ok(());
            }
            Verdict::SentOn => return self.sent_on(target, answer).await,
            Verdict::Shown(known) => {
                return self.shown(target, &known, &article, addresses, answer).await;
            }
            Verdict::New(believed) => {
                let said = normalize::said(&article, &answer.url);
                let article = self.called(article, addresses, believed);
                let place = self.capture(&mut target, answer, said).await?;
                self.first_version(&target, article, addresses, place, profile).await?
            }
            Verdict::Same(known, others) => {
                self.version(&mut target, (known, others), (article, profile), addresses, answer)
                    .await?
            }
        };
        self.rest(target, Some(&record)).await
    }

    /// The portal sends on from an article's address to something else: it is as good as gone.
    async fn sent_on(&mut self, mut target: Target, answer: &Answer) -> Result<(), Error> {
        let said = self.said_unread(answer).await;
        self.capture_news(&mut target, answer, said).await?;
        self.report.dead += 1;
        self.page_not_read(&target, frontier::SENT_ON);
        self.dead(&mut target, frontier::SENT_ON.to_owned());
        self.bereave(&target).await?;
        self.ledger.note(target);
        Ok(())
    }

    /// Leaves a link until its next reason: by the article's age, or at the next visit while it
    /// leaves the first page.
    async fn rest(&mut self, mut target: Target, record: Option<&Record>) -> Result<(), Error> {
        let now = self.crawl.now();
        let record = match (record, &target.state) {
            (Some(record), _) => Some(record.clone()),
            (None, TargetState::Article(id)) => {
                identity::living(&self.ledger, *id).await?.map(|r| (*r).clone())
            }
            _ => None,
        };
        target.failures = 0;
        if record.is_some() {
            target.why = None;
        }
        let by_age = record.as_ref().map(|record| frontier::by_age(frontier::born(record), now));
        let due = frontier::leaving(&mut target, now).or(by_age);
        // What is due at each visit stays due since when it was: so nothing of it is new, and it is
        // not written.
        let each_visit = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
        if !each_visit(due) || !each_visit(target.due) {
            target.due = due;
        }
        if let Some(record) = record {
            target.state = TargetState::Article(record.article.id);
            self.only_due(&target, &record).await?;
        }
        self.ledger.note(target);
        Ok(())
    }
}

/// Reads an answer; `cut` is told what did not fit into the lengths.
fn read(
    reader: &Reader,
    site: &Site,
    answer: &Answer,
    target: &Target,
    now: Timestamp,
    (lengths, cut): (Lengths, &mut Vec<Bound>),
) -> Result<Read, extract::Error> {
    let budget = reader.begin();
    let view = View {
        body: &answer.body,
        content_type: answer.content_type.as_deref(),
        url: Some(&answer.url),
        portal: site.portal.as_deref(),
    };
    let draft = match reader.article_within(&view, &budget)? {
        Reading::Article(draft) => draft,
        Reading::NoArticle(why) => {
            return Ok(Read::NoArticle(why, said(reader.fingerprint(&view), answer)));
        }
    };
    let addresses = Addresses::of(site, &draft, &answer.url, target);
    let context = normalize::Context {
        site: site.id.as_str(),
        url: Some(addresses.first()),
        canonical: Some(addresses.first()),
        timezone: site.timezone.as_deref(),
        language: site.language.as_deref(),
        now,
    };
    let (article, hit) = normalize::article_within(&draft, &context, lengths);
    budget.check()?;
    if hit.contains(&Bound::Content) {
        // Half an article is none.
        return Err(extract::Error::Bound { what: Bound::Content, limit: lengths.content });
    }
    *cut = hit;
    Ok(Read::Article(Box::new(article), Box::new(addresses)))
}

/// Why an answer is no page of the site: another media type, or nothing but the way to another
/// host.
pub(super) fn no_page(answer: &Answer) -> Option<String> {
    if let Some(url) = &answer.elsewhere {
        return Some(format!("it only sends on to {url}, which is not the site's own host"));
    }
    extract::page::media::other(answer.content_type.as_deref(), &answer.body)
        .map(|media| format!("it is {media}, no page"))
}
