//! Whether a document is plain text or a page's source.

/// Tags from which a document is a page's source; a text may speak of one or two.
const TAGS: usize = 5;

/// Whether a document is plain text rather than a page's source.
pub(crate) fn is_text(text: &str, content_type: Option<&str>) -> bool {
    let said = content_type.map(|t| t.trim().to_ascii_lowercase());
    if said.as_deref().is_some_and(|t| t.starts_with("text/plain")) {
        return true;
    }
    let tags = text.match_indices('<').filter(|(at, _)| {
        text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '/'))
    });
    !text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('<')
        && tags.take(TAGS).count() < TAGS
}
