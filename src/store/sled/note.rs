//! What is written under leases: frontier, site and checkpoint.

use std::collections::BTreeMap;

use super::edit::{Edit, Rows};
use super::read;
use super::rows::Held;
use super::{codec, keys};
use crate::domain::{Checkpoint, Link, LinkState, SiteId, SiteState};
use crate::store::{Error, FrontierUpdate, Lease, Release, Tally};

/// Fences are written in blocks of so many: the row is written once a block, and after an opening
/// they go on behind it.
const FENCES: u64 = 64;

/// A fence that is no lower than those under which a site's memory was written.
pub fn written_fence(rows: &impl Rows, site: &SiteId) -> Result<u64, Error> {
    Ok(rows.row::<Held>(&keys::lease(site))?.unwrap_or_default().fence)
}

/// Writes a site's memory under a lease.
fn site_state(edit: &mut Edit<'_>, lease: &Lease, state: &SiteState) -> Result<(), Error> {
    if written_fence(edit, &lease.site)? < lease.fence {
        edit.put_row(
            keys::lease(&lease.site),
            &Held { fence: lease.fence.next_multiple_of(FENCES), until: None },
        )?;
    }
    memory(edit, &lease.site, state)
}

/// Writes a site's memory: apart from what each visit moves, what its sections are like, and that
/// only when it is something else.
pub fn memory(edit: &mut Edit<'_>, site: &SiteId, state: &SiteState) -> Result<(), Error> {
    let sections = codec::site_state_to_bytes(&SiteState {
        sections: state.sections.clone(),
        ..SiteState::default()
    })?;
    if edit.get(&keys::sections(site))?.as_deref() != Some(sections.as_slice()) {
        edit.put(keys::sections(site), &sections)?;
    }
    edit.put(
        keys::site_state(site),
        &codec::site_state_to_bytes(&SiteState { sections: BTreeMap::new(), ..state.clone() })?,
    )
}

/// Writes links and, under a lease, the site.
pub fn update(
    edit: &mut Edit<'_>,
    lease: Option<&Lease>,
    frontier: FrontierUpdate,
) -> Result<(), Error> {
    // A page's links and where its pager goes on are one thing: a stop that lost the one would lose
    // a page.
    let whole = frontier.state.is_some();
    for link in &frontier.links {
        put_link(edit, link)?;
        if !whole {
            edit.border()?;
        }
    }
    if let Some(lease) = lease {
        frontier.dropped.iter().try_for_each(|key| drop_link(edit, &lease.site, key))?;
    }
    if let (Some(lease), Some(pages)) = (lease, &frontier.pages) {
        edit.put_row(keys::page_memory(&lease.site), pages)?;
    }
    match (lease, &frontier.state) {
        (Some(lease), Some(memory)) => site_state(edit, lease, memory),
        _ => Ok(()),
    }
}

/// Writes all that a visit leaves at its end.
pub fn end(edit: &mut Edit<'_>, lease: &Lease, end: Release) -> Result<(), Error> {
    update(
        edit,
        Some(lease),
        FrontierUpdate { links: end.links, state: Some(end.state), ..FrontierUpdate::default() },
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

fn put_link(edit: &mut Edit<'_>, link: &Link) -> Result<(), Error> {
    let (site, key) = (&link.site, keys::link(&link.site, &link.key));
    let mut tally: Tally = edit.row(&keys::tally(site))?.unwrap_or_default();
    match read::link(edit, &key)? {
        Some(old) if old.says(link) => return Ok(()),
        Some(old) => uncount(edit, &mut tally, &old),
        None => tally.links += 1,
    }
    tally.open += u64::from(link.is_open());
    tally.no_articles += u64::from(link.state == LinkState::NoArticle);
    index_keys(link).into_iter().for_each(|key| edit.mark(key));
    edit.put_row(keys::tally(site), &tally)?;
    edit.put(key, &codec::link_to_bytes(link)?)
}

fn drop_link(edit: &mut Edit<'_>, site: &SiteId, key: &str) -> Result<(), Error> {
    let row = keys::link(site, key);
    let Some(old) = read::link(edit, &row)? else { return Ok(()) };
    let mut tally: Tally = edit.row(&keys::tally(site))?.unwrap_or_default();
    uncount(edit, &mut tally, &old);
    tally.links = tally.links.saturating_sub(1);
    edit.put_row(keys::tally(site), &tally)?;
    edit.remove(row)
}

/// Takes a link out of what is found by its state.
fn uncount(edit: &mut Edit<'_>, tally: &mut Tally, old: &Link) {
    tally.open = tally.open.saturating_sub(u64::from(old.is_open()));
    tally.no_articles =
        tally.no_articles.saturating_sub(u64::from(old.state == LinkState::NoArticle));
    index_keys(old).into_iter().for_each(|key| edit.unmark(key));
}

fn index_keys(link: &Link) -> Vec<Vec<u8>> {
    let due = link.due.map(|due| keys::due(&link.site, due, &link.key));
    let open = link.is_open().then(|| keys::open(&link.site, &link.key));
    due.into_iter().chain(open).collect()
}
