//! What is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::edit::{Rows, View};
use super::leases::Resting;
use super::rows::{self, Head};
use super::{codec, keys};
use crate::domain::feed::Scope;
use crate::domain::{Link, Record, SiteId, SiteState};
use crate::store::{
    Brief, Change, Claim, Error, Extent, Faring, FeedState, Holding, Lease, Lineup, Look, Order,
    Pending, Pick, Sheet, Standing, Unfolded, Wanted,
};

/// The record of one version.
pub fn version(
    rows: &impl Rows,
    site: &SiteId,
    id: Uuid,
    version: u32,
) -> Result<Option<Record>, Error> {
    let key = keys::version(site, id, version);
    let Some(bytes) = rows.get(&key)? else { return Ok(None) };
    // sled looks which pages to let go only once a shard of its cache, a 256th, was asked 64 times;
    // pages of records are large, and without being asked for twice some 30 MiB of them wait for
    // that.
    rows.raw(&key)?;
    codec::record_from_bytes(&bytes).map(Some)
}

/// The latest record of an article.
pub fn record(view: &View<'_>, site: &SiteId, id: Uuid) -> Result<Option<Arc<Record>>, Error> {
    match view.row::<Head>(&keys::head(site, id))? {
        Some(head) => {
            version(view, site, id, head.version)?.map(Arc::new).ok_or_else(missing).map(Some)
        }
        None => Ok(None),
    }
}

/// The records of these versions.
pub fn versions(
    view: &View<'_>,
    versions: &[(SiteId, Uuid, u32)],
) -> Result<Vec<Option<Arc<Record>>>, Error> {
    versions.iter().map(|(site, id, n)| Ok(version(view, site, *id, *n)?.map(Arc::new))).collect()
}

/// One link.
pub fn link(rows: &impl Rows, key: &[u8]) -> Result<Option<Link>, Error> {
    rows.get(key)?.map(|bytes| codec::link_from_bytes(&bytes)).transpose()
}

/// The links picked, at most `limit`.
pub fn links(view: &View<'_>, site: &SiteId, pick: Pick, limit: usize) -> Result<Vec<Link>, Error> {
    let (dues, opens, all) = (keys::dues(site), keys::opens(site), keys::links(site));
    let (start, end, prefix, skip) = match pick {
        Pick::Due(now) => (dues.clone(), keys::after_due(site, now), dues, keys::DUE_SKIP),
        Pick::Beyond(then) => {
            (keys::after_due(site, then), keys::after(&dues), dues, keys::DUE_SKIP)
        }
        Pick::Open => (opens.clone(), keys::after(&opens), opens, 0),
        Pick::All => (all.clone(), keys::after(&all), all, 0),
    };
    let mut found = Vec::new();
    for row in view.range(start, end)?.take(limit) {
        let key = keys::link_of(site, &row?.0, &prefix, skip);
        found.push(link(view, &key)?.ok_or_else(missing)?);
    }
    Ok(found)
}

/// The memory of a site; rows that were written whole hold its sections too.
pub fn site_state(rows: &impl Rows, site: &SiteId) -> Result<Option<SiteState>, Error> {
    let read =
        |key: &[u8]| rows.get(key)?.map(|bytes| codec::site_state_from_bytes(&bytes)).transpose();
    let Some(state) = read(&keys::site_state(site))? else { return Ok(None) };
    let sections = read(&keys::sections(site))?.map_or(state.sections, |apart| apart.sections);
    Ok(Some(SiteState { sections, ..state }))
}

/// A memory that rests, whole: what was left out of it stands in the row.
pub fn flushed(
    rows: &impl Rows,
    site: &SiteId,
    Resting { mut state, lean }: Resting,
) -> Result<SiteState, Error> {
    if lean {
        let mut stored = self::site_state(rows, site)?.unwrap_or_default();
        for (id, section) in &mut state.sections {
            section.first_page =
                stored.sections.remove(id).map(|stored| stored.first_page).unwrap_or_default();
        }
    }
    Ok(state)
}

/// The memory of a site, by what rests of it or by its row.
pub fn memory(
    rows: &impl Rows,
    site: &SiteId,
    resting: Option<Resting>,
) -> Result<Option<SiteState>, Error> {
    match resting {
        Some(resting) => flushed(rows, site, resting).map(Some),
        None => site_state(rows, site),
    }
}

/// How a site fares.
pub fn faring(
    view: &View<'_>,
    site: &SiteId,
    resting: Option<Resting>,
    extent: Extent,
) -> Result<Faring, Error> {
    let state = match extent {
        Extent::Whole => self::memory(view, site, resting)?.unwrap_or_default(),
        Extent::Brief => SiteState { sections: BTreeMap::new(), ..brief(view, site, resting)? },
    };
    Ok(Faring { state, tally: view.row(&keys::tally(site))?.unwrap_or_default() })
}

/// The memory of a site without a look at the row of its sections.
fn brief(view: &View<'_>, site: &SiteId, resting: Option<Resting>) -> Result<SiteState, Error> {
    match (resting, view.get(&keys::site_state(site))?) {
        (Some(resting), _) => Ok(resting.state),
        (None, Some(bytes)) => codec::site_state_from_bytes(&bytes),
        (None, None) => Ok(SiteState::default()),
    }
}

/// What a visit begins with.
pub fn claim(
    view: &View<'_>,
    lease: Lease,
    resting: Option<Resting>,
    now: Timestamp,
) -> Result<Claim, Error> {
    let site = &lease.site;
    let state = memory(view, site, resting)?.unwrap_or_default();
    let sequence = view.row(&keys::sequence(site))?.unwrap_or_default();
    let work = !links(view, site, Pick::Open, 1)?.is_empty()
        || !links(view, site, Pick::Due(now), 1)?.is_empty();
    Ok(Claim { state, sequence, work, lease })
}

/// Articles that carry an item id.
pub fn by_item(view: &View<'_>, site: &SiteId, item: &str) -> Result<Vec<Uuid>, Error> {
    let prefix = keys::items(site, item);
    let mut found = Vec::new();
    for row in view.scan(&prefix)? {
        // A longer rest is another item's, whose text goes on after an inner zero.
        if let Some(id) = row?.0.get(prefix.len()..).and_then(|id| Uuid::from_slice(id).ok()) {
            found.push(id);
        }
    }
    Ok(found)
}

/// The highest-ranked live articles of the sites that count; of others only the keys are read.
fn standing(
    view: &View<'_>,
    scope: &Scope,
    limit: usize,
    counts: impl Fn(&SiteId) -> bool,
) -> Result<Vec<Standing>, Error> {
    let ranked = ranked(view, scope)?
        .filter(|row| row.as_ref().is_ok_and(|(site, _)| counts(site)) || row.is_err())
        .take(limit);
    let standing = |(site, id): (SiteId, Uuid)| {
        let head: Head = view.row(&keys::head(&site, id))?.ok_or_else(missing)?;
        Ok(Standing { site, id, version: head.version, revision: head.revision })
    };
    ranked.map(|row| row.and_then(standing)).collect()
}

/// The live articles of a scope, the highest-ranked first.
fn ranked(
    view: &View<'_>,
    scope: &Scope,
) -> Result<impl Iterator<Item = Result<(SiteId, Uuid), Error>> + use<>, Error> {
    let prefix = keys::ranks(scope);
    Ok(view.scan(&prefix)?.map(move |row| keys::ranked(&row?.0, &prefix).ok_or_else(missing)))
}

/// A site's feed as it stands.
pub fn lineup(view: &View<'_>, site: &SiteId) -> Result<Lineup, Error> {
    let state: FeedState = view.row(&keys::feed_state(site))?.unwrap_or_default();
    let revision = |pending: &Pending| {
        Ok(view.row::<Head>(&keys::head(site, pending.id))?.map_or(0, |head| head.revision))
    };
    let revisions = state.pending.iter().map(revision).collect::<Result<_, Error>>()?;
    Ok(Lineup { state, last_final: last_final(view, site)?, revisions })
}

/// What is known of a document.
pub fn look(
    view: &View<'_>,
    path: &str,
    scope: &Scope,
    wanted: Option<Wanted>,
) -> Result<Look, Error> {
    let sheet = match wanted.as_ref().and_then(|wanted| wanted.unsaved.clone()) {
        Some(unsaved) => Some(unsaved),
        None => view.row::<Sheet>(&keys::sheet(path))?.map(Arc::new),
    };
    let stamp = if sheet.is_none() { view.row(&keys::stamp(path))? } else { None };
    let mut look = Look { moved: view.row(&keys::moved(scope))?, sheet, stamp, ..Look::default() };
    if let Some(wanted) = wanted.filter(|wanted| look.current(wanted.context).is_none()) {
        look.order = Some(match scope {
            Scope::Site(site) => Order::Site(lineup(view, site)?),
            scope => {
                Order::Ranked(standing(view, scope, wanted.entries, |site| (wanted.counts)(site))?)
            }
        });
        look.records = versions(view, &(wanted.records)(&look))?;
    }
    Ok(look)
}

/// Changes that are not folded, with what folding them needs.
pub fn unfolded(view: &View<'_>, limit: usize) -> Result<Vec<Unfolded>, Error> {
    let unfolded = |change: Change| {
        let (record, archived_in) = (
            version(view, &change.site, change.id, change.version)?,
            view.row(&keys::archived_in(&change.site, change.id))?,
        );
        Ok(Unfolded { change, brief: record.as_ref().map(Brief::from), archived_in })
    };
    changes(view, view.row(keys::CURSOR)?.unwrap_or_default(), limit)?
        .into_iter()
        .map(unfolded)
        .collect()
}

/// The change log after a number.
pub fn changes(view: &View<'_>, after: u64, limit: usize) -> Result<Vec<Change>, Error> {
    let Some(first) = after.checked_add(1) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for row in view.range(keys::change(first), keys::after(keys::CHANGE_LOG))?.take(limit) {
        let (key, row) = row?;
        found.push(rows::from_bytes(&view.join(&key, &row)?)?);
    }
    Ok(found)
}

/// The highest number of a site's final documents whose place or entries are known; 0: none.
pub fn last_final(view: &View<'_>, site: &SiteId) -> Result<u32, Error> {
    let mut last = 0;
    for prefix in [keys::final_documents(site), keys::all_final_entries(site)] {
        if let Some(key) = view.last(&prefix)? {
            last = last.max(keys::number_of(&key).ok_or_else(missing)?);
        }
    }
    Ok(last)
}

/// The files of the archive, by name.
pub fn files(view: &View<'_>) -> Result<Vec<Holding>, Error> {
    let mut files = Vec::new();
    for row in view.scan(keys::FILES)? {
        let (key, row) = row?;
        files.push(rows::from_bytes::<Holding>(&view.join(&key, &row)?)?);
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(files)
}

/// The sites that have a site or an article.
pub fn sites(view: &View<'_>) -> Result<Vec<SiteId>, Error> {
    let mut sites = Vec::new();
    // A sequence is there from a site's first article on, whether or not any still stands.
    for row in view.scan(keys::SOURCES)?.chain(view.scan(keys::SEQUENCES)?) {
        sites.push(keys::site_of(&row?.0).ok_or_else(missing)?);
    }
    sites.sort();
    sites.dedup();
    Ok(sites)
}

fn missing() -> Error {
    Error::damaged("an index names a row that is not there")
}
