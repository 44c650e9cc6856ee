//! (room form)
