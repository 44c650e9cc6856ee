//! States of the daemon as they are met, told once and left.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::domain::state::{Missing, State, StateKind, States, Trouble};

/// The states of the daemon, and who hears of them.
pub struct Alarm {
    /// Those that it is in.
    pub states: Arc<States>,
    /// Told of one: it is entered, and said in the log if it is news.
    pub tell: Trouble,
    /// Woken when one is entered.
    pub woken: Arc<Notify>,
}

impl Default for Alarm {
    fn default() -> Self {
        let (states, woken) = (Arc::new(States::default()), Arc::new(Notify::new()));
        let (entered, waking) = (states.clone(), woken.clone());
        let tell: Trouble = Arc::new(move |state: State| {
            if entered.enter(state.clone()) {
                say(&state);
                waking.notify_one();
            }
        });
        Self { states, tell, woken }
    }
}

fn say(state: &State) {
    let files: Vec<String> = state
        .files
        .iter()
        .take(20)
        .map(|missing| format!("{}: {}", missing.file, missing.what))
        .collect();
    tracing::error!(
        state = state.kind.as_str(),
        file.path = state.path,
        error = state.cause,
        files = (!files.is_empty()).then(|| files.join("; ")),
        articles = state.articles,
        advice = state.advice,
        "what is read cannot be kept"
    );
}

/// Leaves a state and says so.
pub fn leave(states: &States, kind: StateKind) -> bool {
    let Some(state) = states.leave(kind) else { return false };
    tracing::warn!(state = kind.as_str(), since = %state.since, "a state is over");
    true
}

/// The state of an archive that lacks these files.
pub fn incomplete(missing: Vec<Missing>, folder: &Path, now: Timestamp) -> State {
    let known: Vec<u64> = missing.iter().filter_map(|missing| missing.articles).collect();
    let first = missing
        .first()
        .map(|missing| format!("{}: {}", missing.file, missing.what))
        .unwrap_or_default();
    let held = match known.iter().sum::<u64>() {
        0 if known.is_empty() => "how many articles is not known".to_owned(),
        sum if known.len() == missing.len() => format!("{sum} articles"),
        sum => format!("{sum} articles and an unknown number more"),
    };
    let cause = match missing.len() {
        1 => format!("{first}; it held {held}"),
        count => format!(
            "{count} files are missing or cannot be read, the first: {first}; they held {held}"
        ),
    };
    let state =
        State::new(StateKind::ArchiveIncomplete, cause, Some(folder.display().to_string()), now);
    State { articles: (!known.is_empty()).then(|| known.iter().sum()), files: missing, ..state }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_counted_as_far_as_it_is_known() {
        let missing = |articles| Missing { file: "a".into(), what: "gone".into(), articles };
        let cause = |missing| incomplete(missing, Path::new("/x"), Timestamp::UNIX_EPOCH);
        assert_eq!(cause(vec![missing(Some(20))]).cause, "a: gone; it held 20 articles");
        let more = cause(vec![missing(Some(20)), missing(None)]);
        assert!(more.cause.ends_with("they held 20 articles and an unknown number more"));
        assert_eq!((more.articles, more.files.len()), (Some(20), 2));
        assert_eq!(cause(vec![missing(None)]).articles, None);
    }
}
