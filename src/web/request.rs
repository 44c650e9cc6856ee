//! What is asked, as far as answers depend on it.

use http::{Method, Version};

/// A field of a request that answers depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Accept,
    AcceptEncoding,
    Host,
    IfModifiedSince,
    IfNoneMatch,
}

/// Such fields in their order, each as often as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields<'a>(Vec<(Field, &'a [u8])>);

/// A request, borrowed from the bytes that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request<'a> {
    pub(super) version: Version,
    pub(super) method: Method,
    /// As it was sent: nothing in it is decoded or resolved.
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) fields: Fields<'a>,
}

impl<'a> Fields<'a> {
    /// Takes a further one.
    pub(super) fn push(&mut self, field: Field, value: &'a [u8]) {
        self.0.push((field, value));
    }

    /// The values of a field.
    pub(super) fn all(&self, field: Field) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(of, _)| *of == field).map(|(_, value)| *value)
    }

    /// Whether there is such a field.
    pub(super) fn has(&self, field: Field) -> bool {
        self.0.iter().any(|(of, _)| *of == field)
    }
}

#[cfg(test)]
impl<'a> FromIterator<(Field, &'a str)> for Fields<'a> {
    fn from_iter<I: IntoIterator<Item = (Field, &'a str)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(field, value)| (field, value.as_bytes())).collect())
    }
}
