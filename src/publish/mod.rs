//! From the store's change log to documents ready to be served: folding, assembling, rendering,
//! shelving.
//!
//! Follows changes alone; never fetches, and never decides by the clock or by when it runs what a
//! document holds.

mod archive_documents;
mod asked;
mod assemble;
mod body;
pub mod cache;
mod export;
mod fold;
mod follow;
mod held;
mod origin;
mod renderer;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::Notify;

pub use archive_documents::Touched;
pub use export::{Given, Tree, Written, documents, write_tree};
pub use follow::Publisher;
pub use held::Held;

use crate::archive::{Archive, Marks};
use crate::domain::count::Counters;
use crate::domain::state::{self, State, Trouble};
use crate::domain::{Site, States};
use crate::store::{Sheet, Store};

/// Where the list of the sites' feeds stands.
pub const SITES: &str = "feeds.opml";
/// Where the list of the sections' feeds stands, a folder a site: what is asked for by
/// `?sections=1`.
pub const SECTIONS: &str = "feeds.opml?sections=1";

/// The wall clock, as a parameter.
pub type Clock = Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>;

/// What publishing needs.
#[derive(Clone)]
pub struct Renderer {
    /// The change log and the records.
    pub store: Arc<dyn Store>,
    /// Where final documents are kept.
    pub archive: Archive,
    /// Records appended and not yet saved.
    pub marks: Marks,
    /// What keeps the daemon from keeping what it reads.
    pub states: Arc<States>,
    /// Told of states that publishing meets.
    pub trouble: Trouble,
    /// Whether the store is being rebuilt from nothing: until it is whole no feed is served.
    pub rebuilding: Arc<AtomicBool>,
    /// Whether records were applied to the store since finals were last looked at.
    pub recovered: Arc<AtomicBool>,
    /// Feeds that were moved by what was folded and are not rendered yet; held while folding.
    pub touched: Arc<tokio::sync::Mutex<Touched>>,
    /// How documents were made that is not stored yet.
    pub sheets: Arc<Mutex<HashMap<String, Arc<Sheet>>>>,
    /// Packed forms on the disk.
    pub disk: Arc<cache::Disk>,
    /// The sites, enabled or not, in the order of their ids.
    pub sites: Arc<RwLock<Vec<Arc<Site>>>>,
    /// A digest of what all sites' files call them; 0: not made yet.
    pub titles: Arc<AtomicU64>,
    /// What feeds call themselves; ends in a slash.
    pub public_url: String,
    /// Counts.
    pub counters: Arc<Counters>,
    /// The wall clock, for Last-Modified alone.
    pub clock: Clock,
    /// Told when the store has changes.
    pub changed: Arc<Notify>,
}

/// What ended publishing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] crate::store::Error),
    /// The archive failed.
    #[error("the archive failed")]
    Archive(#[from] crate::archive::Error),
    /// A document could not be rendered.
    #[error(transparent)]
    Render(#[from] crate::render::Error),
    /// A file of the static tree could not be written.
    #[error("{path} could not be written: check the folder and the disk")]
    Tree {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The store is not whole: its feeds would be shorter than they are.
    #[error("the store is being rebuilt from the archive: publish again when it is whole")]
    Rebuilding,
    /// Final documents cannot be read; all others are written.
    #[error("{0} final documents cannot be read (the log names them); all others are written")]
    Unread(usize),
    /// What a document is made of changed while it was made.
    #[error("a feed changed again and again while it was made: ask for it again")]
    Moved,
    /// Rendering did not end.
    #[error("making a feed broke off: please report it, with the log")]
    Unfinished,
}

impl Error {
    /// The state of the daemon that this tells of.
    pub fn state(&self, now: jiff::Timestamp) -> Option<State> {
        let (io, path) = match self {
            Self::Store(fault) => (fault.io(), fault.path()),
            Self::Archive(fault) => (fault.io(), fault.path()),
            _ => return None,
        };
        let path = path.map(|path| path.display().to_string());
        Some(State::new(state::kind_of(io?), state::chain(self), path, now))
    }

    /// Whether the store is damaged: it is to be rebuilt.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Store(crate::store::Error::Damaged { .. }))
    }
}

impl Renderer {
    /// Whether nothing is written to the archive, nor folded beyond what is written.
    fn is_withheld(&self) -> bool {
        self.states.blocking().is_some() || self.archive.is_stopped()
    }
}
