//! (room publish)
pub mod shelf;
