//! What a document is, and where its bytes come from: both are known before any of them is made.

use std::sync::Arc;

use bytes::Bytes;

use super::asked::{Asked, kept_for, media_type};
use super::cache::{About, Digest, cached, media};
use super::sheet::{Made, digest, whole_second};
use super::{Error, Renderer};
use crate::domain::Place;
use crate::render::Form;
use crate::store::Sheet;

/// Tries to make a document that changes meanwhile.
pub(super) const TRIES: usize = 3;

/// Where the bytes of a document come from.
pub(super) enum Origin {
    /// Its entries.
    Made(Arc<Made>),
    /// A list.
    Plain(Arc<Sheet>, Bytes),
    /// A final document in the archive.
    Final(Place),
}

impl Origin {
    /// The document's digest.
    pub(super) fn digest(&self) -> Digest {
        match self {
            Self::Made(made) => made.sheet.digest,
            Self::Plain(sheet, _) => sheet.digest,
            Self::Final(place) => digest(place.digest.as_bytes()),
        }
    }

    /// What responses say of the document.
    pub(super) fn about(&self) -> About {
        let (media_type, kept, last_modified) = match self {
            Self::Made(made) => {
                (media_type(made.form), kept_for(made.is_open()), made.sheet.last_modified)
            }
            Self::Plain(sheet, _) => (media::OPML, cached::CURRENT, sheet.last_modified),
            Self::Final(place) => (media_type(Form::Atom), cached::FINAL, whole_second(place.time)),
        };
        About::new(self.digest(), media_type, kept, Some(last_modified))
    }
}

impl Renderer {
    /// The document at `path` as it is now, if there is one.
    pub(super) async fn origin(&self, path: &str, asked: &Asked) -> Result<Option<Origin>, Error> {
        if let Asked::Outlines { sections } = asked {
            let bytes = Bytes::from(self.outlines(*sections));
            return Ok(Some(Origin::Plain(self.plain_sheet(path, &bytes).await?, bytes)));
        }
        if let Asked::Archive(site, n) = asked
            && let Some(place) = self.store.final_document(site, *n).await?
        {
            return Ok(Some(Origin::Final(place)));
        }
        let Some(plan) = self.plan(asked) else { return Ok(None) };
        Ok(self.sheet(path, plan).await?.map(|made| Origin::Made(Arc::new(made))))
    }

    /// The digest of a document, and its bytes unless that digest is `known`.
    pub(super) async fn document(
        &self,
        path: &str,
        asked: &Asked,
        known: impl Fn(&Digest) -> bool,
    ) -> Result<Option<(Digest, Option<Bytes>)>, Error> {
        // An entry that changes meanwhile is another the next time.
        for _ in 0..TRIES {
            let Some(origin) = self.origin(path, asked).await? else { return Ok(None) };
            let digest = origin.digest();
            if known(&digest) {
                return Ok(Some((digest, None)));
            }
            let bytes = match origin {
                Origin::Made(made) => self.plain(made).await.map(Bytes::from),
                Origin::Plain(_, bytes) => Ok(bytes),
                Origin::Final(place) => self.archived(place).await,
            };
            match bytes {
                Err(Error::Moved) => {}
                bytes => return Ok(Some((digest, Some(bytes?)))),
            }
        }
        Err(Error::Moved)
    }
}
