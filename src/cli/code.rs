//! Exit codes of every command (CONTRACT section 1).

pub const DONE: u8 = 0;
pub const FAILED: u8 = 1;
pub const USAGE: u8 = 2;
pub const CONFIGURATION: u8 = 78;
