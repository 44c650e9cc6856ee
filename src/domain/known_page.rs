//! By what a page is known again.

use serde::{Deserialize, Serialize};

/// What a page of a listing was like: another answer that is like it lists the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPage {
    /// Digest of what read it: program, engines, profiles, the site's addresses.
    pub reader: u64,
    /// Digest of the answer as it came.
    pub wire: u128,
    /// What a reader looks at in it.
    pub fingerprint: Option<Fingerprint>,
    /// Which step of the fingerprint's ladder counts: digits outside of it are known to be of no
    /// list.
    pub step: u8,
}

/// Digests of a page without its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Everything but the digits in its texts.
    pub form: u128,
    /// These digits, step by step with more of the page's first and last texts left out.
    pub digits: Vec<u64>,
}
