//! Faults of a store.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another worker claimed the site since.
    #[error("the lease on {site} has passed to another worker")]
    Fenced {
        /// The site.
        site: String,
    },
    /// Another process has the store open.
    #[error("the store at {path} is open in another process")]
    Busy {
        /// The store's folder.
        path: String,
    },
    /// The store's files do not read; it is set aside and rebuilt from the archive.
    #[error("the store does not read: {what}")]
    Damaged {
        /// What was met.
        what: String,
    },
    /// The disk failed or is full.
    #[error("the store could not be written: check the disk")]
    Io(#[from] std::io::Error),
}
