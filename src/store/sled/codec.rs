//! The stored forms of the large rows, as the rest of the store calls them; `form::stored` owns
//! them.

use crate::domain::{Link, Record, SiteState};
use crate::form::stored;
use crate::store::Error;

fn damaged(fault: crate::form::Error) -> Error {
    Error::damaged(format!("a row cannot be read: {fault}"))
}

/// A record as stored.
pub fn record_to_bytes(record: &Record) -> Result<Vec<u8>, Error> {
    Ok(stored::encode(record))
}
/// A record read back.
pub fn record_from_bytes(bytes: &[u8]) -> Result<Record, Error> {
    stored::decode(bytes).map_err(damaged)
}
/// A site as stored.
pub fn site_state_to_bytes(state: &SiteState) -> Result<Vec<u8>, Error> {
    Ok(stored::encode_site_state(state))
}
/// A site read back.
pub fn site_state_from_bytes(bytes: &[u8]) -> Result<SiteState, Error> {
    stored::decode_site_state(bytes).map_err(damaged)
}
/// A link as stored.
pub fn link_to_bytes(link: &Link) -> Result<Vec<u8>, Error> {
    Ok(stored::encode_link(link))
}
/// A link read back.
pub fn link_from_bytes(bytes: &[u8]) -> Result<Link, Error> {
    stored::decode_link(bytes).map_err(damaged)
}
