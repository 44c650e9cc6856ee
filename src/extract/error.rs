//! Why a page could not be read at all; what merely does not fit is a `Reading::NoArticle` or a
//! missing field.

use crate::domain::Bound;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The page passed a bound of the parser: hostile, or no page for people.
    #[error("the page is over {limit} {what}: it is not read")]
    Bound {
        /// What was too large.
        what: Bound,
        /// The bound.
        limit: usize,
    },
    /// A profile was asked for that does not exist.
    #[error("there is no portal profile {0}: see config/portals")]
    UnknownPortal(String),
}
