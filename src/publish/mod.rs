//! (room publish)
