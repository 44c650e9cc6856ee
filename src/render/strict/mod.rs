//! What a strict reader would refuse, double or misdate in a document: told of the bytes as they
//! are sent, never of what they were made from.

mod entry;
mod fault;
mod read;
mod syntax;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use url::Url;

use self::entry::{Told, alone};
use self::fault::{FOLLOW, Fault};
use self::read::{Read, Seen};
use self::syntax::{language_fault, uri_fault};

/// The largest document that readers of all kinds take whole, in bytes.
const LARGEST: usize = 500_000;

/// What a reader stumbles over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objection {
    /// The entry's id; `None`: the document as such.
    pub entry: Option<String>,
    /// The page that the entry leads to.
    pub page: Option<String>,
    /// What is wrong with it.
    pub what: String,
    /// What readers do.
    pub readers: &'static str,
    /// What can be done about it, if anything.
    pub advice: Option<&'static str>,
}

/// Every objection to the document at `path`; what its site `owns` are the hosts that entries may
/// lead to.
pub fn objections(
    path: &str,
    document: &[u8],
    now: Timestamp,
    owns: impl Fn(&Url) -> bool,
) -> Vec<Objection> {
    let mut said: Vec<_> = size(document).map(|fault| objection(None, fault)).into_iter().collect();
    let read = match read::document(path, document) {
        Ok(read) => read,
        Err(error) => {
            let fault = Fault(format!("it cannot be read: {error}"), "readers refuse it", None);
            said.push(objection(None, fault));
            return said;
        }
    };
    said.extend(as_such(path, &read).into_iter().map(|fault| objection(None, fault)));
    let mut told = Told::default();
    for seen in &read.entries {
        let faults = tombstone(&read, seen)
            .into_iter()
            .chain(told.again(seen))
            .chain(alone(seen, now, &owns));
        said.extend(faults.map(|fault| objection(Some(seen), fault)));
    }
    said
}

fn objection(entry: Option<&Seen>, Fault(what, readers, advice): Fault) -> Objection {
    let (entry, page) =
        entry.map_or((None, None), |seen| (Some(seen.id.clone()), seen.link.clone()));
    Objection { entry, page, what, readers, advice }
}

fn size(document: &[u8]) -> Option<Fault> {
    (document.len() > LARGEST).then(|| {
        Fault(
            format!("it has {} bytes, over {LARGEST}", document.len()),
            "some readers refuse it, or read its beginning alone",
            Some("a section's feed may be smaller"),
        )
    })
}

/// What is wrong with a document beside its entries.
fn as_such(path: &str, read: &Read) -> Vec<Fault> {
    let advice =
        Some("look at `home` and `url` in the site's file and `public_url` in `bantin.toml`");
    let bad = read.addresses.iter().filter_map(|(kind, address)| uri_fault(kind, address));
    let mut wrong: Vec<_> = bad.map(|what| Fault(what, FOLLOW, advice)).collect();
    if !read.itself.as_ref().is_some_and(|itself| itself.ends_with(&format!("/{path}"))) {
        let what = format!("it calls itself {}", read.itself.as_deref().unwrap_or("nothing"));
        wrong.push(Fault(what, "readers that follow that subscribe to something else", None));
    }
    if read.title.trim().is_empty() {
        wrong.push(Fault(
            "its title is empty".to_owned(),
            "strict readers refuse it, others show nothing to choose it by",
            Some("`title` in the site's file"),
        ));
    }
    wrong.extend(read.language.iter().filter_map(|tag| language_fault(tag)));
    let latest = read.entries.iter().filter_map(|seen| seen.updated.clone()?.ok()).max();
    if let (Some(updated), Some(latest)) = (read.updated, latest)
        && updated < latest
    {
        let what = format!("its time of change, {updated}, is before that of an entry, {latest}");
        wrong.push(Fault(what, "readers that look at it alone miss the change", None));
    }
    wrong
}

/// What is wrong with an entry that is said to be gone.
fn tombstone(read: &Read, seen: &Seen) -> Option<Fault> {
    read.deleted.contains(&seen.id).then(|| {
        Fault(
            "it stands there, and so does its tombstone".to_owned(),
            "readers keep it or drop it, as it comes",
            None,
        )
    })
}
