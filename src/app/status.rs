//! How the sites are, as the server shows it: kept in memory, and read again of those of which
//! something was written.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Components;
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
pub struct StatusSnapshot(Arc<RwLock<Sites>>);

impl StatusSnapshot {
    /// What was last seen.
    pub fn look(&self) -> Sites {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes up what was written since the last time; what cannot be read waits for the next time.
    pub async fn refresh(&self, components: &Components) {
        let outcome = match components.crawl.stir.take() {
            Stirred::All => {
                self.read_all(components).await.inspect_err(|_| components.crawl.stir.note_all())
            }
            Stirred::Sites(some) => self
                .read(components, &some)
                .await
                .inspect_err(|_| some.iter().for_each(|id| components.crawl.stir.note(id))),
        };
        if let Err(error) = outcome {
            tracing::warn!(error = %chain(&error), "the sites' state cannot be read");
        }
    }

    /// Reads the sites that are configured now.
    async fn read_all(&self, components: &Components) -> Result<(), store::Error> {
        let all = farings(components, &components.sites(), Extent::Brief, status).await?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    /// Reads some sites anew.
    async fn read(
        &self,
        components: &Components,
        some: &BTreeSet<SiteId>,
    ) -> Result<(), store::Error> {
        let known = self.look();
        let place = |id: &SiteId| known.binary_search_by(|status| status.site.id.cmp(id)).ok();
        let places: Vec<usize> = some.iter().filter_map(place).collect();
        let sites: Vec<Arc<Site>> = places.iter().map(|at| known[*at].site.clone()).collect();
        let new = farings(components, &sites, Extent::Brief, status).await?;
        let mut snapshot = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let snapshot = Arc::make_mut(&mut snapshot);
        places.iter().zip(new).for_each(|(at, status)| snapshot[*at] = status);
        Ok(())
    }

    /// Keeps looking until told to stop.
    pub async fn keep(self, components: Weak<Components>, stop: CancellationToken) {
        while let Some(components) = components.upgrade() {
            self.refresh(&components).await;
            drop(components);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(REFRESH) => {}
            }
        }
    }
}

/// What is to be told of these sites, some hundreds in one look.
///
/// # Errors
///
/// When the store cannot be read.
pub async fn farings<T>(
    components: &Components,
    sites: &[Arc<Site>],
    extent: Extent,
    tell: impl Fn(&Arc<Site>, Faring) -> T,
) -> Result<Vec<T>, store::Error> {
    let mut told = Vec::with_capacity(sites.len());
    for some in sites.chunks(LOOK) {
        let found = components
            .store
            .farings(some.iter().map(|site| site.id.clone()).collect(), extent)
            .await?;
        told.extend(some.iter().zip(found).map(|(site, faring)| tell(site, faring)));
    }
    Ok(told)
}

fn status(site: &Arc<Site>, faring: Faring) -> SiteStatus {
    SiteStatus {
        site: site.clone(),
        health: faring.state.status(),
        reasons: faring.state.reasons.into(),
        articles: faring.tally.articles,
        last_success: faring.state.last_success,
    }
}
