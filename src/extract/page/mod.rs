//! Bytes to a page's text: its characters, legacy fonts, head, base address and fingerprint.

pub(crate) mod base;
pub mod decode;
pub(crate) mod fingerprint;
pub(crate) mod head;
pub mod legacy_fonts;
pub(crate) mod linked_data;
pub mod media;
pub(crate) mod plain;
pub mod refresh;
pub(crate) mod source;
