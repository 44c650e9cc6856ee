//! The HTTP server: feeds from ready bytes, the list of feeds, health and metrics.
//!
//! Every answer comes from memory or the library; nothing is rendered, fetched or decided here.
//! Whatever a client sends or does not send costs bounded time and memory, and no word of a request
//! ever reaches a document.

mod answer;
mod bell;
mod body;
mod coding;
mod condition;
mod feeds;
mod health;
mod host;
mod index;
mod limits;
mod metrics;
mod pieces;
mod request;
mod routes;
mod seat;
mod seats;
mod serve;
mod stall;
mod state;
#[cfg(test)]
mod tests;
mod wire;

pub use limits::Limits;
pub use serve::{serve, serve_apart};
pub use state::{SiteStatus, Sites, State};
