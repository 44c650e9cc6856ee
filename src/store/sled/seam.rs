//! Where tests make the disk fail; nothing elsewhere.

use std::io;

use super::unsynced::Rows;

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Writes are applied in memory.
    Apply,
    /// Some of them are applied.
    Tear,
    /// They go to the file.
    Flush,
    /// The file goes to the disk.
    Sync,
    /// Writers are told of it.
    Answer,
    /// It is tried whether the disk takes writes.
    Probe,
    /// The files, which nobody has open, are opened to be written.
    Open,
    /// The files, which nobody has open, are copied to be read.
    Copy,
}

/// What a test makes of each act.
#[cfg(test)]
type Hook = std::sync::Arc<dyn Fn(Act) -> io::Result<()> + Send + Sync>;

/// The seam; empty but in tests.
#[derive(Clone, Default)]
pub struct Seam(#[cfg(test)] Option<Hook>);

impl Seam {
    /// A seam that calls `hook` before each act.
    #[cfg(test)]
    pub fn new(hook: impl Fn(Act) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Some(std::sync::Arc::new(hook)))
    }

    /// Whether the act may begin.
    #[cfg(test)]
    pub fn before(&self, act: Act) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |hook| hook(act))
    }

    /// Whether the act may begin.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests have one")]
    pub fn before(&self, _act: Act) -> io::Result<()> {
        Ok(())
    }

    /// Whether a batch goes on in its middle; each second row of one that does not is applied
    /// alone, as sled leaves it.
    pub fn tear(&self, db: &sled::Db, rows: &Rows) -> sled::Result<()> {
        let outcome = self.before(Act::Tear);
        if outcome.is_err() {
            for (key, row) in rows.iter().skip(1).step_by(2) {
                match row {
                    Some(row) => db.insert(key, row)?,
                    None => db.remove(key)?,
                };
            }
        }
        Ok(outcome?)
    }
}
