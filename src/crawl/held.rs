//! Pages that are held back. After a redesign nobody says which lines of a new page are its
//! article's: it is archived and learned, and published once the site's known articles, read in
//! the same form, say what they said before.

use super::article::other;
use super::drift::{Known, agree};
use super::fetched::Fetched;
use super::identity;
use super::outcome::Kind;
use super::reading::ReadArticle;
use super::reread::{compared, had, says};
use super::version::ReadPage;
use super::visit::Visit;
use super::{Error, frontier};
use crate::domain::{Link, LinkState, Place, Record, Reread, Validators};
use crate::normalize;
use crate::store::Pick;

/// Why a page waits for the end of its visit.
const WAITS: &str = "its form is not known yet";
/// Why a page is held back.
const STRANGE: &str = "its form is none that the site's pages are known to have";
const MISREAD: &str = "known articles read otherwise in its form than before";
/// Known articles that are asked for to see the form that pages have now.
const KNOWN: usize = 8;
/// Links that are looked through for them.
const LOOKED: usize = 5_000;
/// Pages held back that a visit looks at.
const MOST: usize = 2_000;

impl Visit<'_> {
    /// Why a new page of these lines is not published yet, if it is not.
    pub(super) async fn doubted(&mut self, lines: &[u64]) -> Result<Option<&'static str>, Error> {
        let habits = self.pages().await?.habits.clone();
        let strange = habits.is_strange(lines);
        let drift = &mut self.drift;
        if !drift.settled {
            return Ok(None);
        }
        drift.familiar |= !strange;
        if !drift.decided {
            drift.suspected |= strange;
            return Ok(drift.suspected.then_some(WAITS));
        }
        let alike = drift.known.iter().filter(|known| habits.are_alike(&known.lines, lines));
        let (agree, differ): (Vec<_>, Vec<_>) = alike.partition(|known| known.agrees);
        Ok(match (agree.len(), differ.len()) {
            (0, 0) if strange && (drift.moved() > 0 || !drift.familiar) => Some(STRANGE),
            (0, 0) => None,
            (agree, differ) => (agree <= differ).then_some(MISREAD),
        })
    }

    /// Keeps a new page until more is known of its form. `was` is its last capture, if it was held
    /// back before.
    pub(super) async fn hold_back(
        &mut self,
        mut link: Link,
        page: &ReadPage<'_>,
        was: Option<Place>,
        why: &'static str,
    ) -> Result<(), Error> {
        let said = normalize::said(&page.article, &page.response.url);
        let place = match was {
            Some(place) if link.said == Some(said) => place,
            _ => self.capture(&mut link, page.response, said).await?,
        };
        self.learn_further(&place, &page.lesson).await?;
        self.drift.fresh |= link.state != LinkState::Held;
        let now = self.crawl.now();
        if link.due.is_none_or(|due| due <= now) {
            link.failures += 1;
            link.due = Some(frontier::back_off(link.failures, now, rand::random()));
        }
        link.state = LinkState::Held;
        link.fetched = Some(place);
        link.why = Some(other(why));
        if self.drift.decided {
            self.tell_held(&link);
        }
        self.ledger.note(link);
        Ok(())
    }

    /// Says that a page is held back, and why.
    fn tell_held(&mut self, link: &Link) {
        let why = link.why.as_ref().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(
            site.id = %self.site.id,
            page.url = %link.url,
            error = why,
            "page held back: was the site redesigned?"
        );
        self.report.held_back += 1;
        self.report.left_out.add(Kind::HeldBack, &why, &link.url);
    }

    /// Looks at what is held back once more, with all that this visit learned.
    pub(super) async fn held_again(&mut self) -> Result<(), Error> {
        if !self.drift.suspected || self.crawl.stop.is_cancelled() {
            return Ok(());
        }
        self.ledger.settle().await?;
        let mut held = self.crawl.store.links(&self.site.id, Pick::Open, MOST).await?;
        held.retain(|link| link.state == LinkState::Held);
        held.sort_by_key(|link| link.fetched.as_ref().map(|place| (place.time, place.offset)));
        let now = self.crawl.now();
        let due = |link: &Link| link.due.is_none_or(|due| due <= now);
        if !self.drift.fresh && !self.asked() && !held.iter().any(due) {
            held.iter().for_each(|link| self.tell_held(link));
            return Ok(());
        }
        self.ask_known().await?;
        self.read_known_again().await?;
        self.drift.decided = true;
        for link in held {
            let asked = self.asked_for.contains(&(link.key.clone(), false));
            let again = !asked && (self.asked() || due(&link));
            match self.archived(&link).await.filter(|_| !again) {
                Some(page) => Box::pin(self.whole(link, page)).await?,
                None => Box::pin(self.read(link, false)).await?,
            }
            self.ledger.settle_if_due().await?;
        }
        Ok(())
    }

    /// Asks for known articles until it is told what form pages have now.
    async fn ask_known(&mut self) -> Result<(), Error> {
        let least = self.bounds.memory.least.try_into().unwrap_or(KNOWN).max(KNOWN);
        let mut keys: Vec<String> =
            self.state.sections.values().flat_map(|s| s.first_page.iter().cloned()).collect();
        let all = self.crawl.store.links(&self.site.id, Pick::All, LOOKED).await?;
        let mut all: Vec<Link> =
            all.into_iter().filter(|link| matches!(link.state, LinkState::Article(_))).collect();
        all.sort_by_key(|link| std::cmp::Reverse(link.last_read));
        keys.extend(all.into_iter().map(|link| link.key));
        let mut asked = 0;
        for key in keys {
            if asked >= 2 * least || self.drift.is_told(least) {
                break;
            }
            let link = identity::link_at(&self.ledger, &key).await?;
            let known = |link: &Link| matches!(link.state, LinkState::Article(_));
            let Some(link) = link.filter(known) else { continue };
            if self.asked_for.contains(&(link.key.clone(), false)) {
                continue;
            }
            asked += 1;
            // A portal may say that an article is what it was though its page is another.
            let link = Link { validators: Validators::default(), ..link };
            Box::pin(self.read(link, false)).await?;
        }
        Ok(())
    }

    /// Reads known articles once more whose form was not known when they were read.
    async fn read_known_again(&mut self) -> Result<(), Error> {
        let habits = self.pages().await?.habits.clone();
        let now = self.crawl.now();
        for mut known in std::mem::take(&mut self.drift.known) {
            if let Some((link, record)) = &known.again
                && let [was, is] = &self.captured(record, link, &habits, now).await[..]
            {
                known.agrees = agree(&was.article, &is.article);
            }
            self.drift.known.push(known);
        }
        Ok(())
    }

    /// Notes how a known article reads in the form that its page has now; a form that no capture of
    /// its version has is archived and learned.
    pub(super) async fn note_known(
        &mut self,
        link: &mut Link,
        read: &ReadArticle,
        page: &mut Fetched,
    ) -> Result<(), Error> {
        let LinkState::Article(id) = link.state else { return Ok(()) };
        let habits = self.pages().await?.habits.clone();
        let lines = &read.lesson.lines;
        let strange = habits.is_strange(lines);
        let asks = strange || self.drift.suspected;
        self.drift.familiar |= !strange;
        if !asks && !habits.vary() {
            return Ok(());
        }
        let Some(record) = identity::living(&self.ledger, id).await? else { return Ok(()) };
        let of = compared(&record, &read.article);
        if !asks && (link.instead.is_some() || link.reread.is_some_and(|reread| reread.of == of)) {
            return Ok(());
        }
        let shown = self.captured(&record, link, &habits, had(self, page)).await;
        let Some(was) = shown.first() else { return Ok(()) };
        let agrees = agree(&was.article, &read.article);
        if habits.are_alike(&was.lesson.lines, lines) {
            self.drift.familiar = true;
            if record.article.digest == read.article.digest {
                link.reread = Some(Reread { of, same: true });
            }
            self.drift.known.push(Known { lines: lines.clone(), agrees: true, again: None });
            return Ok(());
        }
        if !shown.iter().any(|old| habits.are_alike(&old.lesson.lines, lines)) {
            self.note_form(link, &record, read, page).await?;
        }
        let again = strange.then(|| (link.clone(), record));
        self.drift.known.push(Known { lines: lines.clone(), agrees, again });
        Ok(())
    }

    /// Archives the page of a known article in a form that its version's capture has not: from now
    /// on it stands for that capture. A form that is not known yet is learned.
    pub(super) async fn note_form(
        &mut self,
        link: &mut Link,
        record: &Record,
        read: &ReadArticle,
        page: &mut Fetched,
    ) -> Result<(), Error> {
        let said = says(link, record, &read.article, page);
        let place = match link.instead.take() {
            Some(place) if link.said == Some(said) => place,
            _ => self.capture(link, page, said).await?,
        };
        if self.pages().await?.habits.is_strange(&read.lesson.lines) {
            self.learn_further(&place, &read.lesson).await?;
        }
        page.archived = Some(place.clone());
        link.instead = Some(place);
        Ok(())
    }
}
