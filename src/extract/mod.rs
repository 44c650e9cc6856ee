//! Page to blocks to draft: what a page says, read by its engine's chrome and its portal's profile.
//!
//! Pure and synchronous: no file, no network, no clock of its own. It must never know a site, a language or a selector
//! (those are data in `config/`), never clean or judge what it read, and never name the parser outside of `dom.rs`.

pub mod decode;
pub mod dom;
pub mod error;
pub mod visible;

pub use error::Error;

impl Reader {
    /// The version that a profile's file states; 0 for an unknown one.
    pub fn profile_version(&self, name: &str) -> u32 {
        self.profiles.iter().find(|p| p.data.name == name).map_or(0, |p| p.data.version)
    }
}
