//! TOML files to settings, sites, engines and portal profiles (CONTRACT section 2).
//!
//! Raw shapes first, then resolved. Every fault of every file is found at once, each with its
//! place. Never touches the network, and never writes a file.

mod changes;
mod document;
mod environment;
mod folders;
mod home;
mod html;
mod keywords;
mod layers;
mod letters;
mod load;
mod located;
mod near;
mod node;
mod on_engine;
mod own;
mod parsed;
mod raw;
mod resolved;
mod rules;
mod schema;
mod settings;
mod shipped;
mod site;
mod sources;
mod sums;
mod text;
mod texts;
mod tree;
mod value;
mod walk;

#[cfg(test)]
mod tests;

pub use changes::Changes;
pub use home::find;
pub use load::{Loaded, load, load_settings};
pub use located::Located;
pub use near::{advise, nearest};
pub use schema::{KINDS, schema};
pub use sources::{Sources, shipped};
