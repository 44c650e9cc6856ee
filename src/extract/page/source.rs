//! The text of a page as it is read: its bytes decoded, its letters settled.

use std::borrow::Cow;

use super::legacy_fonts::LegacyFonts;
use super::{decode, plain};
use crate::extract::budget::Budget;
use crate::extract::view::View;

/// A page's text.
pub(crate) struct PageText<'b> {
    /// The page's source, or a capture of its text.
    pub text: Cow<'b, str>,
    /// Whether it is a capture of text.
    pub plain: bool,
    /// The table by which its old letters were converted.
    pub letters: Option<String>,
}

impl<'b> PageText<'b> {
    /// Reads a page's bytes; of one that has cost what it may, what this gives is of no use.
    pub(crate) fn of(view: &View<'b>, fonts: &LegacyFonts, budget: &Budget) -> Self {
        let text = decode::text(view.body, view.content_type, fonts, budget);
        let plain = plain::is_text(&text, view.content_type);
        let (text, letters) = fonts.settle(text, plain, budget);
        Self { text, plain, letters }
    }
}
