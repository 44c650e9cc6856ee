//! What the server gets when it starts, and what it asks the house about its sites.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;

use crate::domain::count::Counters;
use crate::domain::{Health, Site, States};
use crate::publish::cache::DocumentSource;

/// The server's view of the house.
#[derive(Clone)]
pub struct State {
    /// Where documents are found.
    pub documents: Arc<dyn DocumentSource>,
    /// The process's counters.
    pub counters: Arc<Counters>,
    /// How the sites are, in the order in which they are listed; asked at each page, so it must not
    /// wait.
    pub status: Arc<dyn Fn() -> Sites + Send + Sync>,
    /// What addresses of ours begin with; ends in a slash.
    pub public_url: String,
    /// False while the daemon stops.
    pub ready: Arc<AtomicBool>,
    /// The states that the daemon is in.
    pub states: Arc<States>,
}

/// All sites as they are at one moment.
pub type Sites = Arc<Vec<SiteStatus>>;

/// How one site is.
#[derive(Clone, Debug)]
pub struct SiteStatus {
    /// The site; one that is not enabled is not read, and counts for nothing in the health of the
    /// house.
    pub site: Arc<Site>,
    /// Its state.
    pub health: Health,
    /// Why it is not healthy.
    pub reasons: Arc<[String]>,
    /// Articles stored.
    pub articles: u64,
    /// When a visit last read every section.
    pub last_success: Option<Timestamp>,
}
