//! The counters and the states of house and sites as Prometheus text.

use prometheus::core::Collector;
use prometheus::{GaugeVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

use super::SiteStatus;
use super::seats::Figures;
use crate::domain::count::Counters;
use crate::domain::{Bound, Health, State, StateKind};
use crate::publish::shelf;

/// Text format 0.0.4.
pub(super) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes all figures as they are now; the registry lives for one answer, the counts live in the house.
pub(super) fn write(
    counters: &Counters,
    shelf: shelf::Figures,
    seats: Figures,
    states: &[State],
    sites: &[SiteStatus],
) -> Result<String, prometheus::Error> {
    let registry = Registry::new();
    for (name, help, count) in counts(counters) {
        let counter = IntCounter::new(name, help)?;
        counter.inc_by(count);
        registry.register(Box::new(counter))?;
    }
    let build = IntGaugeVec::new(Opts::new("bantin_build_info", "The version that runs."), &["version"])?;
    build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
    put(&registry, build)?;
    let bounds = IntCounterVec::new(Opts::new("bantin_bounds_hit_total", "Bounds that pages and answers hit."), &["bound"])?;
    for bound in Bound::ALL {
        bounds.with_label_values(&[bound.as_str()]).inc_by(counters.bounds.of(bound).get());
    }
    put(&registry, bounds)?;
    put_seats(&registry, seats)?;
    put_states(&registry, states)?;
    put_shelf(&registry, shelf)?;
    put_sites(&registry, sites)?;
    TextEncoder::new().encode_to_string(&registry.gather())
}

/// How full the house is.
fn put_seats(registry: &Registry, Figures { places, taken, displaced }: Figures) -> Result<(), prometheus::Error> {
    for (name, help, figure) in [
        ("bantin_http_places", "HTTP connections that may be open at one time.", places),
        ("bantin_http_places_taken", "HTTP connections that are open.", taken),
    ] {
        let gauge = IntGauge::new(name, help)?;
        gauge.set(whole(figure));
        put(registry, gauge)?;
    }
    let counter = IntCounter::new("bantin_http_displaced_total", "Idle HTTP connections that were closed for others.")?;
    counter.inc_by(displaced);
    put(registry, counter)
}

/// How the house is.
fn put_states(registry: &Registry, states: &[State]) -> Result<(), prometheus::Error> {
    let held = IntGaugeVec::new(Opts::new("bantin_state", "1 for each state that the daemon is in."), &["state"])?;
    for kind in StateKind::ALL {
        held.with_label_values(&[kind.as_str()]).set(i64::from(states.iter().any(|state| state.kind == kind)));
    }
    put(registry, held)?;
    let incomplete = states.iter().find(|state| state.kind == StateKind::ArchiveIncomplete);
    let articles = incomplete.and_then(|state| state.articles).unwrap_or_default();
    for (name, help, figure) in [
        (
            "bantin_archive_missing_files",
            "Files of the archive that are gone, shorter or do not read.",
            whole(incomplete.map_or(0, |state| state.files.len())),
        ),
        ("bantin_archive_missing_articles", "Article records that they held, as far as that is known.", whole(articles)),
    ] {
        let gauge = IntGauge::new(name, help)?;
        gauge.set(figure);
        put(registry, gauge)?;
    }
    Ok(())
}

/// How the memory of documents stands.
fn put_shelf(registry: &Registry, figures: shelf::Figures) -> Result<(), prometheus::Error> {
    for (name, help, figure) in [
        ("bantin_documents_waiting", "Feed documents that are asked for and are being made.", whole(figures.waiting)),
        ("bantin_cache_documents", "Documents in memory.", whole(figures.documents)),
        ("bantin_cache_bytes", "Bytes of memory that documents take.", whole(figures.bytes)),
        ("bantin_cache_limit_bytes", "Bytes of memory that documents may take.", whole(figures.limit)),
        ("bantin_disk_cache_bytes", "Bytes of packed forms on the disk, counted from the first that was written on.", whole(figures.disk)),
    ] {
        let gauge = IntGauge::new(name, help)?;
        gauge.set(figure);
        put(registry, gauge)?;
    }
    for (name, help, count) in [
        ("bantin_cache_hits_total", "Documents that were asked for and were in memory.", figures.hits),
        ("bantin_cache_misses_total", "Documents that were asked for and were not.", figures.misses),
    ] {
        let counter = IntCounter::new(name, help)?;
        counter.inc_by(count);
        put(registry, counter)?;
    }
    Ok(())
}

/// How the sites are.
fn put_sites(registry: &Registry, sites: &[SiteStatus]) -> Result<(), prometheus::Error> {
    let health = IntGaugeVec::new(Opts::new("bantin_site_health", "1 for the state that a site is in."), &["site", "state"])?;
    let articles = IntGaugeVec::new(Opts::new("bantin_site_articles", "Articles stored of a site."), &["site"])?;
    let help = "When a visit last read every section of a site.";
    let success = GaugeVec::new(Opts::new("bantin_site_last_success_timestamp_seconds", help), &["site"])?;
    for site in sites {
        let id = site.id.as_str();
        for state in [Health::New, Health::Healthy, Health::Degraded, Health::Broken] {
            health.with_label_values(&[id, state.as_str()]).set(i64::from(state == site.health));
        }
        articles.with_label_values(&[id]).set(whole(site.articles));
        if let Some(time) = site.last_success {
            success.with_label_values(&[id]).set(time.as_second() as f64);
        }
    }
    put(registry, health)?;
    put(registry, articles)?;
    put(registry, success)
}

/// A count as a gauge takes it.
fn whole(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

fn put(registry: &Registry, collector: impl Collector + 'static) -> Result<(), prometheus::Error> {
    registry.register(Box::new(collector))
}

/// Every counter with its name and help.
fn counts(c: &Counters) -> [(&'static str, &'static str, u64); 18] {
    [
        ("bantin_fetch_requests_total", "Requests sent to portals.", c.requests.get()),
        ("bantin_fetch_not_modified_total", "Answers of portals that were 304.", c.not_modified.get()),
        ("bantin_fetch_unchanged_total", "Pages that came whole and said nothing new.", c.unchanged.get()),
        ("bantin_fetch_failures_total", "Requests to portals that failed.", c.failed_requests.get()),
        ("bantin_fetch_barred_total", "Addresses barred by robots.txt.", c.barred.get()),
        ("bantin_fetch_refused_addresses_total", "Addresses refused by the guard.", c.refused_addresses.get()),
        ("bantin_fetch_body_bytes_total", "Bytes of bodies received, on the wire.", c.body_bytes.get()),
        ("bantin_articles_read_total", "Pages read as articles.", c.articles_read.get()),
        ("bantin_articles_new_total", "New articles.", c.articles_new.get()),
        ("bantin_versions_new_total", "New versions of known articles.", c.versions_new.get()),
        ("bantin_pages_without_article_total", "Pages that lacked an article's blocks.", c.no_articles.get()),
        ("bantin_visits_total", "Visits that ended well.", c.visits.get()),
        ("bantin_visits_failed_total", "Visits that failed.", c.visits_failed.get()),
        ("bantin_archive_records_total", "Records appended to the archive.", c.records.get()),
        ("bantin_archive_syncs_total", "Syncs of the archive.", c.syncs.get()),
        ("bantin_feed_renders_total", "Feed documents rendered.", c.renders.get()),
        ("bantin_http_requests_total", "HTTP requests answered.", c.served.get()),
        ("bantin_http_not_modified_total", "HTTP requests answered 304.", c.served_not_modified.get()),
    ]
}
