//! Why a page could not be read at all; what merely does not fit is a `Reading::NoArticle` or a
//! missing field.

use crate::domain::Bound;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The page passed a bound of the parser: hostile, or no page for people.
    #[error("the page is over {limit} {what} and is left out: `{}` is the bound", what.setting())]
    Bound {
        /// What was too large.
        what: Bound,
        /// The bound.
        limit: usize,
    },
    /// A profile was asked for that does not exist.
    #[error("there is no portal profile `{name}`: there are {known}")]
    UnknownPortal {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_the_bound_or_the_names_that_there_are() {
        let (what, limit) = (Bound::Depth, 512);
        let known = "liferay, sharepoint".to_owned();
        let told = [
            Error::Bound { what, limit },
            Error::UnknownPortal { name: "liferai".to_owned(), known },
        ];
        insta::assert_snapshot!(told.map(|error| error.to_string()).join("\n"), @r"
        the page is over 512 nested elements and is left out: `page.depth` is the bound
        there is no portal profile `liferai`: there are liferay, sharepoint
        ");
    }
}
