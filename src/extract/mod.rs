//! (room extract)
