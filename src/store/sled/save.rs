//! Saving articles: version, head, indexes, counters and change of a record go in together.

use std::collections::HashMap;

use uuid::Uuid;

use super::edit::{Edit, Rows};
use super::note;
use super::read;
use super::rows::Head;
use super::{codec, keys};
use crate::domain::feed::Scope;
use crate::domain::{Place, Record, SectionId, SiteId};
use crate::store::{
    Batch, Change, ChangeKind, Entries, Error, FeedBatch, Holding, Lease, Moved, Sequence, Tally,
};

/// Saves a batch; only after a record with its addresses, or between other rows, may it be split.
pub fn batch(edit: &mut Edit<'_>, lease: Option<&Lease>, batch: Batch) -> Result<(), Error> {
    let mut addresses: HashMap<(SiteId, Uuid), Vec<String>> = HashMap::new();
    for (site, key, id) in batch.addresses {
        addresses.entry((site, id)).or_default().push(key);
    }
    for record in &batch.records {
        save(edit, record)?;
        for key in addresses.remove(&(record.site.clone(), record.article.id)).unwrap_or_default() {
            edit.put_row(keys::address(&record.site, &key), &record.article.id)?;
        }
        edit.border()?;
    }
    for ((site, id), others) in addresses {
        for key in others {
            edit.put_row(keys::address(&site, &key), &id)?;
            edit.border()?;
        }
    }
    finals(edit, &batch.finals)?;
    entries(edit, &batch.entries)?;
    note::update(edit, lease, batch.frontier)
}

/// Keeps places of final documents; the last writer wins.
fn finals(edit: &mut Edit<'_>, finals: &[(SiteId, u32, Place)]) -> Result<(), Error> {
    for (site, n, place) in finals {
        edit.put_row(keys::final_document(site, *n), place)?;
        hold(edit, place, 0)?;
        edit.border()?;
    }
    Ok(())
}

/// Keeps what final documents hold; the first writer wins.
fn entries(edit: &mut Edit<'_>, entries: &[(SiteId, u32, Entries)]) -> Result<(), Error> {
    for (site, n, entries) in entries {
        let key = keys::final_entries(site, *n);
        if edit.raw(&key)?.is_none() {
            edit.put_row(key, entries)?;
            edit.border()?;
        }
    }
    Ok(())
}

/// Notes that a file of the archive holds what lies at a place, and so many articles more.
fn hold(edit: &mut Edit<'_>, place: &Place, articles: u64) -> Result<(), Error> {
    let key = keys::file(&place.file);
    let known: Option<Holding> = edit.row(&key)?;
    let (held, end) = known.map_or((0, 0), |known| (known.articles, known.end));
    let end = end.max(place.offset.saturating_add(place.length));
    edit.put_row(key, &Holding { file: place.file.clone(), articles: held + articles, end })
}

fn save(edit: &mut Edit<'_>, record: &Record) -> Result<(), Error> {
    let (site, id) = (&record.site, record.article.id);
    let head: Option<Head> = edit.row(&keys::head(site, id))?;
    let stored = read::version(edit, site, id, record.version)?;
    let first = u64::from(stored.is_none());
    let kind = match &head {
        None => ChangeKind::New,
        Some(head) if record.version > head.version => ChangeKind::Edited,
        Some(head) if record.version == head.version && stored.as_ref() != Some(record) => {
            ChangeKind::Touched
        }
        Some(_) if stored.is_some() => return Ok(()),
        Some(_) => return put_version(edit, record, first),
    };
    put_version(edit, record, first)?;
    if let Some(head) = &head {
        unindex(edit, site, id, head)?;
    }
    count(edit, record, head.is_some_and(|head| head.live))?;
    let n = edit.row::<u64>(keys::CHANGES)?.unwrap_or_default() + 1;
    index(edit, record, n)?;
    edit.put_row(keys::CHANGES.to_vec(), &n)?;
    edit.put_row(
        keys::change(n),
        &Change { n, site: site.clone(), id, version: record.version, kind },
    )
}

/// Counts an article that comes to stand or ends.
fn count(edit: &mut Edit<'_>, record: &Record, stood: bool) -> Result<(), Error> {
    if record.is_live() == stood {
        return Ok(());
    }
    let key = keys::tally(&record.site);
    let mut tally: Tally = edit.row(&key)?.unwrap_or_default();
    tally.articles = if stood { tally.articles.saturating_sub(1) } else { tally.articles + 1 };
    edit.put_row(key, &tally)
}

fn put_version(edit: &mut Edit<'_>, record: &Record, first: u64) -> Result<(), Error> {
    hold(edit, &record.capture, first)?;
    let mut sequence: Sequence = edit.row(&keys::sequence(&record.site))?.unwrap_or_default();
    sequence.seq = sequence.seq.max(record.seq);
    sequence.updated = sequence.updated.max(Some(record.updated));
    edit.put_row(keys::sequence(&record.site), &sequence)?;
    edit.put(
        keys::version(&record.site, record.article.id, record.version),
        &codec::record_to_bytes(record)?,
    )
}

fn index(edit: &mut Edit<'_>, record: &Record, revision: u64) -> Result<(), Error> {
    let head = Head {
        version: record.version,
        rank: record.rank().as_nanosecond(),
        seq: record.seq,
        sections: record.sections.iter().map(SectionId::to_string).collect(),
        live: record.is_live(),
        item: record.article.item.clone(),
        revision,
    };
    for key in index_keys(&record.site, record.article.id, &head)? {
        edit.mark(key);
    }
    edit.put_row(keys::head(&record.site, record.article.id), &head)
}

fn unindex(edit: &mut Edit<'_>, site: &SiteId, id: Uuid, head: &Head) -> Result<(), Error> {
    for key in index_keys(site, id, head)? {
        edit.unmark(key);
    }
    Ok(())
}

/// Saves the outcome of folding; one of before changes nothing, one beyond the log is refused.
pub fn fold(edit: &mut Edit<'_>, batch: &FeedBatch) -> Result<(), Error> {
    let FeedBatch { cursor, states, archived_in, moved } = batch;
    if *cursor < edit.row(keys::CURSOR)?.unwrap_or_default() {
        return Ok(());
    }
    let last = edit.row(keys::CHANGES)?.unwrap_or_default();
    if *cursor > last {
        return Err(Error::Ahead { cursor: *cursor, last });
    }
    edit.put_row(keys::CURSOR.to_vec(), cursor)?;
    for (site, state) in states {
        edit.put_row(keys::feed_state(site), state)?;
    }
    for (scope, time) in moved {
        let key = keys::moved(scope);
        let before: Option<Moved> = edit.row(&key)?;
        edit.put_row(key, &Moved::after(before, *cursor, *time))?;
    }
    for (site, id, n) in archived_in {
        edit.put_row(keys::archived_in(site, *id), n)?;
    }
    Ok(())
}

/// The keys under which an article is found by rank and item.
fn index_keys(site: &SiteId, id: Uuid, head: &Head) -> Result<Vec<Vec<u8>>, Error> {
    let mut found: Vec<_> = head.item.iter().map(|item| keys::item(site, item, id)).collect();
    if !head.live {
        return Ok(found);
    }
    let rank = jiff::Timestamp::from_nanosecond(head.rank)
        .map_err(|e| Error::damaged(format!("a head's rank: {e}")))?;
    let sections = head
        .sections
        .iter()
        .filter_map(|s| SectionId::new(s))
        .map(|s| Scope::Section(site.clone(), s));
    let scopes = std::iter::once(Scope::All).chain(sections);
    found.extend(scopes.map(|scope| keys::rank(&scope, rank, head.seq, site, id)));
    Ok(found)
}
