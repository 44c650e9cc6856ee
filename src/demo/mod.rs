//! The sample portal: one server on loopback for `bantin demo` and the end-to-end tests, with
//! switches that make it misbehave. Its pages, words and markup are data; it must never read the
//! network, the clock of its articles is a parameter.

mod article;
mod asset;
mod compose;
mod data;
mod dice;
mod fault;
mod listing;
mod options;
mod page;
mod paging;
mod part;
mod portal;
mod postback;
mod route;
mod server;
mod side;
mod skin;
mod story;
mod switch;
#[cfg(test)]
mod tests;
mod truth;
mod wire;
mod world;

pub use dice::Dice;
pub use fault::Fault;
pub use options::Options;
pub use portal::Portal;
pub use skin::{Chrome, Skin};
pub use story::{Author, AuthorForm, Withdrawal};
pub use switch::Edit;
pub use truth::{Listed, Told, Truth};
pub use wire::Request;
