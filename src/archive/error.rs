//! Faults of the archive.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk failed or is full.
    #[error("the archive could not be written: check the disk")]
    Io(#[from] std::io::Error),
    /// A sync failed: writing stops until the file is reopened and checked.
    #[error("a sync of the archive failed; writing has stopped")]
    Unsynced,
    /// Another process has the archive open.
    #[error("the archive at {0} is open in another process")]
    Busy(String),
    /// A record does not read.
    #[error("no whole record at {file}:{offset}: {what}")]
    Damaged {
        /// The file.
        file: String,
        /// The offset.
        offset: u64,
        /// What was met.
        what: String,
    },
}
