//! Bytes to text (stub until the room's other half is merged).

/// A body as text.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// The encoding's label.
    pub encoding: &'static str,
    /// Whether bytes were replaced.
    pub replaced: bool,
}

/// Decodes a body.
pub fn decode(body: &[u8], _content_type: Option<&str>) -> Decoded {
    let (text, _, replaced) = encoding_rs::UTF_8.decode(body);
    Decoded { text: text.into_owned(), encoding: "UTF-8", replaced }
}
