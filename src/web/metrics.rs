//! The counters and the sites' states as Prometheus text.

use prometheus::core::Collector;
use prometheus::{GaugeVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};

use super::SiteStatus;
use crate::domain::count::Counters;
use crate::domain::{Bound, Health};

/// Text format 0.0.4.
pub(super) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes all figures as they are now; the registry lives for one answer, the counts live in the house.
pub(super) fn write(counters: &Counters, sites: &[SiteStatus]) -> Result<String, prometheus::Error> {
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
    let health = IntGaugeVec::new(Opts::new("bantin_site_health", "1 for the state that a site is in."), &["site", "state"])?;
    let articles = IntGaugeVec::new(Opts::new("bantin_site_articles", "Articles stored of a site."), &["site"])?;
    let help = "When a visit last read every section of a site.";
    let success = GaugeVec::new(Opts::new("bantin_site_last_success_timestamp_seconds", help), &["site"])?;
    for site in sites {
        let id = site.id.as_str();
        for state in [Health::Healthy, Health::Degraded, Health::Broken] {
            health.with_label_values(&[id, state.as_str()]).set(i64::from(state == site.health));
        }
        articles.with_label_values(&[id]).set(i64::try_from(site.articles).unwrap_or(i64::MAX));
        if let Some(time) = site.last_success {
            success.with_label_values(&[id]).set(time.as_second() as f64);
        }
    }
    put(&registry, health)?;
    put(&registry, articles)?;
    put(&registry, success)?;
    TextEncoder::new().encode_to_string(&registry.gather())
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
