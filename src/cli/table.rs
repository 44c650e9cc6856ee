//! Tables for people, as wide as their terminal.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};

/// Rows that are laid out together; where there are more, no more of their text is in memory at a
/// time.
const BATCH: usize = 256;

/// An empty table with a head; `width` in columns, when it is known.
pub fn table(head: &[&str], width: Option<u16>) -> Table {
    let mut table = headless(width);
    table.set_header(head);
    table
}

fn headless(width: Option<u16>) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width.unwrap_or(120));
    table
}

/// A table of however many rows, in pieces that stand below one another.
pub fn pieces<'a, R>(
    head: &'a [&'a str],
    width: Option<u16>,
    rows: &'a [R],
    cells: impl Fn(&R) -> Vec<String> + 'a,
) -> impl Iterator<Item = String> + 'a {
    let batch = move |n: usize| {
        let mut table = if n == 0 { table(head, width) } else { headless(width) };
        table.add_rows(rows.iter().skip(n * BATCH).take(BATCH).map(&cells));
        table
    };
    let count = rows.len().div_ceil(BATCH).max(1);
    let columns = (count > 1).then(|| columns((0..count).map(&batch), width));
    (0..count).map(move |n| {
        let mut table = batch(n);
        table.set_constraints(columns.iter().flatten().copied());
        let text = table.to_string();
        // The line below the piece before is the one above this.
        match text.split_once('\n') {
            Some((_, below)) if n > 0 => below.to_owned(),
            _ => text,
        }
    })
}

/// The columns of a table in batches: as those of one whose only row has the widest of their cells.
fn columns(batches: impl Iterator<Item = Table>, width: Option<u16>) -> Vec<ColumnConstraint> {
    let wider = |one: Vec<u16>, other: Vec<u16>| {
        one.into_iter().zip(other).map(|(one, other)| one.max(other)).collect()
    };
    let widths =
        batches.map(|table| table.column_max_content_widths()).reduce(wider).unwrap_or_default();
    let mut widest = headless(width);
    widest.add_row(widths.into_iter().map(|width| "x".repeat(width.into())));
    // Its upper line shows where columns end.
    widest.style_mut().top_border.junction = Some('|');
    let line = widest.lines().next().unwrap_or_default();
    let fixed = |column: &str| {
        ColumnConstraint::Absolute(Width::Fixed(
            column.chars().count().try_into().unwrap_or(u16::MAX),
        ))
    };
    line.split('|').map(fixed).collect()
}

/// The width of the terminal that is watched, if one is.
pub fn width() -> Option<u16> {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.or_else(|| {
        rustix::termios::tcgetwinsize(std::io::stdout())
            .ok()
            .map(|size| size.ws_col)
            .filter(|w| *w > 20)
    })
}

/// The first `n` characters of a text on one line.
pub fn first(text: &str, n: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= n {
        line
    } else {
        line.chars().take(n.saturating_sub(1)).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with wide letters and a text of this many words.
    fn rows(count: usize, words: usize) -> Vec<Vec<String>> {
        let text = |n: usize| {
            (0..words)
                .map(|word| "từ".repeat(1 + (n * 7 + word * 3) % 5))
                .collect::<Vec<_>>()
                .join(" ")
        };
        (0..count).map(|n| vec![format!("tỉnh-{n}"), n.pow(3).to_string(), text(n)]).collect()
    }

    #[test]
    fn pieces_are_the_table_that_all_rows_make_at_once() {
        let head = ["site", "số", "why"];
        for count in [0, 1, BATCH, BATCH + 1, 3 * BATCH] {
            for words in [0, 1, 40] {
                for width in [None, Some(40), Some(300)] {
                    let rows = rows(count, words);
                    let mut whole = table(&head, width);
                    whole.add_rows(rows.clone());
                    let pieces: Vec<String> = pieces(&head, width, &rows, Vec::clone).collect();
                    assert!(
                        pieces.join("\n") == whole.to_string(),
                        "{count} rows of {words} words in {width:?} columns"
                    );
                    assert_eq!(pieces.len(), count.div_ceil(BATCH).max(1));
                }
            }
        }
    }
}
