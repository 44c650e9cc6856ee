//! An answer of a portal, and where it is archived already.

use std::ops::Deref;

use crate::domain::Place;
use crate::fetch::Response;

/// An answer of a portal.
pub(super) struct Fetched {
    response: Response,
    /// Where it stands in the archive, if it was archived before it was read.
    pub archived: Option<Place>,
}

impl From<Response> for Fetched {
    fn from(response: Response) -> Self {
        Self { response, archived: None }
    }
}

impl Fetched {
    /// An answer that stands in the archive.
    pub fn archived(response: Response, place: Place) -> Self {
        Self { response, archived: Some(place) }
    }
}

impl Deref for Fetched {
    type Target = Response;

    fn deref(&self) -> &Response {
        &self.response
    }
}
