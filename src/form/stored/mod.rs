//! The store's rows as bytes: the first byte is the number of the form, the rest is that form in
//! postcard.
//!
//! A form has structs of its own, which are never edited: samples of every form are kept as tests.
//! A new field is a new form.

mod convert;
mod four;
mod link;
mod long;
mod one;
#[cfg(test)]
pub(crate) mod sample;
mod site_state;
mod three;
mod two;

use serde::{Serialize, de::DeserializeOwned};

use super::Error;
use crate::domain::{Link, Record, SiteState};

/// The first form of all rows.
const ONE: u8 = 1;
const TWO: u8 = 2;
const THREE: u8 = 3;
/// The form that all rows are written in.
const FOUR: u8 = 4;

/// A record's row.
pub fn encode(record: &Record) -> Vec<u8> {
    row(FOUR, &four::Record::from(record))
}

/// The record of a row.
///
/// # Errors
///
/// When the row is of no known form, is damaged, or a value in it is none.
pub fn decode(bytes: &[u8]) -> Result<Record, Error> {
    match bytes.first() {
        Some(&ONE) => read::<one::Record>(ONE, bytes)?.try_into(),
        Some(&TWO) => read::<two::Record>(TWO, bytes)?.try_into(),
        Some(&THREE) => read::<three::Record>(THREE, bytes)?.try_into(),
        _ => read::<four::Record>(FOUR, bytes)?.try_into(),
    }
}

/// A source's row.
pub fn encode_site_state(source: &SiteState) -> Vec<u8> {
    row(FOUR, &four::Source::from(source))
}

/// The source of a row.
///
/// # Errors
///
/// As [`decode`].
pub fn decode_site_state(bytes: &[u8]) -> Result<SiteState, Error> {
    match bytes.first() {
        Some(&ONE) => {
            three::Source::from(two::Source::from(read::<one::Source>(ONE, bytes)?)).try_into()
        }
        Some(&TWO) => three::Source::from(read::<two::Source>(TWO, bytes)?).try_into(),
        Some(&THREE) => read::<three::Source>(THREE, bytes)?.try_into(),
        _ => read::<four::Source>(FOUR, bytes)?.try_into(),
    }
}

/// A target's row.
pub fn encode_link(target: &Link) -> Vec<u8> {
    row(FOUR, &four::Target::from(target))
}

/// The target of a row.
///
/// # Errors
///
/// As [`decode`].
pub fn decode_link(bytes: &[u8]) -> Result<Link, Error> {
    match bytes.first() {
        Some(&ONE) => read::<one::Target>(ONE, bytes)?.try_into(),
        Some(&TWO) => read::<two::Target>(TWO, bytes)?.try_into(),
        Some(&THREE) => read::<three::Target>(THREE, bytes)?.try_into(),
        _ => read::<four::Target>(FOUR, bytes)?.try_into(),
    }
}

fn row<T: Serialize>(form: u8, value: &T) -> Vec<u8> {
    // Only a sequence of unknown length could make this fail, and no form has one.
    postcard::to_extend(value, vec![form]).unwrap_or_default()
}

fn read<T: DeserializeOwned>(form: u8, bytes: &[u8]) -> Result<T, Error> {
    match bytes.split_first() {
        Some((first, rest)) if *first == form => Ok(postcard::from_bytes(rest)?),
        Some((other, _)) => Err(Error::Unknown(other.to_string())),
        None => Err(Error::Unknown("of no bytes".to_owned())),
    }
}

#[cfg(test)]
mod tests;
