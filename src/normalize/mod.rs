//! (room normalize)
