//! One page of a listing: asked for, known again or archived and read.

use url::Url;

use super::Error;
use super::article::no_page;
use super::capture::said;
use super::visit::Visit;
use crate::domain::state::chain;
use crate::domain::{Calm, Listing, Page, Role, Section, SectionState, Turn, Validators};
use crate::extract::{self, Reader, View};
use crate::fetch::{self, Answer, Ask};

/// What became of a request for a listing's page.
pub(super) enum Turned {
    /// A listing.
    Listing(Listing, Seen),
    /// The page is as it is known; what is to be known of it from now on, if that is something
    /// else.
    NotModified(Option<Seen>),
    /// It could not be read.
    Failed(Fault),
}

/// Why a page of a listing could not be read.
pub(super) struct Fault {
    /// The reason, for a person.
    pub why: String,
    /// Whether it is a fault of the page, not of the moment: it is gone, or it lists nothing that
    /// can be read.
    pub lasting: bool,
}

/// By what a page is known again.
#[derive(Clone, Default)]
pub(super) struct Seen {
    validators: Validators,
    calm: Option<Calm>,
}

impl Seen {
    /// What is known of a section's first page.
    pub fn of(state: &SectionState) -> Self {
        Self { validators: state.validators.clone(), calm: state.calm.clone() }
    }

    /// Remembers it.
    pub fn note(self, state: &mut SectionState) {
        (state.validators, state.calm) = (self.validators, self.calm);
    }
}

/// What looking at a whole page brought.
enum Look {
    /// It lists what it listed before.
    Same,
    /// The same, and by what that is seen at once the next time.
    Learned(Calm),
    /// It was read, and whether it is one that stood there before.
    Read(Page, Calm, bool),
}

impl Visit<'_> {
    /// Asks for a page of a listing and reads it; a page that brings no answer for now is asked for
    /// once more.
    pub(super) async fn turn(
        &mut self,
        section: &Section,
        turn: &Turn,
        mut known: Seen,
    ) -> Result<Turned, Error> {
        let reader = self.reader_digest();
        known.calm = known.calm.filter(|calm| calm.reader == reader);
        match self.turn_once(section, turn, &known).await? {
            (Turned::Failed(_), true) if !self.ended() => {
                Ok(self.turn_once(section, turn, &known).await?.0)
            }
            (turned, _) => Ok(turned),
        }
    }

    /// Tells what reads the site's pages from what read them before: the program, its data, the
    /// addresses that are the site's own.
    fn reader_digest(&self) -> u64 {
        let site = self.site;
        let addresses = site
            .sections
            .iter()
            .map(|section| section.url.to_string())
            .chain([site.home.to_string()]);
        let hosts = site.hosts.iter().map(ToString::to_string);
        let text = addresses.chain(hosts).chain(site.portal.clone()).collect::<Vec<_>>().join(" ");
        self.crawl.reader.load().digest_with(&text)
    }

    /// The page, and whether asking again may help.
    async fn turn_once(
        &mut self,
        section: &Section,
        turn: &Turn,
        known: &Seen,
    ) -> Result<(Turned, bool), Error> {
        let Ok(url) = Url::parse(address(turn)) else {
            return Ok((
                failed(format!("its address {} is not a URL", address(turn)), true),
                false,
            ));
        };
        let form = match turn {
            Turn::Get(_) => None,
            Turn::Post { fields, .. } => Some(fields.clone()),
        };
        let same = known.calm.as_ref().map(|calm| calm.wire);
        let ask = Ask {
            url,
            form,
            validators: known.validators.clone(),
            patience: self.patience(),
            known: same,
        };
        match self.ask(ask).await {
            None => Ok((Turned::NotModified(None), false)),
            Some(Ok(answer)) => self.turned(section, answer, known.calm.as_ref()).await,
            Some(Err(failure)) => {
                self.keep_misfits(&failure.exchanges).await?;
                if let fetch::Error::Paused { until, .. } = failure.error {
                    self.pause(until);
                }
                let again = failure.error.is_transient()
                    && !matches!(
                        failure.error,
                        fetch::Error::RobotsUnreachable(_) | fetch::Error::Paused { .. }
                    );
                let lasting = !failure.error.is_transient()
                    || matches!(
                        failure.error,
                        fetch::Error::Bound { .. } | fetch::Error::Redirect(_)
                    );
                Ok((failed(chain(&failure.error), lasting), again))
            }
        }
    }

    async fn turned(
        &mut self,
        section: &Section,
        mut answer: Answer,
        known: Option<&Calm>,
    ) -> Result<(Turned, bool), Error> {
        if answer.status == 304 || answer.unchanged {
            return Ok((self.not_modified(&answer, None).await?, false));
        }
        if !(200..=299).contains(&answer.status) {
            let status = answer.status;
            // What passes by itself is no capture, as with articles: a site that is down all night
            // would fill the archive.
            let passes = status == 429 || status >= 500;
            if !passes {
                let said = self.said_unread(&answer).await;
                self.capture_misfit(section.id.as_str(), &answer, said).await?;
            }
            return Ok((
                failed(format!("the portal answers {status}"), matches!(status, 404 | 410)),
                passes,
            ));
        }
        if let Some(why) = no_page(&answer) {
            self.capture_misfit(section.id.as_str(), &answer, answer.digest).await?;
            return Ok((failed(why, true), false));
        }
        let exchanges = std::mem::take(&mut answer.exchanges);
        let (reader, digest, portal) =
            (self.crawl.reader.load_full(), self.reader_digest(), self.site.portal.clone());
        let (was, known, earlier) =
            (known, known.cloned(), self.crawl.misfits().lists(&self.site.id, &section.id));
        let looked = self.crawl.desk.run(answer.body.len(), move || {
            let view = View {
                body: &answer.body,
                content_type: answer.content_type.as_deref(),
                url: Some(&answer.url),
                portal: portal.as_deref(),
            };
            let look = look(&reader, &view, digest, answer.digest, known.as_ref(), &earlier);
            (look, answer)
        });
        let Ok((look, mut answer)) = looked.await else {
            // A page that makes a reader panic is that page's failure alone.
            self.keep_misfits(&exchanges).await?;
            return Ok((failed(Error::Reading.to_string(), true), false));
        };
        answer.exchanges = exchanges;
        let (why, said) = match look {
            Ok(Look::Same) => return Ok((self.not_modified(&answer, None).await?, false)),
            Ok(Look::Learned(calm)) => {
                return Ok((self.not_modified(&answer, Some(calm)).await?, false));
            }
            Ok(Look::Read(page, calm, came_before)) => {
                let lists = page
                    .blocks
                    .into_iter()
                    .filter(|b| b.role == Role::Listing)
                    .filter_map(|b| b.listing);
                if let Some(listing) = merged(lists) {
                    self.another_list(section, &answer, was, came_before).await?;
                    return Ok((
                        Turned::Listing(
                            listing,
                            Seen { validators: answer.validators, calm: Some(calm) },
                        ),
                        false,
                    ));
                }
                (
                    "no listing on the page: look at it with bantin inspect".to_owned(),
                    said(calm.fingerprint, &answer),
                )
            }
            Err(error) => {
                if let extract::Error::Bound { what, .. } = error {
                    self.crawl.hit(&self.site.id, answer.url.as_str(), what);
                }
                (error.to_string(), self.said_unread(&answer).await)
            }
        };
        self.capture_misfit(section.id.as_str(), &answer, said).await?;
        Ok((failed(why, true), false))
    }

    /// Archives a list that is another than the one that was known, unless it stood there before
    /// that.
    async fn another_list(
        &mut self,
        section: &Section,
        answer: &Answer,
        was: Option<&Calm>,
        came_before: bool,
    ) -> Result<(), Error> {
        if let Some(was) = was {
            self.crawl.misfits().list_left(&self.site.id, &section.id, was.clone());
        }
        if came_before {
            return self.nothing_new(answer).await;
        }
        self.ledger.check_lease().await?;
        self.keep(&answer.exchanges).await.map(drop)
    }

    async fn not_modified(
        &mut self,
        answer: &Answer,
        learned: Option<Calm>,
    ) -> Result<Turned, Error> {
        self.nothing_new(answer).await?;
        Ok(Turned::NotModified(
            learned.map(|calm| Seen { validators: answer.validators.clone(), calm: Some(calm) }),
        ))
    }
}

/// Looks at a page only as far as needed to see that it lists what is known, else reads it.
fn look(
    reader: &Reader,
    view: &View<'_>,
    digest: u64,
    wire: u128,
    known: Option<&Calm>,
    earlier: &[Calm],
) -> Result<Look, extract::Error> {
    let budget = reader.begin();
    let fingerprint = reader.fingerprint(view);
    let like =
        known.and_then(|known| Some((known, known.fingerprint.as_ref()?, fingerprint.as_ref()?)));
    if let Some((known, then, now)) = like
        && then.form == now.form
        && then.digits.get(usize::from(known.step)) == now.digits.get(usize::from(known.step))
    {
        return Ok(Look::Same);
    }
    let page = reader.segment_within(view, &budget)?;
    let alike = |calm: &Calm| {
        reader.loosened(
            view,
            calm.fingerprint.as_ref()?,
            fingerprint.as_ref()?,
            calm.step,
            &page,
            &budget,
        )
    };
    let learned = known.and_then(alike);
    let before =
        earlier.iter().filter(|calm| learned.is_none() && calm.reader == digest).find_map(alike);
    let calm = Calm { reader: digest, wire, step: learned.or(before).unwrap_or(0), fingerprint };
    Ok(if learned.is_some() {
        Look::Learned(calm)
    } else {
        Look::Read(page, calm, before.is_some())
    })
}

fn failed(why: impl Into<String>, lasting: bool) -> Turned {
    Turned::Failed(Fault { why: why.into(), lasting })
}

/// The address that a turn asks.
pub(super) fn address(turn: &Turn) -> &str {
    match turn {
        Turn::Get(url) | Turn::Post { url, .. } => url,
    }
}

/// All listing blocks of a page as one, in order; the first pager that leads on.
fn merged(listings: impl Iterator<Item = Listing>) -> Option<Listing> {
    listings.reduce(|mut all, more| {
        all.teasers.extend(more.teasers);
        all.next = all.next.or(more.next);
        all
    })
}
