//! The HTTP server: feeds from ready bytes, the list of feeds, health and metrics.
//!
//! Every answer comes from memory or publishing; nothing is rendered, fetched or decided here.
//! Whatever a client sends or does not send costs bounded time and memory, and no word of a request
//! ever reaches a document.

mod body;
mod coding;
mod condition;
mod connection;
mod feeds;
mod health;
mod host;
mod index;
mod io_timeout;
mod limits;
mod metrics;
mod permits;
mod pieces;
mod request;
mod response;
mod router;
mod serve;
mod shutdown;
mod state;
#[cfg(test)]
mod tests;
mod wire;

pub use limits::Limits;
pub use serve::{serve, serve_apart};
pub use state::{SiteStatus, Sites, State};
