//! How much of a body may stay: parts are counted as the markup that they are written down in.

use crate::domain::Part;
use crate::domain::run::{
    self, BOLD, BRACKET, DELETED, INSERTED, ITALIC, READING, RUBY, Run, STRUCK, SUB, SUP, Step,
    UNDERLINE,
};

/// Bytes of the tags of each style.
const STYLES: [(u16, usize); 11] = [
    (BOLD, 17),
    (ITALIC, 9),
    (UNDERLINE, 7),
    (SUB, 11),
    (SUP, 11),
    (STRUCK, 7),
    (DELETED, 11),
    (INSERTED, 11),
    (RUBY, 13),
    (READING, 9),
    (BRACKET, 9),
];
/// Bytes of a link's tags without its address, and of a line break.
const LINK: usize = r#"<a href=""></a>"#.len();
const BREAK: usize = "<br>".len();
/// Bytes of the longest reference.
const REFERENCE: usize = "&quot;".len();

/// The parts from the beginning that fit into `limit` bytes.
pub(super) fn bounded(parts: &[Part], limit: usize) -> &[Part] {
    // Most bodies are far from it, even if every sign of them were a reference.
    if parts.iter().map(|part| size(part, |text| REFERENCE * text.len())).sum::<usize>() <= limit {
        return parts;
    }
    let mut left = limit;
    let fits = parts.iter().take_while(|part| {
        let rest = left.checked_sub(size(part, escaped));
        left = rest.unwrap_or(0);
        rest.is_some()
    });
    let count = fits.count();
    parts.get(..count).unwrap_or(parts)
}

/// A part's bytes; `written`: those of a text.
fn size(part: &Part, written: fn(&str) -> usize) -> usize {
    match part {
        Part::Paragraph { runs }
        | Part::Heading { runs, .. }
        | Part::Item { runs, .. }
        | Part::Quote { runs } => runs_size(runs, written),
        Part::Preformatted { text } => text.len(),
        Part::Table { rows } => {
            rows.iter().flatten().map(|cell| runs_size(&cell.runs, written) + 9).sum()
        }
        Part::Embedded(embedded) => LINK + written(&embedded.to) + written(&embedded.title),
        Part::Figure { src, alt, caption } => {
            src.len() + alt.len() + caption.as_ref().map_or(0, String::len)
        }
    }
}

fn runs_size(runs: &[Run], written: fn(&str) -> usize) -> usize {
    let step = |step: Step<'_>| match step {
        Step::Link(to) => LINK + written(to),
        Step::LinkEnd => 0,
        Step::Break => BREAK,
        Step::Text(runs) => {
            let style = runs.first().map_or(0, |run| run.style);
            let tags = STYLES.iter().filter(|(bit, _)| style & bit != 0).map(|(_, bytes)| bytes);
            tags.sum::<usize>() + runs.iter().map(|run| written(&run.text)).sum::<usize>()
        }
    };
    run::steps(runs).map(step).sum()
}

/// Bytes of a text whose signs of markup are written as references.
fn escaped(text: &str) -> usize {
    let more = |byte: u8| match byte {
        b'"' => 5,
        b'&' => 4,
        b'<' | b'>' => 3,
        _ => 0,
    };
    text.len() + text.bytes().map(more).sum::<usize>()
}
