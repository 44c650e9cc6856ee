//! End-to-end tests: the real binary against local servers. One binary, one module a subject.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[macro_use]
mod asserts;

mod architecture;
mod archive;
mod attack;
mod bounds;
mod clients;
mod commands;
mod contract;
mod documents;
mod elsewhere;
mod fast_path;
mod faults;
mod feeds;
mod fuzz;
mod hostile;
mod hosts;
mod identity;
mod letters;
mod log;
mod owed;
mod pagers;
mod pages;
mod polite;
mod read;
mod redesign;
mod reload;
mod reread;
mod rules;
mod serve;
mod ssrf;
mod support;
mod together;
mod tokens;
mod tree;
mod unchanged;
mod versions;
mod wordings;
