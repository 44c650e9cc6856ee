//! How the sites are, as the server shows it: a snapshot, refreshed after changes and every few seconds.

use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Rooms;
use crate::domain::state::chain;
use crate::web::SiteStatus;

/// Between two looks at the store.
const REFRESH: Duration = Duration::from_secs(2);

/// The snapshot.
#[derive(Clone, Default)]
pub struct Board(Arc<RwLock<Vec<SiteStatus>>>);

impl Board {
    /// What was last seen.
    pub fn look(&self) -> Vec<SiteStatus> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the store once.
    pub async fn refresh(&self, rooms: &Rooms) {
        match statuses(rooms).await {
            Ok(now) => *self.0.write().unwrap_or_else(PoisonError::into_inner) = now,
            Err(error) => tracing::warn!(error = %chain(&error), "the sites' state does not read"),
        }
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

async fn statuses(rooms: &Rooms) -> Result<Vec<SiteStatus>, crate::store::Error> {
    let mut all = Vec::new();
    for site in rooms.sites() {
        let source = rooms.store.source(&site.id).await?.unwrap_or_default();
        all.push(SiteStatus {
            id: site.id.clone(),
            title: site.title.clone(),
            home: site.home.to_string(),
            enabled: site.enabled,
            health: source.state(),
            reasons: source.reasons,
            articles: rooms.store.tally(&site.id).await?.articles,
            last_success: source.last_success,
            sections: site.sections.iter().map(|s| (s.id.clone(), s.title.clone())).collect(),
        });
    }
    Ok(all)
}
