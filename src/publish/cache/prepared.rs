//! A page in every coding: for what is small, or changes with the program alone.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::about::{About, Coded, Coding, Document};
use super::whole::whole;

/// A document ready to be sent in whatever coding.
#[derive(Clone, Debug)]
pub struct Prepared {
    about: Arc<About>,
    plain: Coded,
    /// Only those smaller than the plain bytes.
    packed: Vec<Coded>,
}

impl Prepared {
    /// Makes a document ready: it is packed here, so not on a thread that must not wait.
    pub fn new(
        plain: impl Into<Bytes>,
        media_type: &'static str,
        cache_control: &'static str,
    ) -> Self {
        let plain: Bytes = plain.into();
        let digest: [u8; 32] = Sha256::digest(&plain).into();
        let about =
            About::new(*digest.first_chunk().unwrap_or(&[0; 16]), media_type, cache_control, None);
        let pack = |coding| whole(&plain, coding).map(|body| about.form(coding, body.into()));
        let packed =
            [Coding::Gzip, Coding::Zstd, Coding::Brotli].into_iter().filter_map(pack).collect();
        Self { plain: about.form(Coding::Identity, plain), packed, about: Arc::new(about) }
    }

    /// The bytes without a coding.
    pub fn plain(&self) -> &Bytes {
        &self.plain.body
    }

    /// The document in a coding, if that brings something.
    pub fn document(&self, coding: Coding) -> Document {
        let form = self.packed.iter().find(|form| form.coding == coding).unwrap_or(&self.plain);
        Document { about: self.about.clone(), form: form.clone() }
    }
}
