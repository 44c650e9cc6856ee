//! (room web)
