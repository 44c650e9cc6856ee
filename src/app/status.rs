//! How the sites are, as the server shows it: kept in memory, and read again of those of which
//! something was written.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Rooms;
use crate::crawl::Stirred;
use crate::domain::state::chain;
use crate::domain::{Site, SiteId};
use crate::store::{self, Extent, Faring};
use crate::web::{SiteStatus, Sites};

/// Between two looks at what was written.
const REFRESH: Duration = Duration::from_secs(2);
/// Sites that are read in one look at the store.
const LOOK: usize = 256;

/// The sites as they were last seen, by id.
#[derive(Clone, Default)]
pub struct Board(Arc<RwLock<Sites>>);

impl Board {
    /// What was last seen.
    pub fn look(&self) -> Sites {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes up what was written since the last time; what cannot be read waits for the next time.
    pub async fn refresh(&self, rooms: &Rooms) {
        let outcome = match rooms.crawl.stir.take() {
            Stirred::All => self.read_all(rooms).await.inspect_err(|_| rooms.crawl.stir.note_all()),
            Stirred::Sites(some) => self
                .read(rooms, &some)
                .await
                .inspect_err(|_| some.iter().for_each(|id| rooms.crawl.stir.note(id))),
        };
        if let Err(error) = outcome {
            tracing::warn!(error = %chain(&error), "the sites' state cannot be read");
        }
    }

    /// Reads the sites that are configured now.
    async fn read_all(&self, rooms: &Rooms) -> Result<(), store::Error> {
        let all = farings(rooms, &rooms.sites(), Extent::Brief, status).await?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    /// Reads some sites anew.
    async fn read(&self, rooms: &Rooms, some: &BTreeSet<SiteId>) -> Result<(), store::Error> {
        let known = self.look();
        let place = |id: &SiteId| known.binary_search_by(|status| status.site.id.cmp(id)).ok();
        let places: Vec<usize> = some.iter().filter_map(place).collect();
        let sites: Vec<Arc<Site>> = places.iter().map(|at| known[*at].site.clone()).collect();
        let new = farings(rooms, &sites, Extent::Brief, status).await?;
        let mut board = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let board = Arc::make_mut(&mut board);
        places.iter().zip(new).for_each(|(at, status)| board[*at] = status);
        Ok(())
    }

    /// Keeps looking until told to stop.
    pub async fn keep(self, rooms: Weak<Rooms>, stop: CancellationToken) {
        while let Some(rooms) = rooms.upgrade() {
            self.refresh(&rooms).await;
            drop(rooms);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(REFRESH) => {}
            }
        }
    }
}

/// What is to be told of these sites, some hundreds in one look.
pub async fn farings<T>(
    rooms: &Rooms,
    sites: &[Arc<Site>],
    extent: Extent,
    tell: impl Fn(&Arc<Site>, Faring) -> T,
) -> Result<Vec<T>, store::Error> {
    let mut told = Vec::with_capacity(sites.len());
    for some in sites.chunks(LOOK) {
        let found =
            rooms.store.farings(some.iter().map(|site| site.id.clone()).collect(), extent).await?;
        told.extend(some.iter().zip(found).map(|(site, faring)| tell(site, faring)));
    }
    Ok(told)
}

fn status(site: &Arc<Site>, faring: Faring) -> SiteStatus {
    SiteStatus {
        site: site.clone(),
        health: faring.source.state(),
        reasons: faring.source.reasons.into(),
        articles: faring.tally.articles,
        last_success: faring.source.last_success,
    }
}
