//! The counters and the states of house and sites as Prometheus text.

use std::fmt::Write as _;

use super::permits::Figures;
use super::{SiteStatus, Sites};
use crate::domain::count::Counters;
use crate::domain::{Bound, Health, State, StateKind};
use crate::publish::cache;

/// Text format 0.0.4.
pub(super) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A metric with its name, its help and its values.
struct Family {
    name: &'static str,
    help: &'static str,
    grows: bool,
    values: Values,
}

/// The values of a figure.
enum Values {
    /// One of the house.
    One(u64),
    /// Some by a label's name: its value and the figure.
    By(&'static str, Vec<(&'static str, u64)>),
    /// Those of a site, each written by this after its name.
    Sites(fn(&mut String, &'static str, &SiteStatus)),
}

/// Writes all figures as they are now, bit by bit: by their names, and of each what the sites have
/// one after another.
pub(super) fn writer(
    counters: &Counters,
    cache: cache::Figures,
    permits: Figures,
    states: &[State],
    sites: Sites,
) -> impl FnMut(&mut String) -> bool + Send + Unpin + use<> {
    let mut families = families(counters, cache, permits, states);
    families.sort_by_key(|family| family.name);
    let mut families = families.into_iter();
    let (mut family, mut reached, mut named) = (families.next(), 0, false);
    move |text| {
        let Some(Family { name, help, grows, values }) = &family else { return false };
        let kind = if *grows { "counter" } else { "gauge" };
        let mut lines = String::new();
        let over = match values {
            Values::Sites(write) => {
                sites.get(reached).inspect(|site| write(&mut lines, name, site));
                reached += 1;
                reached >= sites.len()
            }
            Values::One(value) => writeln!(lines, "{name} {value}").is_ok(),
            Values::By(label, values) => {
                values.iter().for_each(|(of, value)| {
                    _ = writeln!(lines, "{name}{{{label}=\"{of}\"}} {value}")
                });
                true
            }
        };
        // A figure that nothing has is not named.
        if !named && !lines.is_empty() {
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
            named = true;
        }
        text.push_str(&lines);
        if over {
            (family, reached, named) = (families.next(), 0, false);
        }
        family.is_some()
    }
}

/// Every figure.
fn families(
    counters: &Counters,
    cache: cache::Figures,
    permits: Figures,
    states: &[State],
) -> Vec<Family> {
    let family =
        |grows| move |(name, help, value)| Family { name, help, grows, values: Values::One(value) };
    let mut families: Vec<Family> =
        counts(counters).into_iter().chain(grown(&cache, &permits)).map(family(true)).collect();
    families.extend(measured(&cache, &permits, states).into_iter().map(family(false)));
    let by = |name, help, grows, label, mut values: Vec<(&'static str, u64)>| {
        values.sort_unstable();
        Family { name, help, grows, values: Values::By(label, values) }
    };
    let bounds = Bound::ALL.map(|bound| (bound.as_str(), counters.bounds.of(bound).get())).to_vec();
    let held =
        |kind: StateKind| (kind.as_str(), u64::from(states.iter().any(|state| state.kind == kind)));
    families.extend([
        by("bantin_bounds_hit_total", "Bounds that pages and answers hit.", true, "bound", bounds),
        by(
            "bantin_build_info",
            "The version that runs.",
            false,
            "version",
            vec![(env!("CARGO_PKG_VERSION"), 1)],
        ),
        by(
            "bantin_state",
            "1 for each state that the daemon is in.",
            false,
            "state",
            StateKind::ALL.map(held).to_vec(),
        ),
    ]);
    let of_sites =
        |name, help, write| Family { name, help, grows: false, values: Values::Sites(write) };
    families.extend([
        of_sites("bantin_site_health", "1 for the state that a site is in.", health),
        of_sites("bantin_site_articles", "Articles stored of a site.", articles),
        of_sites(
            "bantin_site_last_success_timestamp_seconds",
            "When a visit last read every section of a site.",
            success,
        ),
    ]);
    families
}

fn health(text: &mut String, name: &str, status: &SiteStatus) {
    for state in [Health::Broken, Health::Degraded, Health::Healthy, Health::New] {
        let (site, holds) = (&status.site.id, u64::from(state == status.health));
        let _ = writeln!(text, "{name}{{site=\"{site}\",state=\"{}\"}} {holds}", state.as_str());
    }
}

fn articles(text: &mut String, name: &str, status: &SiteStatus) {
    let _ = writeln!(text, "{name}{{site=\"{}\"}} {}", status.site.id, status.articles);
}

fn success(text: &mut String, name: &str, status: &SiteStatus) {
    if let Some(time) = status.last_success {
        let _ = writeln!(text, "{name}{{site=\"{}\"}} {}", status.site.id, time.as_second());
    }
}

/// Names, helps and figures.
type Named = (&'static str, &'static str, u64);

/// What house and memory of documents are like at the moment.
fn measured(cache: &cache::Figures, permits: &Figures, states: &[State]) -> [Named; 9] {
    let incomplete = states.iter().find(|state| state.kind == StateKind::ArchiveIncomplete);
    let (files, articles) =
        incomplete.map_or((0, None), |state| (state.files.len(), state.articles));
    [
        (
            "bantin_http_places",
            "HTTP connections that may be open at one time.",
            whole(permits.places),
        ),
        ("bantin_http_places_taken", "HTTP connections that are open.", whole(permits.taken)),
        (
            "bantin_archive_missing_files",
            "Files of the archive that are gone, shorter or cannot be read.",
            whole(files),
        ),
        (
            "bantin_archive_missing_articles",
            "Article records that they held, as far as that is known.",
            articles.unwrap_or_default(),
        ),
        (
            "bantin_documents_waiting",
            "Feed documents that are asked for and are being made.",
            whole(cache.waiting),
        ),
        ("bantin_cache_documents", "Documents in memory.", whole(cache.documents)),
        ("bantin_cache_bytes", "Bytes of memory that documents take.", whole(cache.bytes)),
        (
            "bantin_cache_limit_bytes",
            "Bytes of memory that documents may take.",
            whole(cache.limit),
        ),
        (
            "bantin_disk_cache_bytes",
            "Bytes of packed forms on the disk, counted from the first that was written on.",
            whole(cache.disk),
        ),
    ]
}

/// What was counted of both.
fn grown(cache: &cache::Figures, permits: &Figures) -> [Named; 3] {
    [
        (
            "bantin_http_displaced_total",
            "Idle HTTP connections that were closed for others.",
            permits.displaced,
        ),
        (
            "bantin_cache_hits_total",
            "Documents that were asked for and were in memory.",
            cache.hits,
        ),
        ("bantin_cache_misses_total", "Documents that were asked for and were not.", cache.misses),
    ]
}

/// A count as a figure.
fn whole(count: impl TryInto<u64>) -> u64 {
    count.try_into().unwrap_or(u64::MAX)
}

/// Every counter with its name and help.
fn counts(c: &Counters) -> [Named; 18] {
    [
        ("bantin_fetch_requests_total", "Requests sent to portals.", c.requests.get()),
        (
            "bantin_fetch_not_modified_total",
            "Answers of portals that were 304.",
            c.not_modified.get(),
        ),
        (
            "bantin_fetch_unchanged_total",
            "Pages that came whole and said nothing new.",
            c.unchanged.get(),
        ),
        (
            "bantin_fetch_failures_total",
            "Requests to portals that failed.",
            c.failed_requests.get(),
        ),
        ("bantin_fetch_barred_total", "Addresses barred by robots.txt.", c.barred.get()),
        (
            "bantin_fetch_refused_addresses_total",
            "Addresses refused by the guard.",
            c.refused_addresses.get(),
        ),
        (
            "bantin_fetch_body_bytes_total",
            "Bytes of bodies received, on the wire.",
            c.body_bytes.get(),
        ),
        ("bantin_articles_read_total", "Pages read as articles.", c.articles_read.get()),
        ("bantin_articles_new_total", "New articles.", c.articles_new.get()),
        ("bantin_versions_new_total", "New versions of known articles.", c.versions_new.get()),
        (
            "bantin_pages_without_article_total",
            "Pages that lacked an article's blocks.",
            c.no_articles.get(),
        ),
        ("bantin_visits_total", "Visits that ended well.", c.visits.get()),
        ("bantin_visits_failed_total", "Visits that failed.", c.visits_failed.get()),
        ("bantin_archive_records_total", "Records appended to the archive.", c.records.get()),
        ("bantin_archive_syncs_total", "Syncs of the archive.", c.syncs.get()),
        ("bantin_feed_renders_total", "Feed documents rendered.", c.renders.get()),
        ("bantin_http_requests_total", "HTTP requests answered.", c.served.get()),
        (
            "bantin_http_not_modified_total",
            "HTTP requests answered 304.",
            c.served_not_modified.get(),
        ),
    ]
}
