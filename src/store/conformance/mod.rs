//! What every store must do, run against each: samples, a suite of promises, and all that can be
//! observed of a store as text.

mod documents;
mod visits;

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Batch, Counts, Error, Extent, Order, Pick, Standing, Store, Tally, Wanted};
use crate::domain::feed::Scope;
use crate::domain::{
    Article, Checkpoint, Link, LinkState, Place, Precision, Published, Record, RecordState,
    SectionId, SiteId, Synced, Validators,
};

/// A site's id.
pub fn site(name: &str) -> SiteId {
    SiteId::new(name).unwrap()
}

/// A section's id.
pub fn section(name: &str) -> SectionId {
    SectionId::new(name).unwrap()
}

/// An instant, in seconds since 1970.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// A proof for tests.
pub fn proof() -> Synced {
    Synced::proven(Checkpoint::default())
}

/// A place in the archive.
pub fn place(offset: u64) -> Place {
    Place {
        file: "a-00001.warc.gz".to_owned(),
        offset,
        length: 9,
        digest: "sha256:AB".to_owned(),
        time: at(7),
    }
}

/// A record: article `id` of a site, in a version, published at `rank` seconds.
pub fn record(name: &str, id: u128, version: u32, seq: u64, rank: i64) -> Record {
    let article = Article {
        id: Uuid::from_u128(id),
        url: format!("https://{name}.example/{id}"),
        title: format!("Tiêu đề {id}.{version}"),
        lead: None,
        content_html: "<p>thân bài</p>".to_owned(),
        content_text: "thân bài".to_owned(),
        published: Some(Published { at: at(rank), offset_s: 25200, precision: Precision::Minute }),
        authors: vec!["Nguyễn".to_owned()],
        image: None,
        attachments: Vec::new(),
        language: Some("vi".to_owned()),
        captions: Vec::new(),
        portal: "p".to_owned(),
        engine: "e".to_owned(),
        blocks: Vec::new(),
        item: Some(format!("{}", id % 3)),
        letters: None,
        digest: [1; 32],
        body_digest: [2; 32],
    };
    Record {
        site: site(name),
        article,
        version,
        seq,
        first_seen: at(1),
        updated: at(100 + i64::from(version)),
        sections: vec![section("s1")],
        via: None,
        aliases: Vec::new(),
        canonical: None,
        capture: place(1),
        profile: "p 1".to_owned(),
        listed: None,
        state: RecordState::Live,
    }
}

/// A link of the frontier.
pub fn link(name: &str, key: &str, state: LinkState, due: Option<i64>) -> Link {
    Link {
        site: site(name),
        key: key.to_owned(),
        url: format!("https://{name}.example/{key}"),
        state,
        sections: vec![section("s1")],
        via: String::new(),
        teaser: 5,
        validators: Validators::default(),
        said: Some(7),
        last_read: None,
        due: due.map(at),
        failures: 0,
        left: None,
        why: None,
        told: None,
        fetched: None,
        reread: None,
        instead: None,
    }
}

/// A batch of records alone.
pub fn batch(records: Vec<Record>) -> Batch {
    Batch { records, ..Batch::default() }
}

async fn figures(store: &dyn Store, site: &SiteId) -> Tally {
    store.farings(vec![site.clone()], Extent::Brief).await.unwrap().remove(0).tally
}

/// Everything that the samples' names can observe of a store.
///
/// # Errors
///
/// As the store's methods.
pub async fn observe(store: &dyn Store) -> Result<String, Error> {
    let mut seen = Vec::new();
    let mut see = |what: &dyn std::fmt::Debug| seen.push(format!("{what:?}"));
    for name in ["a", "b"] {
        let site = site(name);
        see(&(store.site_state(&site).await?, store.page_memory(&site).await?));
        for pick in [Pick::All, Pick::Open, Pick::Due(at(50)), Pick::Beyond(at(50))] {
            see(&store.links(&site, pick, 100).await?);
        }
        see(&(store.sequence(&site).await?, store.feed_state(&site).await?));
        for extent in [Extent::Brief, Extent::Whole] {
            see(&store.farings(vec![site.clone()], extent).await?);
        }
        for id in (0..6).map(Uuid::from_u128) {
            see(&(store.record(&site, id).await?, store.archived_in(&site, id).await?));
            for version in 1..4 {
                see(&store.version(&site, id, version).await?);
            }
        }
        for n in 0..3 {
            see(&(
                store.by_item(&site, &n.to_string()).await?,
                store.find(&site, &n.to_string()).await?,
            ));
            see(&(store.final_document(&site, n).await?, store.link(&site, &n.to_string()).await?));
            see(&store.final_entries(&site, n).await?);
        }
        see(&store.last_final(&site).await?);
        for section_name in ["s1", "s2"] {
            see(&top(store, &Scope::Section(site.clone(), section(section_name)), 100).await?);
        }
    }
    see(&(
        top(store, &Scope::All, 100).await?,
        store.changes(0, 1000).await?,
        store.changes(2, 2).await?,
    ));
    see(&(store.cursor().await?, store.checkpoint().await?, store.sites().await?));
    see(&(
        store.look("p", &Scope::All, None).await?,
        store.value("k").await?,
        store.files().await?,
    ));
    Ok(seen.join("\n"))
}

/// The highest-ranked live articles of a scope, of the sites that count, as for a document that was
/// never made.
async fn standing(
    store: &dyn Store,
    scope: &Scope,
    counts: Counts,
    entries: usize,
) -> Result<Vec<Standing>, Error> {
    let wanted =
        Wanted { unsaved: None, context: 0, counts, entries, records: Box::new(|_| Vec::new()) };
    let Some(Order::Ranked(standing)) = store.look("never made", scope, Some(wanted)).await?.order
    else {
        panic!("{scope:?} is not ranked")
    };
    Ok(standing)
}

/// The highest-ranked live records of a scope.
///
/// # Errors
///
/// As the store's methods.
pub async fn top(
    store: &dyn Store,
    scope: &Scope,
    limit: usize,
) -> Result<Vec<Arc<Record>>, Error> {
    let standing = standing(store, scope, Arc::new(|_| true), limit).await?;
    let records = store
        .versions(standing.into_iter().map(|one| (one.site, one.id, one.version)).collect())
        .await?;
    Ok(records.into_iter().map(|record| record.expect("a standing article has a record")).collect())
}

/// Runs every promise, each on a store of its own.
pub async fn suite<S: Store>(make: impl Fn() -> S) {
    visits::leases(&make()).await;
    visits::frontier(&make()).await;
    visits::changes(&make()).await;
    visits::saving_again(&make()).await;
    documents::ranks(&make()).await;
    documents::looks(&make()).await;
    visits::endings(&make()).await;
    visits::indexes(&make()).await;
    documents::large(&make()).await;
    documents::feeds(&make()).await;
    documents::holdings(&make()).await;
    documents::small(&make()).await;
    documents::mending(&make()).await;
}
