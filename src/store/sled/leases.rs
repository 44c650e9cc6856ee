//! Who has which site. Leases are this process's alone, since the files are: nothing of them is
//! written but a fence that is no lower than those under which rows were written, so that it only
//! grows.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::domain::{SiteId, SiteState};
use crate::store::{Error, Lease};

/// The leases, and the memories of sites whose last visits brought nothing that is worth a write.
#[derive(Debug, Default)]
pub struct Leases {
    held: Mutex<HashMap<SiteId, Held>>,
    /// By chance of its own, so that no list can be made to pass for another.
    state: RandomState,
}

#[derive(Debug, Default)]
struct Held {
    /// The last fence given.
    fence: u64,
    /// The end of the lease; `None`: given back.
    until: Option<Timestamp>,
    /// What the first pages list as the row has it, as a digest; `None`: that is not known.
    listed: Option<u64>,
    /// The site's memory, where it is newer than its row.
    resting: Option<Resting>,
}

/// A memory that is newer than its row.
#[derive(Clone, Debug, PartialEq)]
pub struct Resting {
    /// The memory.
    pub state: SiteState,
    /// Whether what the first pages list is left out of it, the most of a memory: the row says the
    /// same.
    pub lean: bool,
}

impl Leases {
    fn lock(&self) -> MutexGuard<'_, HashMap<SiteId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims a site that no lease holds at `now`; `written` is the fence of its row, where the
    /// first lease of the process begins.
    pub fn claim(
        &self,
        site: &SiteId,
        written: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Option<Lease> {
        let mut leases = self.lock();
        let held = leases
            .entry(site.clone())
            .or_insert_with(|| Held { fence: written, ..Held::default() });
        if held.until.is_some_and(|end| end > now) {
            return None;
        }
        held.fence += 1;
        held.until = Some(until);
        Some(Lease { site: site.clone(), fence: held.fence, until })
    }

    /// A site's memory as its row has it, read by who has claimed it.
    pub fn read(&self, lease: &Lease, state: &SiteState) {
        let listed = self.listed(state);
        if let Some(held) =
            self.lock().get_mut(&lease.site).filter(|held| held.fence == lease.fence)
        {
            held.listed = Some(listed);
        }
    }

    fn listed(&self, state: &SiteState) -> u64 {
        self.state.hash_one(
            state
                .sections
                .iter()
                .map(|(id, section)| (id, &section.first_page))
                .collect::<Vec<_>>(),
        )
    }

    /// Whether a lease holds at `now`.
    pub fn holds(&self, lease: &Lease, now: Timestamp) -> bool {
        self.lock().get(&lease.site).is_some_and(|held| {
            held.fence == lease.fence && held.until.is_some_and(|end| end > now)
        })
    }

    /// Refuses a lease that was given back or claimed over.
    pub fn fence(&self, lease: &Lease) -> Result<(), Error> {
        let held = self
            .lock()
            .get(&lease.site)
            .is_some_and(|held| held.fence == lease.fence && held.until.is_some());
        if held { Ok(()) } else { Err(Error::Fenced { site: lease.site.to_string() }) }
    }

    /// Gives a site back whose memory is written.
    pub fn release(&self, lease: &Lease) {
        if let Some(held) =
            self.lock().get_mut(&lease.site).filter(|held| held.fence == lease.fence)
        {
            *held = Held { fence: held.fence, ..Held::default() };
        }
    }

    /// Gives a site back whose memory is not written.
    pub fn release_lazy(&self, lease: &Lease, mut state: SiteState) -> Result<(), Error> {
        let listed = self.listed(&state);
        match self
            .lock()
            .get_mut(&lease.site)
            .filter(|held| held.fence == lease.fence && held.until.is_some())
        {
            Some(held) => {
                let lean = held.listed == Some(listed);
                if lean {
                    state.sections.values_mut().for_each(|section| section.first_page = Vec::new());
                }
                (held.until, held.resting) = (None, Some(Resting { state, lean }));
                Ok(())
            }
            None => Err(Error::Fenced { site: lease.site.to_string() }),
        }
    }

    /// Gives a site back as it stands.
    pub fn abandon(&self, lease: &Lease) {
        if let Some(held) =
            self.lock().get_mut(&lease.site).filter(|held| held.fence == lease.fence)
        {
            held.until = None;
        }
    }

    /// A site's memory that is newer than its row.
    pub fn resting(&self, site: &SiteId) -> Option<Resting> {
        self.lock().get(site)?.resting.clone()
    }

    /// All memories that are newer than their rows.
    pub fn all_resting(&self) -> Vec<(SiteId, Resting)> {
        self.lock()
            .iter()
            .filter_map(|(site, held)| Some((site.clone(), held.resting.clone()?)))
            .collect()
    }

    /// A site's memory is written.
    pub fn written(&self, site: &SiteId) {
        if let Some(held) = self.lock().get_mut(site) {
            (held.listed, held.resting) = (None, None);
        }
    }
}
