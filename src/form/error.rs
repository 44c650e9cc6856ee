//! What may go wrong when a form is read back: it is broken, or newer than this program.

/// A form that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the JSON of a record or list.
    #[error(
        "not the JSON of a record: the archive's file is damaged there, or was written by another \
         program"
    )]
    Json(#[from] serde_json::Error),
    /// A form that this program does not know.
    #[error("unknown form {0}: written by a newer bantin?")]
    Unknown(String),
    /// Not the bytes of a stored row.
    #[error("not a stored row: rebuild the store from the archive")]
    Row(#[from] postcard::Error),
    /// Texts that do not expand.
    #[error("stored texts do not expand: rebuild the store from the archive")]
    Texts(#[source] std::io::Error),
    /// A value that no record can have.
    #[error("{0} is out of range")]
    Value(&'static str),
}
