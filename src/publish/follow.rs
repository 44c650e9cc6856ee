//! Following the change log: what changed is assembled, rendered and put on the shelf, at most once a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::finals::Touched;
use super::shelf::{Found, Library, Ready, Recent, Shelf};
use super::{Error, Press};
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
}

impl Publisher {
    /// Folds what is left of the change log and makes every feed ready.
    pub async fn start(press: Press) -> Result<Self, Error> {
        let publisher = Self { press, shelf: Shelf::new(), recent: Recent::new(RECENT), open: Mutex::default() };
        publisher.press.follow_public_url().await?;
        publisher.press.fold_changes().await?;
        publisher.render_all().await?;
        Ok(publisher)
    }

    /// Renders every feed of every site.
    pub async fn render_all(&self) -> Result<(), Error> {
        for site in self.press.sites() {
            let all = (0..site.sections.len()).collect::<Vec<_>>();
            self.render_site(&site, &all).await?;
        }
        self.shelf.put(self.press.forms(self.press.all().await?).await?);
        self.shelf.put([self.press.outlines().await?]);
        Ok(())
    }

    /// Folds new changes and renders what they touched.
    pub async fn catch_up(&self) -> Result<(), Error> {
        let touched = self.press.fold_changes().await?;
        self.render(touched).await
    }

    async fn render(&self, touched: Touched) -> Result<(), Error> {
        if touched.sites.is_empty() {
            return Ok(());
        }
        for (id, sections) in &touched.sites {
            let Some(site) = self.press.site(id) else { continue };
            let indexes: Vec<usize> = (0..site.sections.len()).filter(|i| sections.contains(&site.sections[*i].id)).collect();
            self.render_site(&site, &indexes).await?;
        }
        self.shelf.put(self.press.forms(self.press.all().await?).await?);
        Ok(())
    }

    /// Renders a site's document, its open one and the named sections, and swaps them in together.
    async fn render_site(&self, site: &Site, sections: &[usize]) -> Result<(), Error> {
        let (open_now, shelved) = self.press.site_shelved(site, sections).await?;
        self.shelf.put(shelved);
        self.take_down_open(&site.id, open_now);
        Ok(())
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

    /// Follows the log until told to stop; a fault is said and tried again at the next change.
    pub async fn follow(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let changed = self.press.changed.notified();
            if let Err(error) = self.catch_up().await {
                tracing::error!(error = &error as &dyn std::error::Error, "feeds could not be brought up to date");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = changed => {}
                () = tokio::time::sleep(GATHER * 30) => {}
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(GATHER) => {}
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
        if let Some(ready) = self.at_hand(path) {
            return Found::Ready(ready);
        }
        let Some((site, n)) = archived(path) else { return Found::Absent };
        match self.press.final_document(&site, n).await {
            Ok(Some(ready)) => {
                self.recent.put(path, ready.clone());
                Found::Ready(ready)
            }
            Ok(None) => Found::Absent,
            Err(error) => {
                tracing::error!(path, error = %chain(&error), "a final document does not read");
                Found::Failed
            }
        }
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
