//! (room form)
pub mod item;
