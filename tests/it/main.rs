//! End-to-end tests: the real binary against local servers. One binary, one module a subject.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[macro_use]
mod asserts;

mod archive;
mod attack;
mod bounds;
mod calm;
mod clients;
mod commands;
mod contract;
mod documents;
mod elsewhere;
mod faults;
mod feeds;
mod fuzz;
mod hostile;
mod hosts;
mod identity;
mod inner;
mod kit;
mod letters;
mod log;
mod owed;
mod pagers;
mod pages;
mod polite;
mod read;
mod reload;
mod serve;
mod steady;
mod tokens;
mod tree;
mod walls;
mod ways;
