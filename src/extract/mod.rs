//! (room extract)
pub mod date;
pub mod decode;
