//! Where lines go: the journal, a terminal, or anything else as JSON.

use std::io::{self, IsTerminal, Write};
use std::os::unix::net::UnixDatagram;

use jiff::Timestamp;
use tracing::Level;

use super::journal;
use super::line::Line;

/// One of the three.
pub enum Out {
    /// The journal, by its socket.
    Journal(UnixDatagram),
    /// People at a terminal, with colours or without.
    Terminal {
        /// Whether levels have colours.
        colours: bool,
    },
    /// A file or pipe.
    Json,
}

impl Out {
    /// What standard error is.
    pub fn standard() -> Self {
        match UnixDatagram::unbound() {
            Ok(socket) if journal::is_ours() => Self::Journal(socket),
            _ if io::stderr().is_terminal() => Self::Terminal {
                colours: std::env::var_os("NO_COLOR").is_none_or(|said| said.is_empty()),
            },
            _ => Self::Json,
        }
    }

    /// Writes a line whole. One that cannot be written is lost.
    pub fn write(&self, line: &Line) {
        let text = match self {
            Self::Journal(socket) if journal::send(socket, line).is_ok() => return,
            // The stream takes the text alone.
            Self::Journal(_) => format!("<{}>{}\n", journal::priority(line.level), line.text()),
            Self::Terminal { colours } => {
                format!("{:.3} {} {}\n", Timestamp::now(), level(line.level, *colours), line.text())
            }
            Self::Json => line.json(&format!("{:.6}", Timestamp::now())) + "\n",
        };
        io::stderr().lock().write_all(text.as_bytes()).ok();
    }
}

/// The level, as wide as the longest.
fn level(level: Level, colours: bool) -> String {
    let name = format!("{:>5}", level.as_str());
    match level {
        Level::ERROR if colours => format!("\x1b[31m{name}\x1b[0m"),
        Level::WARN if colours => format!("\x1b[33m{name}\x1b[0m"),
        _ => name,
    }
}
