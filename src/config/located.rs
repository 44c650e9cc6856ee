//! A fault with its place, shown like a compiler's message.

use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::text::Text;
use crate::domain::Fault;

/// A fault with its place.
#[derive(Clone, Debug)]
pub struct Located {
    /// The file as it is shown; for an override the variable's name.
    pub file: PathBuf,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub fault: Fault,
    /// The whole message, ready to print, without colour.
    pub rendered: String,
    excerpt: String,
    mark: Range<usize>,
}

impl Located {
    pub(super) fn new(text: &Text, span: &Range<usize>, fault: Fault) -> Self {
        let (line, column) = text.position(span.start);
        let (excerpt, mark) = text.line_of(span);
        let mut located = Self {
            file: text.path.clone(),
            line,
            column,
            fault,
            rendered: String::new(),
            excerpt: hide_passwords(excerpt),
            mark,
        };
        located.rendered = located.render(false);
        located
    }

    /// The message: what, the place, the line with a mark, the advice.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let path = self.file.to_string_lossy();
        let snippet = Snippet::source(self.excerpt.as_str())
            .line_start(self.line)
            .path(path.as_ref())
            .annotation(AnnotationKind::Primary.span(self.mark.clone()));
        let mut group = Level::ERROR.primary_title(self.fault.what.as_str()).element(snippet);
        if !self.fault.advice.is_empty() {
            group = group.element(Level::HELP.message(self.fault.advice.as_str()));
        }
        renderer.render(&[group])
    }
}

/// Stars for the `NAME:PASSWORD` of addresses; the line keeps its length.
fn hide_passwords(line: &str) -> String {
    let mut shown = line.to_owned();
    for (scheme, _) in line.match_indices("://") {
        let start = scheme + 3;
        let end = line[start..].find(['/', '"', '\'', ' ']).map_or(line.len(), |i| start + i);
        if let Some(at) = line[start..end].rfind('@') {
            shown.replace_range(start..start + at, &"*".repeat(at));
        }
    }
    shown
}
