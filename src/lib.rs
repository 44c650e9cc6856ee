//! bantin reads portal pages by their blocks, archives every version and republishes them as feeds.
//!
//! The map of the house, from the ground up (ARCHITECTURE.md walks through it): types `domain`,
//! plain `text`; pure rooms `extract`, `normalize`, `form`, `render`; adapters `config`, `net`,
//! `fetch`, `store`, `archive`; use cases `crawl`, `publish`; edges `web`, `demo`; wiring `app`,
//! then `cli`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod app;
pub mod archive;
pub mod cli;
pub mod config;
pub mod crawl;
pub mod demo;
pub mod domain;
pub mod extract;
pub mod fetch;
pub mod form;
pub mod net;
pub mod normalize;
pub mod publish;
pub mod render;
pub mod store;
pub mod text;
pub mod web;
