//! One page of a listing: asked for, known again or archived and read.

use url::Url;

use super::Error;
use super::reading::no_page;
use super::reading::said;
use super::visit::Visit;
use crate::domain::state::chain;
use crate::domain::{
    KnownPage, Listing, Page, PageRequest, Role, Section, SectionState, Validators,
};
use crate::extract::{self, Change, Reader, View};
use crate::fetch::{self, Request, Response};

/// What became of a request for a listing's page.
pub(super) enum PageOutcome {
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
    known_page: Option<KnownPage>,
}

impl Seen {
    /// What is known of a section's first page.
    pub fn of(state: &SectionState) -> Self {
        Self { validators: state.validators.clone(), known_page: state.known_page.clone() }
    }

    /// Remembers it.
    pub fn note(self, state: &mut SectionState) {
        (state.validators, state.known_page) = (self.validators, self.known_page);
    }
}

/// What looking at a whole page brought.
enum Look {
    /// It lists what it listed before.
    Same,
    /// The same, and by what that is seen at once the next time.
    Learned(KnownPage),
    /// It was read.
    Read(Box<ReadPage>),
}

/// A page that is another than the known one.
struct ReadPage {
    page: Page,
    /// By what it is known again.
    known_page: KnownPage,
    /// Whether it stood there before the known one.
    came_before: bool,
}

impl Visit<'_> {
    /// Asks for a page of a listing and reads it; a page that brings no answer for now is asked for
    /// once more.
    pub(super) async fn listing_page(
        &mut self,
        section: &Section,
        page_request: &PageRequest,
        mut known: Seen,
    ) -> Result<PageOutcome, Error> {
        let reader = self.reader_digest();
        known.known_page = known.known_page.filter(|known_page| known_page.reader == reader);
        match self.listing_page_once(section, page_request, &known).await? {
            (PageOutcome::Failed(_), true) if !self.ended() => {
                Ok(self.listing_page_once(section, page_request, &known).await?.0)
            }
            (outcome, _) => Ok(outcome),
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
        self.crawl.reader.load().digest_with(site.id.as_str(), &text)
    }

    /// The page, and whether asking again may help.
    async fn listing_page_once(
        &mut self,
        section: &Section,
        page_request: &PageRequest,
        known: &Seen,
    ) -> Result<(PageOutcome, bool), Error> {
        let Ok(url) = Url::parse(address(page_request)) else {
            let why = format!("its address {} is not a URL", address(page_request));
            return Ok((failed(why, true), false));
        };
        let form = match page_request {
            PageRequest::Get(_) => None,
            PageRequest::Post { fields, .. } => Some(fields.clone()),
        };
        let same = known.known_page.as_ref().map(|known_page| known_page.wire);
        let request = Request {
            url,
            form,
            validators: known.validators.clone(),
            max_wait: self.max_wait(),
            known: same,
        };
        match self.request(request).await? {
            None => Ok((PageOutcome::NotModified(None), false)),
            Some(Ok(response)) => {
                self.responded(section, response, known.known_page.as_ref()).await
            }
            Some(Err(failure)) => {
                self.keep_new(&failure.exchanges).await?;
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

    async fn responded(
        &mut self,
        section: &Section,
        response: Response,
        known: Option<&KnownPage>,
    ) -> Result<(PageOutcome, bool), Error> {
        if response.status == 304 || response.unchanged {
            return Ok((self.not_modified(&response, None).await?, false));
        }
        if !(200..=299).contains(&response.status) {
            return self.refused(section, &response).await;
        }
        if let Some(why) = no_page(&response) {
            self.capture_other(section.id.as_str(), &response, response.digest).await?;
            return Ok((failed(why, true), false));
        }
        Ok((self.whole_page(section, response, known).await?, false))
    }

    /// An answer of another status than 2xx, and whether asking again may help.
    async fn refused(
        &mut self,
        section: &Section,
        response: &Response,
    ) -> Result<(PageOutcome, bool), Error> {
        let status = response.status;
        // What passes by itself is no capture, as with articles: a site that is down all night
        // would fill the archive.
        let passes = status == 429 || status >= 500;
        if !passes {
            let said = self.said_unread(response).await;
            self.capture_other(section.id.as_str(), response, said).await?;
        }
        let lasting = matches!(status, 404 | 410);
        Ok((failed(format!("{} answers {status}", response.url), lasting), passes))
    }

    /// A page that came whole: the known one, another list, or none.
    async fn whole_page(
        &mut self,
        section: &Section,
        mut response: Response,
        known: Option<&KnownPage>,
    ) -> Result<PageOutcome, Error> {
        let exchanges = std::mem::take(&mut response.exchanges);
        let reader = self.crawl.reader.load_full();
        let (site, portal) = (self.site.id.clone(), self.site.portal.clone());
        let compared = Compared {
            reader: self.reader_digest(),
            known: known.cloned(),
            earlier: self.crawl.seen_responses().lists(&self.site.id, &section.id),
        };
        let looked = self.crawl.readers.run(response.body.len(), move || {
            let view = View {
                body: &response.body,
                content_type: response.content_type.as_deref(),
                url: Some(&response.url),
                portal: portal.as_deref(),
                site: Some(site.as_str()),
                ..View::default()
            };
            (compared.look(&reader, &view, response.digest), response)
        });
        let Ok((look, mut response)) = looked.await else {
            // A page that makes a reader panic is that page's failure alone.
            self.keep_new(&exchanges).await?;
            return Ok(failed(Error::Reading.to_string(), true));
        };
        response.exchanges = exchanges;
        match look {
            Ok(Look::Same) => self.not_modified(&response, None).await,
            Ok(Look::Learned(known_page)) => self.not_modified(&response, Some(known_page)).await,
            Ok(Look::Read(page)) => self.list_read(section, response, *page, known).await,
            Err(error) => {
                if let extract::Error::Bound { what, .. } = error {
                    self.crawl.hit(&self.site.id, response.url.as_str(), what);
                }
                let said = self.said_unread(&response).await;
                self.capture_other(section.id.as_str(), &response, said).await?;
                Ok(failed(error.to_string(), true))
            }
        }
    }

    /// A page that was read: its lists as one, if it has any.
    async fn list_read(
        &mut self,
        section: &Section,
        response: Response,
        ReadPage { page, known_page, came_before }: ReadPage,
        was: Option<&KnownPage>,
    ) -> Result<PageOutcome, Error> {
        let lists = page.blocks.into_iter().filter(|block| block.role == Role::Listing);
        let Some(listing) = merged(lists.filter_map(|block| block.listing)) else {
            let said = said(known_page.fingerprint, &response);
            self.capture_other(section.id.as_str(), &response, said).await?;
            return Ok(failed("no listing on the page: look at it with bantin inspect", true));
        };
        self.another_list(section, &response, was, came_before).await?;
        let seen = Seen { validators: response.validators, known_page: Some(known_page) };
        Ok(PageOutcome::Listing(listing, seen))
    }

    /// Archives a list that is another than the one that was known, unless it stood there before
    /// that.
    async fn another_list(
        &mut self,
        section: &Section,
        response: &Response,
        was: Option<&KnownPage>,
        came_before: bool,
    ) -> Result<(), Error> {
        if let Some(was) = was {
            self.crawl.seen_responses().list_left(&self.site.id, &section.id, was.clone());
        }
        if came_before {
            return self.nothing_new(response).await;
        }
        self.ledger.check_lease().await?;
        self.keep(&response.exchanges).await.map(drop)
    }

    async fn not_modified(
        &mut self,
        response: &Response,
        learned: Option<KnownPage>,
    ) -> Result<PageOutcome, Error> {
        self.nothing_new(response).await?;
        Ok(PageOutcome::NotModified(learned.map(|known_page| Seen {
            validators: response.validators.clone(),
            known_page: Some(known_page),
        })))
    }
}

/// What a page is compared with.
struct Compared {
    /// Tells what reads the site's pages from what read them before.
    reader: u64,
    /// What the page was like when it was read last.
    known: Option<KnownPage>,
    /// What it was like before that.
    earlier: Vec<KnownPage>,
}

impl Compared {
    /// Looks at a page, whose bytes have the digest `wire`, only as far as needed to see that it
    /// lists what is known, else reads it.
    fn look(&self, reader: &Reader, view: &View<'_>, wire: u128) -> Result<Look, extract::Error> {
        let budget = reader.begin();
        let fingerprint = reader.fingerprint(view);
        let known = self.known.as_ref();
        let like = known
            .and_then(|known| Some((known, known.fingerprint.as_ref()?, fingerprint.as_ref()?)));
        if let Some((known, then, now)) = like
            && then.form == now.form
            && then.digits.get(usize::from(known.step)) == now.digits.get(usize::from(known.step))
        {
            return Ok(Look::Same);
        }
        let page = reader.segment_within(view, &budget)?;
        let alike = |known_page: &KnownPage| {
            let (known, now) = (known_page.fingerprint.as_ref()?, fingerprint.as_ref()?);
            let change = Change { known, now, least: known_page.step };
            reader.loosened(view, change, &page, &budget)
        };
        let learned = known.and_then(alike);
        let is_read_alike =
            |known_page: &&KnownPage| learned.is_none() && known_page.reader == self.reader;
        let before = self.earlier.iter().filter(is_read_alike).find_map(alike);
        let step = learned.or(before).unwrap_or(0);
        let known_page = KnownPage { reader: self.reader, wire, step, fingerprint };
        Ok(match learned {
            Some(_) => Look::Learned(known_page),
            None => {
                Look::Read(Box::new(ReadPage { page, known_page, came_before: before.is_some() }))
            }
        })
    }
}

fn failed(why: impl Into<String>, lasting: bool) -> PageOutcome {
    PageOutcome::Failed(Fault { why: why.into(), lasting })
}

/// The address that a request asks.
pub(super) fn address(page_request: &PageRequest) -> &str {
    match page_request {
        PageRequest::Get(url) | PageRequest::Post { url, .. } => url,
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
