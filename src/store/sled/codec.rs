//! The stored forms of the large rows, as the rest of the store calls them.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{Record, Source, Target};
use crate::store::Error;

fn to_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    postcard::to_extend(value, vec![1]).map_err(|e| Error::Damaged { what: format!("a row could not be written: {e}") })
}

fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let form = bytes.strip_prefix(&[1]).ok_or_else(|| Error::Damaged { what: "a row of an unknown form".to_owned() })?;
    postcard::from_bytes(form).map_err(|e| Error::Damaged { what: format!("a row does not read: {e}") })
}

/// A record as stored.
pub fn record_to_bytes(record: &Record) -> Result<Vec<u8>, Error> {
    to_bytes(record)
}
/// A record read back.
pub fn record_from_bytes(bytes: &[u8]) -> Result<Record, Error> {
    from_bytes(bytes)
}
/// A source as stored.
pub fn source_to_bytes(source: &Source) -> Result<Vec<u8>, Error> {
    to_bytes(source)
}
/// A source read back.
pub fn source_from_bytes(bytes: &[u8]) -> Result<Source, Error> {
    from_bytes(bytes)
}
/// A target as stored.
pub fn target_to_bytes(target: &Target) -> Result<Vec<u8>, Error> {
    to_bytes(target)
}
/// A target read back.
pub fn target_from_bytes(bytes: &[u8]) -> Result<Target, Error> {
    from_bytes(bytes)
}
