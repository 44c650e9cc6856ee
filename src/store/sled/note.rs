//! What is written under leases: frontier, source and checkpoint.

use std::collections::BTreeMap;

use super::edit::{Edit, Rows};
use super::read;
use super::rows::Held;
use super::{codec, keys};
use crate::domain::{Checkpoint, SiteId, Source, Target, TargetState};
use crate::store::{End, Error, Lease, Notes, Tally};

/// Fences are written in blocks of so many: the row is written once a block, and after an opening
/// they go on behind it.
const FENCES: u64 = 64;

/// A fence that is no lower than those under which a site's memory was written.
pub fn written_fence(rows: &impl Rows, site: &SiteId) -> Result<u64, Error> {
    Ok(rows.row::<Held>(&keys::lease(site))?.unwrap_or_default().fence)
}

/// Writes a site's memory under a lease.
fn source(edit: &mut Edit<'_>, lease: &Lease, source: &Source) -> Result<(), Error> {
    if written_fence(edit, &lease.site)? < lease.fence {
        edit.put_row(
            keys::lease(&lease.site),
            &Held { fence: lease.fence.next_multiple_of(FENCES), until: None },
        )?;
    }
    memory(edit, &lease.site, source)
}

/// Writes a site's memory: apart from what each visit moves, what its sections are like, and that
/// only when it is something else.
pub fn memory(edit: &mut Edit<'_>, site: &SiteId, source: &Source) -> Result<(), Error> {
    let sections =
        codec::source_to_bytes(&Source { sections: source.sections.clone(), ..Source::default() })?;
    if edit.get(&keys::sections(site))?.as_deref() != Some(sections.as_slice()) {
        edit.put(keys::sections(site), &sections)?;
    }
    edit.put(
        keys::source(site),
        &codec::source_to_bytes(&Source { sections: BTreeMap::new(), ..source.clone() })?,
    )
}

/// Writes targets and, under a lease, the source.
pub fn notes(edit: &mut Edit<'_>, lease: Option<&Lease>, notes: Notes) -> Result<(), Error> {
    // A page's links and where its pager goes on are one thing: a stop that lost the one would lose
    // a page.
    let whole = notes.source.is_some();
    for target in &notes.targets {
        put_target(edit, target)?;
        if !whole {
            edit.border()?;
        }
    }
    if let Some(lease) = lease {
        notes.dropped.iter().try_for_each(|key| drop_target(edit, &lease.site, key))?;
    }
    match (lease, &notes.source) {
        (Some(lease), Some(memory)) => source(edit, lease, memory),
        _ => Ok(()),
    }
}

/// Writes all that a visit leaves at its end.
pub fn end(edit: &mut Edit<'_>, lease: &Lease, end: End) -> Result<(), Error> {
    notes(
        edit,
        Some(lease),
        Notes { targets: end.targets, source: Some(end.source), ..Notes::default() },
    )?;
    end.checkpoint.map_or(Ok(()), |checkpoint| advance(edit, &checkpoint))
}

/// Moves the checkpoint, never back.
pub fn advance(edit: &mut Edit<'_>, checkpoint: &Checkpoint) -> Result<(), Error> {
    match edit.row::<Checkpoint>(keys::CHECKPOINT)? {
        Some(known) if known >= *checkpoint => Ok(()),
        _ => edit.put_row(keys::CHECKPOINT.to_vec(), checkpoint),
    }
}

fn put_target(edit: &mut Edit<'_>, target: &Target) -> Result<(), Error> {
    let (site, key) = (&target.site, keys::target(&target.site, &target.key));
    let mut tally: Tally = edit.row(&keys::tally(site))?.unwrap_or_default();
    match read::target(edit, &key)? {
        Some(old) if old.says(target) => return Ok(()),
        Some(old) => uncount(edit, &mut tally, &old),
        None => tally.targets += 1,
    }
    tally.open += u64::from(target.is_open());
    tally.no_articles += u64::from(target.state == TargetState::NoArticle);
    index_keys(target).into_iter().for_each(|key| edit.mark(key));
    edit.put_row(keys::tally(site), &tally)?;
    edit.put(key, &codec::target_to_bytes(target)?)
}

fn drop_target(edit: &mut Edit<'_>, site: &SiteId, key: &str) -> Result<(), Error> {
    let row = keys::target(site, key);
    let Some(old) = read::target(edit, &row)? else { return Ok(()) };
    let mut tally: Tally = edit.row(&keys::tally(site))?.unwrap_or_default();
    uncount(edit, &mut tally, &old);
    tally.targets = tally.targets.saturating_sub(1);
    edit.put_row(keys::tally(site), &tally)?;
    edit.remove(row)
}

/// Takes a link out of what is found by its state.
fn uncount(edit: &mut Edit<'_>, tally: &mut Tally, old: &Target) {
    tally.open = tally.open.saturating_sub(u64::from(old.is_open()));
    tally.no_articles =
        tally.no_articles.saturating_sub(u64::from(old.state == TargetState::NoArticle));
    index_keys(old).into_iter().for_each(|key| edit.unmark(key));
}

fn index_keys(target: &Target) -> Vec<Vec<u8>> {
    let due = target.due.map(|due| keys::due(&target.site, due, &target.key));
    let open = target.is_open().then(|| keys::open(&target.site, &target.key));
    due.into_iter().chain(open).collect()
}
