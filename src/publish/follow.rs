//! Following the change log: what changed is assembled, rendered and put on the shelf, at most once a second.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::finals::Touched;
use super::shelf::{Found, Library, Ready, Recent, Shelf};
use super::{Error, Press};
use crate::domain::feed::Scope;
use crate::domain::state::chain;
use crate::domain::{Site, SiteId};

/// Changes are gathered this long (CONTRACT section 5).
const GATHER: Duration = Duration::from_secs(1);
/// Final documents kept in memory, in bytes.
const RECENT: usize = 8 << 20;

/// Keeps the shelf true to the store.
pub struct Publisher {
    press: Press,
    shelf: Shelf,
    recent: Recent,
    /// The number of each site's open document on the shelf.
    open: Mutex<HashMap<SiteId, u32>>,
    /// What is to be made; one making at a time.
    unmade: tokio::sync::Mutex<Unmade>,
    /// Sites whose documents are to be made, for readers.
    waiting: RwLock<HashSet<SiteId>>,
}

/// What is to be made: it stays so until it is made.
#[derive(Default)]
struct Unmade {
    /// Whether the final documents may carry another public URL.
    url: bool,
    touched: Touched,
    /// The feed of all sites.
    all: bool,
    /// The list of feeds.
    outlines: bool,
}

impl Publisher {
    /// Folds what is left of the change log and makes every feed ready, as far as that can be done now; the rest is made later.
    /// Only a damaged store is an error.
    pub async fn start(press: Press) -> Result<Self, Error> {
        let publisher = Self {
            press,
            shelf: Shelf::new(),
            recent: Recent::new(RECENT),
            open: Mutex::default(),
            unmade: tokio::sync::Mutex::new(Unmade { url: true, ..Unmade::default() }),
            waiting: RwLock::default(),
        };
        match publisher.render_all().await {
            Err(damage) if damage.is_damage() => Err(damage),
            _ => Ok(publisher),
        }
    }

    /// Takes down what the configuration has no more, and renders every feed of every site.
    pub async fn render_all(&self) -> Result<(), Error> {
        {
            let mut unmade = self.unmade.lock().await;
            self.take_down_gone();
            (unmade.all, unmade.outlines) = (true, true);
            for site in self.press.sites() {
                unmade.touched.sites.entry(site.id.clone()).or_default().extend(site.sections.iter().map(|section| section.id.clone()));
            }
        }
        self.catch_up().await
    }

    /// Folds new changes and renders what they touched, and what could not be made before.
    pub async fn catch_up(&self) -> Result<(), Error> {
        let mut unmade = self.unmade.lock().await;
        if self.press.rebuilding.load(Ordering::Acquire) {
            return Ok(());
        }
        let folded = self.fold(&mut unmade).await;
        let made = self.make(&mut unmade).await;
        let outcome = folded.and(made);
        if let Err(error) = &outcome {
            tracing::error!(error = %chain(error), "feeds could not be brought up to date: they are made again");
            error.state((self.press.clock)()).into_iter().for_each(|state| (self.press.trouble)(state));
        }
        outcome
    }

    async fn fold(&self, unmade: &mut Unmade) -> Result<(), Error> {
        self.press.save_stamps().await?;
        if unmade.url && !self.press.is_withheld() {
            self.press.follow_public_url().await?;
            unmade.url = false;
        }
        let folded = self.press.fold_changes().await;
        for (site, sections) in self.press.take_touched().await.sites {
            unmade.touched.sites.entry(site).or_default().extend(sections);
        }
        folded?;
        if self.press.recovered.load(Ordering::Acquire) && !self.press.is_withheld() {
            self.press.follow_finals().await?;
            self.press.recovered.store(false, Ordering::Release);
        }
        Ok(())
    }

    /// Makes what is to be made; what fails stays, and holds up nothing else.
    async fn make(&self, unmade: &mut Unmade) -> Result<(), Error> {
        let mut outcome = Ok(());
        unmade.all |= !unmade.touched.sites.is_empty();
        self.wait_for(unmade);
        for (id, sections) in std::mem::take(&mut unmade.touched.sites) {
            let Some(site) = self.press.site(&id) else { continue };
            let indexes: Vec<usize> = (0..site.sections.len()).filter(|i| sections.contains(&site.sections[*i].id)).collect();
            if let Err(error) = self.render_site(&site, &indexes).await {
                unmade.touched.sites.insert(id, sections);
                outcome = Err(error);
            }
        }
        if unmade.all {
            match self.render_rest(unmade.outlines).await {
                Ok(()) => (unmade.all, unmade.outlines) = (false, false),
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        self.wait_for(unmade);
        outcome
    }

    async fn render_rest(&self, outlines: bool) -> Result<(), Error> {
        self.shelf.put(self.press.forms(self.press.all().await?).await?);
        if outlines {
            self.shelf.put([self.press.outlines(false).await?, self.press.outlines(true).await?]);
        }
        Ok(())
    }

    fn wait_for(&self, unmade: &Unmade) {
        *self.waiting.write().unwrap_or_else(PoisonError::into_inner) = unmade.touched.sites.keys().cloned().collect();
    }

    /// Renders a site's document, its open one and the named sections, and swaps them in together.
    async fn render_site(&self, site: &Site, sections: &[usize]) -> Result<(), Error> {
        let (open_now, shelved) = self.press.site_shelved(site, sections).await?;
        self.shelf.put(shelved);
        self.take_down_open(&site.id, open_now);
        Ok(())
    }

    /// Takes down the documents of sites and sections that are no longer configured.
    fn take_down_gone(&self) {
        let paths = self.press.paths();
        let feed = |path: &str| match archived(path) {
            Some((site, _)) => Scope::Site(site).path(),
            None => path.rsplit_once('.').map_or(path, |(feed, _)| feed).to_owned(),
        };
        self.shelf.retain(|path| paths.contains(&feed(path)));
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|site, _| self.press.site(site).is_some());
        self.recent.clear();
    }

    /// Takes the document off the shelf that was open before: it turned final and is served as written from now on.
    fn take_down_open(&self, site: &SiteId, open_now: Option<u32>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match open_now {
            Some(n) => open.insert(site.clone(), n),
            None => open.remove(site),
        };
        if let Some(before) = before.filter(|before| Some(*before) != open_now) {
            self.shelf.remove(&format!("feeds/{site}/archive/{before}.atom"));
        }
    }

    /// Follows the log until told to stop; what failed is tried again soon, whether or not something changes.
    pub async fn follow(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let changed = self.press.changed.notified();
            let failed = self.catch_up().await.is_err();
            tokio::select! {
                () = stop.cancelled() => return,
                () = changed => {}
                () = tokio::time::sleep(if failed { GATHER } else { GATHER * 30 }) => {}
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(GATHER) => {}
            }
        }
    }

    async fn read(&self, path: &str) -> Found {
        let Some((site, n)) = archived(path).filter(|(site, _)| self.press.site(site).is_some()) else { return Found::Absent };
        match self.press.final_document(&site, n).await {
            // Its site's file may have gone meanwhile.
            Ok(Some(_)) if self.press.site(&site).is_none() => Found::Absent,
            Ok(Some(ready)) => {
                self.recent.put(path, ready.clone());
                Found::Ready(ready)
            }
            // Its record is missing: it may come back.
            Ok(None) if self.press.store.last_final(&site).await.is_ok_and(|last| n <= last) => Found::Waiting,
            Ok(None) => Found::Absent,
            Err(error) => {
                tracing::error!(url.path = path, error = %chain(&error), "a final document does not read");
                Found::Failed
            }
        }
    }
}

#[async_trait]
impl Library for Publisher {
    fn at_hand(&self, path: &str) -> Option<Arc<Ready>> {
        self.shelf.get(path).or_else(|| self.recent.get(path))
    }

    async fn ready(&self, path: &str) -> Found {
        match self.at_hand(path) {
            Some(ready) => Found::Ready(ready),
            None if self.press.rebuilding.load(Ordering::Acquire) || self.is_waited_for(path) => Found::Waiting,
            None => self.read(path).await,
        }
    }

    fn waiting(&self) -> usize {
        self.waiting.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Publisher {
    /// Whether a site's document is to be made.
    fn is_waited_for(&self, path: &str) -> bool {
        let name = path.strip_prefix("feeds/").and_then(|path| path.split(['/', '.']).next()).and_then(SiteId::new);
        archived(path).is_none() && name.is_some_and(|site| self.waiting.read().unwrap_or_else(PoisonError::into_inner).contains(&site))
    }
}

/// The site and number of `feeds/SITE/archive/N.atom`; numbers are written without leading zeros.
fn archived(path: &str) -> Option<(SiteId, u32)> {
    let (site, n) = path.strip_prefix("feeds/")?.strip_suffix(".atom")?.split_once("/archive/")?;
    let number: u32 = n.parse().ok()?;
    (number > 0 && number.to_string() == n).then_some((SiteId::new(site)?, number))
}

#[cfg(test)]
mod tests {
    use super::archived;

    #[test]
    fn only_well_written_paths_name_a_final_document() {
        assert_eq!(archived("feeds/x/archive/12.atom").map(|(s, n)| (s.to_string(), n)), Some(("x".into(), 12)));
        for bad in
            ["feeds/x/archive/0.atom", "feeds/x/archive/01.atom", "feeds/X/archive/1.atom", "feeds/x/archive/+1.atom", "feeds/x.atom"]
        {
            assert_eq!(archived(bad), None, "{bad}");
        }
    }
}
