//! What `/healthz` says: whether the house is well, and which sites are not, and why.

use serde::Serialize;

use super::SiteStatus;
use crate::domain::Health;

#[derive(Serialize)]
struct Report<'a> {
    status: &'static str,
    sites: Vec<Site<'a>>,
}

#[derive(Serialize)]
struct Site<'a> {
    id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    reasons: &'a [String],
}

/// The report as JSON; `degraded` while a site is not healthy.
pub(super) fn report(sites: &[SiteStatus]) -> Vec<u8> {
    let well = sites.iter().all(|site| site.health == Health::Healthy);
    let sites = sites.iter().map(|site| Site { id: site.id.as_str(), status: site.health.as_str(), reasons: &site.reasons }).collect();
    let report = Report { status: if well { "ok" } else { "degraded" }, sites };
    serde_json::to_vec(&report).unwrap_or_default()
}
