//! The wiring: components opened in order, tasks started and stopped in order, signals, readiness,
//! the control socket, descriptors.
//!
//! Decides nothing about pages, articles or feeds.

mod accept;
mod components;
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
mod signals;
mod socket;
mod stand_in;
pub mod status;
mod storage;
pub mod systemd;
mod trouble;
mod wiring;

pub use components::Components;
pub use opening::{Open, compile, limits};
pub use recovery::PATIENCE;

pub use signals::{reload_on_hangup, stop_on_signals};
pub use storage::is_passing;
