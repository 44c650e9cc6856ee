//! Whether the archive is whole: every file that something names is there, as long as that says,
//! and reads (CONTRACT section 8).
//!
//! Looks and writes nothing: a folder below a mount point that is not mounted stays as it is.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::account::{self, Account, Said};
use super::segment::{self, Name};
use crate::domain::state::Missing;

/// A file of the archive as the store names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its final name.
    pub file: String,
    /// Bytes that it must have.
    pub least: u64,
    /// Versions of articles in it, where that is known.
    pub articles: Option<u64>,
}

/// What a look at the folder found.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// The files, in order, with whether each is open.
    pub files: Vec<(Name, bool)>,
    /// The account of the newest one.
    pub account: Account,
    /// What is not as it should be and was not accepted.
    pub missing: Vec<Missing>,
    /// The last name that is known of, there or not.
    pub last: Option<Name>,
}

/// What the first records of files say, read once a file.
#[derive(Default)]
pub(super) struct Firsts(Mutex<HashMap<Name, Option<Said>>>);

impl Firsts {
    fn previous(&self, folder: &Path, name: Name) -> Option<Said> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        known.unwrap_or_else(|| {
            let said = account::previous(folder, name);
            if said.is_some() {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, said.clone());
            }
            said
        })
    }
}

/// Looks at the folder. A fault of the folder itself is an error; that it is not there is not.
pub(super) fn look(folder: &Path, named: &[Named], firsts: &Firsts) -> io::Result<Found> {
    let files = match segment::list(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Vec::new(),
        listed => listed?,
    };
    let (account, unread) = match Account::read(folder) {
        Ok(account) => (account, None),
        Err(cause) => (
            Account::default(),
            Some(Missing { file: account::FILE.to_owned(), what: unread(&cause), articles: None }),
        ),
    };
    let mut expected = Expected::default();
    named.iter().for_each(|named| expected.store(named));
    account.newest.iter().for_each(|said| expected.says(said, false));
    for (name, _) in &files {
        firsts.previous(folder, *name).iter().for_each(|said| expected.says(said, true));
    }
    let mut missing: Vec<Missing> = unread.into_iter().collect();
    for (name, open) in &files {
        let wanted = expected.take(name);
        let least = wanted.as_ref().map_or(u64::from(!open), |wanted| wanted.least);
        missing.extend(
            fault(folder, *name, *open, least)
                .map(|what| (name.to_string(), what, wanted))
                .map(named_missing),
        );
    }
    let gone: Vec<(Name, Wanted)> = std::mem::take(&mut expected.0).into_iter().collect();
    let accepted: Vec<Name> =
        account.accepted.iter().filter_map(|accepted| Name::parse(&accepted.file)).collect();
    let known: Vec<Name> =
        gone.iter().map(|(name, _)| *name).chain(accepted.iter().copied()).collect();
    missing.extend(gaps(&files, &known));
    let last = files.iter().map(|(name, _)| *name).chain(gone.iter().map(|(name, _)| *name)).max();
    missing.extend(
        gone.into_iter()
            .map(|(name, wanted)| (name.to_string(), GONE.to_owned(), Some(wanted)))
            .map(named_missing),
    );
    missing.retain(|missing| !is_accepted(&account, missing, folder));
    missing.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(Found { files, account, missing, last: last.max(accepted.into_iter().max()) })
}

/// What is said of a file that is not there.
pub(super) const GONE: &str = "gone";

/// What must be there of a file.
#[derive(Clone, Debug, Default)]
struct Wanted {
    least: u64,
    articles: Option<u64>,
    /// Whether the count is the archive's own, which goes before the store's.
    counted: bool,
}

/// What must be there.
#[derive(Default)]
struct Expected(BTreeMap<Name, Wanted>);

impl Expected {
    fn store(&mut self, named: &Named) {
        let Some(name) = Name::parse(&named.file) else { return };
        let wanted = self.0.entry(name).or_default();
        wanted.least = wanted.least.max(named.least);
        wanted.articles = wanted.articles.max(named.articles);
    }

    /// What the archive says itself; of the newest file its count is of what was there then, of a
    /// closed one it is whole.
    fn says(&mut self, said: &Said, closed: bool) {
        let Some(name) = Name::parse(&said.file) else { return };
        let wanted = self.0.entry(name).or_default();
        wanted.least = wanted.least.max(said.length);
        if closed && said.articles.is_some() {
            (wanted.articles, wanted.counted) = (said.articles, true);
        } else if !wanted.counted {
            wanted.articles = wanted.articles.max(said.articles);
        }
    }

    fn take(&mut self, name: &Name) -> Option<Wanted> {
        self.0.remove(name)
    }
}

fn named_missing((file, what, wanted): (String, String, Option<Wanted>)) -> Missing {
    Missing { file, what, articles: wanted.and_then(|wanted| wanted.articles) }
}

/// What is wrong with a file that is there.
fn fault(folder: &Path, name: Name, open: bool, least: u64) -> Option<String> {
    let path = if open { name.open_path(folder) } else { name.path(folder) };
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        // Closed between the list and this look.
        Err(cause)
            if cause.kind() == io::ErrorKind::NotFound && open && name.path(folder).is_file() =>
        {
            return None;
        }
        Err(cause) => return Some(unread(&cause)),
    };
    if !metadata.is_file() {
        return Some("no file stands in its place".to_owned());
    }
    if metadata.len() < least {
        return Some(format!("shorter ({} of {least} bytes)", metadata.len()));
    }
    File::open(&path).err().map(|cause| unread(&cause))
}

fn unread(cause: &io::Error) -> String {
    format!("cannot be read: {cause}")
}

/// Numbers that lack between files that are there, but for those of `known` files: in older
/// archives nothing else names them.
fn gaps(files: &[(Name, bool)], known: &[Name]) -> Vec<Missing> {
    let mut before = 0;
    let mut found = Vec::new();
    for (name, _) in files {
        let number = name.number();
        // After the last number they begin again.
        if number > before {
            let named = |n: u32| known.iter().any(|known| known.number() == n && known < name);
            found.extend((before + 1..number).take(1000).filter(|n| !named(*n)).map(|n| Missing {
                file: format!("bantin-*-{n:05}.warc.gz"),
                what: GONE.to_owned(),
                articles: None,
            }));
        }
        before = number;
    }
    found
}

fn is_accepted(account: &Account, missing: &Missing, folder: &Path) -> bool {
    let there = Name::parse(&missing.file)
        .and_then(|name| Some(name.read(folder).ok()?.metadata().ok()?.len()));
    account.accepted.iter().any(|accepted| {
        accepted.file == missing.file
            && (missing.what == GONE
                || accepted.length.is_some_and(|had| there.is_none_or(|has| has >= had)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(n: u32) -> Name {
        Name::parse(&format!("bantin-20260102030405678-{n:05}.warc.gz")).unwrap()
    }

    fn named(n: u32, least: u64, articles: u64) -> Named {
        Named { file: name(n).to_string(), least, articles: Some(articles) }
    }

    fn accepted(n: u32, length: Option<u64>) -> account::Accepted {
        account::Accepted {
            file: name(n).to_string(),
            what: String::new(),
            length,
            articles: None,
            time: jiff::Timestamp::UNIX_EPOCH,
            recorded: true,
        }
    }

    #[test]
    fn what_is_named_must_be_there_and_as_long_and_readable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let firsts = Firsts::default();
        assert!(look(&path.join("none"), &[], &firsts).unwrap().missing.is_empty());
        for n in [1, 2, 4] {
            fs::write(name(n).path(path), [0; 10]).unwrap();
        }
        let lacks = |named: &[Named]| {
            let found = look(path, named, &firsts).unwrap();
            found
                .missing
                .into_iter()
                .map(|m| (m.file[23..].to_owned(), m.what, m.articles))
                .collect::<Vec<_>>()
        };
        let file = |n: u32| name(n).to_string()[23..].to_owned();
        assert_eq!(look(path, &[], &firsts).unwrap().missing[0].file, "bantin-*-00003.warc.gz");
        assert_eq!(lacks(&[named(3, 5, 7)]), [(file(3), "gone".to_owned(), Some(7))]);
        let shorter = (file(2), "shorter (10 of 11 bytes)".to_owned(), Some(3));
        assert_eq!(
            lacks(&[named(3, 5, 7), named(2, 11, 3), named(4, 10, 1)]),
            [shorter, (file(3), "gone".to_owned(), Some(7))]
        );
        fs::create_dir(name(3).path(path)).unwrap();
        assert_eq!(
            lacks(&[named(3, 5, 7)]),
            [(file(3), "no file stands in its place".to_owned(), Some(7))]
        );
        fs::remove_dir(name(3).path(path)).unwrap();
        Account {
            accepted: vec![accepted(3, None), accepted(2, Some(10)), accepted(6, None)],
            ..Account::default()
        }
        .write(path)
        .unwrap();
        assert!(lacks(&[named(3, 5, 7), named(2, 11, 3)]).is_empty());
        assert_eq!(look(path, &[named(5, 1, 1)], &firsts).unwrap().last, Some(name(6)));
        fs::write(name(2).path(path), [0; 9]).unwrap();
        assert_eq!(lacks(&[named(3, 5, 7), named(2, 11, 3)]).len(), 1);
    }
}
