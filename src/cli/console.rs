//! Where a command speaks: standard output and error, or the control socket of the daemon that runs
//! it.

use std::io::{self, BufWriter, IsTerminal, Write};

use tokio::sync::mpsc::UnboundedSender;

use super::code;
use crate::app::control::{Piece, Said};
use crate::domain::state::chain;

/// JSON is written in pieces of so many bytes.
const PIECE: usize = 64 << 10;

/// A command's two voices.
pub struct Console {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// Whether a person watches.
    pub terminal: bool,
    /// Whether the journal listens: it takes each line's priority from its beginning.
    journal: bool,
}

/// A command that ends early with an exit code; its message, if any, was said.
#[derive(Debug, thiserror::Error)]
#[error("exit {0}")]
pub struct Exit(pub u8);

impl Console {
    /// Standard output and error.
    pub fn standard() -> Self {
        Self {
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            terminal: io::stderr().is_terminal(),
            journal: crate::app::log::is_journal(),
        }
    }

    /// The daemon's side of a control connection.
    pub fn remote(say: UnboundedSender<Piece>) -> Self {
        Self {
            out: Box::new(Voice { say: say.clone(), err: false }),
            err: Box::new(Voice { say, err: true }),
            terminal: false,
            journal: false,
        }
    }

    /// A line of the result. A closed pipe ends the command quietly.
    pub fn result(&mut self, text: &str) -> anyhow::Result<()> {
        self.result_as_is(&format!("{text}\n"))
    }

    /// A piece of the result.
    pub fn result_as_is(&mut self, text: &str) -> anyhow::Result<()> {
        quietly(self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()))
    }

    /// A result as JSON, written in pieces. None of them ends within a letter: none of what JSON is
    /// written of does.
    pub fn json(&mut self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        let mut out = BufWriter::with_capacity(PIECE, &mut self.out);
        let written = serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from);
        quietly(written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()))
    }

    /// A line beside the result.
    pub fn note(&mut self, text: &str) {
        self.say("<4>", text);
    }

    fn say(&mut self, priority: &str, text: &str) {
        let marked = self.journal.then(|| {
            text.lines().map(|line| format!("{priority}{line}")).collect::<Vec<_>>().join("\n")
        });
        writeln!(self.err, "{}", marked.as_deref().unwrap_or(text))
            .and_then(|()| self.err.flush())
            .ok();
    }

    /// Says why a command failed, with every cause; its exit code.
    pub fn fail(&mut self, error: &anyhow::Error) -> u8 {
        if let Some(Exit(code)) = error.downcast_ref() {
            return *code;
        }
        self.say("<3>", &format!("error: {}", chain(error.as_ref())));
        // Another folder is to be named: no new start mends that.
        let foreign = error
            .chain()
            .any(|cause| matches!(cause.downcast_ref(), Some(crate::store::Error::Foreign { .. })));
        if foreign { code::CONFIGURATION } else { code::FAILED }
    }
}

/// A closed pipe ends the command as if it were done.
fn quietly(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Exit(code::DONE).into()),
        outcome => Ok(outcome?),
    }
}

struct Voice {
    say: UnboundedSender<Piece>,
    err: bool,
}

impl Write for Voice {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let said = if self.err { Said::Err(text) } else { Said::Out(text) };
        self.say.send(said.into()).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a command said, for tests.
#[cfg(test)]
pub struct Heard(tokio::sync::mpsc::UnboundedReceiver<Piece>, String, String);

#[cfg(test)]
impl Heard {
    /// A console and what is heard of it.
    pub fn new() -> (Console, Self) {
        let (say, said) = tokio::sync::mpsc::unbounded_channel();
        (Console::remote(say), Self(said, String::new(), String::new()))
    }

    fn listen(&mut self) {
        while let Ok(Piece(said, ..)) = self.0.try_recv() {
            match said {
                Said::Out(text) => self.1.push_str(&text),
                Said::Err(text) => self.2.push_str(&text),
                Said::Exit(_) | Said::File { .. } | Said::Same(_) | Said::Kept(_) => {}
            }
        }
    }

    /// Standard output.
    pub fn out(&mut self) -> String {
        self.listen();
        std::mem::take(&mut self.1)
    }

    /// Standard error.
    pub fn err(&mut self) -> String {
        self.listen();
        std::mem::take(&mut self.2)
    }
}
