//! States of the daemon itself, not of a site: what keeps it from keeping what it reads, why, and
//! what to do (CONTRACT sections 1, 4, 8).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StateKind {
    /// Files of the archive are gone, shorter than they were, or cannot be read.
    ArchiveIncomplete,
    /// Records of the archive are not applied to the store yet: what holds them cannot be read, or
    /// the store takes nothing.
    Recovery,
    /// No room on a disk.
    DiskFull,
    /// A sync failed, or the disk fails otherwise.
    DiskFailed,
    /// A folder or file may not be read or written, or is not there.
    Permission,
    /// The clock is wrong.
    WrongClock,
}

impl StateKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::ArchiveIncomplete,
        Self::Recovery,
        Self::DiskFull,
        Self::DiskFailed,
        Self::Permission,
        Self::WrongClock,
    ];

    /// The name in JSON, metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ArchiveIncomplete => "archive-incomplete",
            Self::Recovery => "recovery",
            Self::DiskFull => "disk-full",
            Self::DiskFailed => "disk-failed",
            Self::Permission => "permission",
            Self::WrongClock => "wrong-clock",
        }
    }

    /// Whether it ends when what is written can be written again.
    pub fn is_storage(self) -> bool {
        self != Self::WrongClock
    }

    /// What a person does about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::ArchiveIncomplete => {
                "bring the files back (mount the disk, restore them), or accept their loss with \
                 `bantin accept-missing-archive`"
            }
            Self::Recovery => "make what is named readable again; it goes on by itself",
            Self::DiskFull => "make room on the disk; reading goes on by itself",
            Self::DiskFailed => {
                "look at the disk and the kernel's log; reading goes on by itself when writes \
                 succeed again"
            }
            Self::Permission => {
                "give the path back to the user that bantin runs as (chown, chmod, remount); \
                 reading goes on by itself"
            }
            Self::WrongClock => "set the clock (timedatectl); reading goes on by itself",
        }
    }
}

/// A file of the archive that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Its final name.
    pub file: String,
    /// What is wrong: `gone`, `shorter (5 of 90 bytes)`, or why it cannot be read.
    pub what: String,
    /// How many article records it held, where that is known.
    pub articles: Option<u64>,
}

/// One state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct State {
    /// Its kind.
    #[serde(rename = "state")]
    pub kind: StateKind,
    /// Why, with every cause.
    pub cause: String,
    /// The file or folder that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What to do.
    pub advice: &'static str,
    /// Since when.
    pub since: Timestamp,
    /// The archive's files that are not as they should be.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub files: Vec<Missing>,
    /// How many article records they held, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub articles: Option<u64>,
    /// Whether no site is asked meanwhile.
    pub blocks_reading: bool,
}

impl State {
    /// A state of that kind, because of `cause`.
    pub fn new(
        kind: StateKind,
        cause: impl Into<String>,
        path: Option<String>,
        since: Timestamp,
    ) -> Self {
        let blocks_reading = matches!(kind, StateKind::ArchiveIncomplete | StateKind::Recovery);
        Self {
            kind,
            cause: cause.into(),
            path,
            advice: kind.advice(),
            since,
            files: Vec::new(),
            articles: None,
            blocks_reading,
        }
    }

    /// One line for a person: what it is, of what, why.
    pub fn line(&self) -> String {
        let path = self.path.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
        format!("{}{path}: {}", self.kind.as_str(), self.cause)
    }
}

/// The states that the daemon is in, at most one of a kind.
#[derive(Debug, Default)]
pub struct States(Mutex<BTreeMap<StateKind, State>>);

impl States {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<StateKind, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a state, or says anew why it is in it; whether that is news. It keeps since when it
    /// is so.
    pub fn enter(&self, mut state: State) -> bool {
        let mut states = self.lock();
        if let Some(known) = states.get(&state.kind) {
            state.since = known.since;
            if *known == state {
                return false;
            }
            let same = known.files == state.files && known.path == state.path;
            states.insert(state.kind, state);
            return !same;
        }
        states.insert(state.kind, state);
        true
    }

    /// Leaves a state; which one it was.
    pub fn leave(&self, kind: StateKind) -> Option<State> {
        self.lock().remove(&kind)
    }

    /// The states, gravest first.
    pub fn all(&self) -> Vec<State> {
        self.lock().values().cloned().collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// The state for which no site is asked, if there is one.
    pub fn blocking(&self) -> Option<State> {
        self.lock().values().find(|state| state.blocks_reading).cloned()
    }

    /// Whether a state keeps what is read from being written.
    pub fn is_storage(&self) -> bool {
        self.lock().keys().any(|kind| kind.is_storage())
    }

    /// Whether a state of that kind holds.
    pub fn has(&self, kind: StateKind) -> bool {
        self.lock().contains_key(&kind)
    }
}

/// Called with a state that is met: it is entered, logged once, and looked after until it is over.
pub type Trouble = std::sync::Arc<dyn Fn(State) + Send + Sync>;

/// A fault with every cause under it: `a: b: c`.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

/// What a fault of the disk is a state of.
pub fn kind_of(error: &std::io::Error) -> StateKind {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => StateKind::DiskFull,
        Kind::PermissionDenied
        | Kind::ReadOnlyFilesystem
        | Kind::NotFound
        | Kind::NotADirectory
        | Kind::IsADirectory => StateKind::Permission,
        _ => StateKind::DiskFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_news_once_and_keeps_its_beginning() {
        let (states, at) = (States::default(), |second| Timestamp::from_second(second).unwrap());
        let full =
            |second| State::new(StateKind::DiskFull, "no space", Some("/a".into()), at(second));
        assert!(states.enter(full(1)));
        assert!(!states.enter(full(2)));
        assert!(states.enter(State { path: Some("/b".into()), ..full(3) }));
        assert_eq!(states.all()[0].since, at(1));
        assert!(states.blocking().is_none() && states.has(StateKind::DiskFull));
        assert!(
            states.leave(StateKind::DiskFull).is_some()
                && states.leave(StateKind::DiskFull).is_none()
                && states.is_empty()
        );
    }
}
