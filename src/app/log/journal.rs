//! The journal: whether standard error leads to it, and its native protocol, by which a line keeps
//! its fields (systemd.exec(5), <https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>).

use std::fmt::Write as _;
use std::io;
use std::os::unix::net::UnixDatagram;

use tracing::Level;

use super::line::{Line, plain};

const SOCKET: &str = "/run/systemd/journal/socket";

/// Whether standard error is the journal's very stream: a variable that a child inherited, or a
/// unit that writes to a file, says nothing.
pub fn is_ours() -> bool {
    let stream =
        rustix::fs::fstat(io::stderr()).map(|file| format!("{}:{}", file.st_dev, file.st_ino));
    matches!((std::env::var("JOURNAL_STREAM"), stream), (Ok(said), Ok(stream)) if said == stream)
}

/// Sends a line with its fields.
pub fn send(socket: &UnixDatagram, line: &Line) -> io::Result<()> {
    socket.send_to(entry(line).as_bytes(), SOCKET).map(drop)
}

/// The priority of syslog(3).
pub fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

/// A line as an entry: each value is on one line, so that no field needs a length.
pub fn entry(line: &Line) -> String {
    let mut entry = String::new();
    let mut put = |name: &str, value: &str| {
        let _ = writeln!(entry, "{name}={value}");
    };
    put("MESSAGE", &line.text());
    put("PRIORITY", &priority(line.level).to_string());
    put("SYSLOG_IDENTIFIER", "bantin");
    put("TARGET", line.target);
    put("F_MESSAGE", &line.message);
    for (name, value) in &line.facts {
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
            .collect();
        put(&format!("F_{name}"), &plain(value));
    }
    entry
}
