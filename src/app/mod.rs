//! The wiring: rooms opened in order, tasks started and stopped in order, signals, readiness, the
//! control socket, descriptors.
//!
//! Decides nothing about pages, articles or feeds.

mod accept;
pub mod control;
pub mod cpu;
pub mod daemon;
pub mod descriptors;
mod keeper;
pub mod log;
mod opening;
mod owner;
mod recovery;
pub mod reload;
mod rooms;
mod signals;
mod socket;
mod stand_in;
pub mod status;
mod storage;
pub mod systemd;
mod trouble;
mod wiring;

pub use opening::{Open, compile, limits};
pub use recovery::PATIENCE;
pub use rooms::Rooms;
pub use signals::{reload_on_hangup, stop_on_signals};
pub use storage::is_passing;
