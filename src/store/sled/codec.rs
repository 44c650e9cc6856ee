//! The stored forms of the large rows, as the rest of the store calls them; `form::stored` owns
//! them.

use crate::domain::{Record, Source, Target};
use crate::form::stored;
use crate::store::Error;

fn damaged(fault: crate::form::Error) -> Error {
    Error::Damaged { what: format!("a row cannot be read: {fault}") }
}

/// A record as stored.
pub fn record_to_bytes(record: &Record) -> Result<Vec<u8>, Error> {
    Ok(stored::encode(record))
}
/// A record read back.
pub fn record_from_bytes(bytes: &[u8]) -> Result<Record, Error> {
    stored::decode(bytes).map_err(damaged)
}
/// A source as stored.
pub fn source_to_bytes(source: &Source) -> Result<Vec<u8>, Error> {
    Ok(stored::encode_source(source))
}
/// A source read back.
pub fn source_from_bytes(bytes: &[u8]) -> Result<Source, Error> {
    stored::decode_source(bytes).map_err(damaged)
}
/// A target as stored.
pub fn target_to_bytes(target: &Target) -> Result<Vec<u8>, Error> {
    Ok(stored::encode_target(target))
}
/// A target read back.
pub fn target_from_bytes(bytes: &[u8]) -> Result<Target, Error> {
    stored::decode_target(bytes).map_err(damaged)
}
