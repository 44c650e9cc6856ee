//! Leases, and what is written under them: frontier and source.

use jiff::Timestamp;

use super::edit::{Edit, Rows};
use super::read;
use super::rows::Held;
use super::table::Table;
use super::{codec, keys};
use crate::domain::{SiteId, Source, Target, TargetState};
use crate::store::{Error, Lease, Notes, Tally};

/// Claims a site that no lease holds at `now`.
pub fn claim(edit: &mut Edit<'_>, site: &SiteId, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, Error> {
    let held: Held = edit.row(&keys::lease(site))?.unwrap_or_default();
    if held.until.is_some_and(|end| end > now) {
        return Ok(None);
    }
    let fence = held.fence + 1;
    edit.put_row(keys::lease(site), &Held { fence, until: Some(until) })?;
    Ok(Some(Lease { site: site.clone(), fence, until }))
}

/// Ends every lease of a process that is gone.
pub fn end_leases(table: &Table) -> Result<(), Error> {
    let held = table.read(|view| view.scan(keys::LEASES).collect::<Result<Vec<_>, _>>())?;
    table.write(|edit| {
        for (key, _) in &held {
            let held: Held = edit.row(key)?.unwrap_or_default();
            if held.until.is_some() {
                edit.put_row(key.to_vec(), &Held { until: None, ..held })?;
            }
        }
        Ok(())
    })
}

/// Whether a lease holds at `now`.
pub fn holds(rows: &impl Rows, lease: &Lease, now: Timestamp) -> Result<bool, Error> {
    let held: Held = rows.row(&keys::lease(&lease.site))?.unwrap_or_default();
    Ok(held.fence == lease.fence && held.until.is_some_and(|end| end > now))
}

/// Refuses a lease that was given back or claimed over.
pub fn fence(rows: &impl Rows, lease: &Lease) -> Result<(), Error> {
    let held: Held = rows.row(&keys::lease(&lease.site))?.unwrap_or_default();
    if held.fence == lease.fence && held.until.is_some() { Ok(()) } else { Err(Error::Fenced { site: lease.site.to_string() }) }
}

/// Gives a site back, with its memory.
pub fn release(edit: &mut Edit<'_>, lease: &Lease, source: &Source) -> Result<(), Error> {
    fence(edit, lease)?;
    edit.put(keys::source(&lease.site), &codec::source_to_bytes(source)?)?;
    edit.put_row(keys::lease(&lease.site), &Held { fence: lease.fence, until: None })
}

/// Writes targets and, under a lease, the source.
pub fn notes(edit: &mut Edit<'_>, lease: Option<&Lease>, notes: Notes) -> Result<(), Error> {
    for target in &notes.targets {
        put_target(edit, target)?;
        edit.border()?;
    }
    if let (Some(lease), Some(source)) = (lease, &notes.source) {
        edit.put(keys::source(&lease.site), &codec::source_to_bytes(source)?)?;
    }
    Ok(())
}

fn put_target(edit: &mut Edit<'_>, target: &Target) -> Result<(), Error> {
    let (site, key) = (&target.site, keys::target(&target.site, &target.key));
    let mut tally: Tally = edit.row(&keys::tally(site))?.unwrap_or_default();
    match read::target(edit, &key)? {
        Some(old) if old == *target => return Ok(()),
        Some(old) => {
            tally.open = tally.open.saturating_sub(u64::from(is_open(&old)));
            tally.no_articles = tally.no_articles.saturating_sub(u64::from(old.state == TargetState::NoArticle));
            index_keys(&old).into_iter().for_each(|key| edit.unmark(key));
        }
        None => tally.targets += 1,
    }
    tally.open += u64::from(is_open(target));
    tally.no_articles += u64::from(target.state == TargetState::NoArticle);
    index_keys(target).into_iter().for_each(|key| edit.mark(key));
    edit.put_row(keys::tally(site), &tally)?;
    edit.put(key, &codec::target_to_bytes(target)?)
}

fn index_keys(target: &Target) -> Vec<Vec<u8>> {
    let due = target.due.map(|due| keys::due(&target.site, due, &target.key));
    let open = is_open(target).then(|| keys::open(&target.site, &target.key));
    due.into_iter().chain(open).collect()
}

fn is_open(target: &Target) -> bool {
    matches!(target.state, TargetState::Unread | TargetState::Failed | TargetState::Dead(_))
}
