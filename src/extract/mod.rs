//! Page to blocks to draft: what a page says, read by its engine's chrome and its portal's profile.
//!
//! Pure and synchronous: no file, no network, no clock of its own. It must never know a site, a
//! language or a selector (those are data in `config/`), never clean or judge what it read, and
//! never name the parser outside of `html/dom/`.
//!
//! Its rooms from the bottom up: `page` (bytes to text), `html` (text to elements), `rules` (the
//! configuration compiled), `blocks` (where they are and what they are called), `lines` (a block as
//! it is read), then `article` and `lists`, which never meet. `tests/it/architecture/` holds them
//! apart.

mod article;
mod blocks;
mod budget;
mod compile;
mod error;
mod fast_path;
mod html;
mod lines;
mod lists;
pub mod page;
mod reader;
pub mod rules;
mod view;

#[cfg(test)]
mod tests;

pub use article::compose::body_rules;
pub use budget::{Budget, Limits};
pub use error::Error;
pub use reader::Reader;
pub use view::{BadData, Change, Reading, View};
