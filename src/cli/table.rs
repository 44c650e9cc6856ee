//! Tables for people, as wide as their terminal.

use comfy_table::{ContentArrangement, Table};

/// An empty table with a head; `width` in columns, when it is known.
pub fn table(head: &[&str], width: Option<u16>) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width.unwrap_or(120));
    table.set_header(head);
    table
}

/// The width of the terminal that is watched, if one is.
pub fn width() -> Option<u16> {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.or_else(|| rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| size.ws_col).filter(|w| *w > 20))
}

/// The first `n` characters of a text on one line.
pub fn first(text: &str, n: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= n { line } else { line.chars().take(n.saturating_sub(1)).chain(['…']).collect() }
}
