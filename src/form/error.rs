//! What may go wrong when a form is read back: it is broken, or newer than this program.

/// A form that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the JSON of a record or list.
    #[error(
        "not the JSON of a record: the archive's file is damaged there, or was written by another program"
    )]
    Json(#[from] serde_json::Error),
    /// A form that this program does not know.
    #[error("form {0} is not known: a newer bantin wrote it, so use that one")]
    Unknown(String),
    /// Not the bytes of a stored row.
    #[error("its bytes are not those of a stored row")]
    Row(#[from] postcard::Error),
    /// Texts that do not expand.
    #[error("its texts cannot be unpacked")]
    Texts(#[source] std::io::Error),
    /// A value that no record can have.
    #[error("{0} is out of range")]
    Value(&'static str),
}
