//! What `/healthz` and `/readyz` say: how the house is, what keeps it from its work, and which sites are not well, and why.

use serde::Serialize;

use super::SiteStatus;
use crate::domain::{Health, State};

#[derive(Serialize)]
struct Report<'a> {
    status: &'static str,
    states: Vec<State>,
    sites: Vec<Site<'a>>,
}

#[derive(Serialize)]
struct Site<'a> {
    id: &'a str,
    status: &'static str,
    reasons: &'a [String],
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    documents_waiting: usize,
    states: Vec<State>,
}

/// The report of `/healthz` as JSON.
pub(super) fn report(states: Vec<State>, sites: &[SiteStatus]) -> Vec<u8> {
    let unwell: Vec<_> = sites.iter().filter(|site| site.enabled && site.health > Health::Healthy).collect();
    let broken = unwell.iter().any(|site| site.health == Health::Broken);
    let status = match (broken, states.is_empty() && unwell.is_empty()) {
        (true, _) => "broken",
        (false, false) => "degraded",
        (false, true) => "ok",
    };
    let sites = unwell.iter().map(|site| Site { id: site.id.as_str(), status: site.health.as_str(), reasons: &site.reasons }).collect();
    serde_json::to_vec(&Report { status, states, sites }).unwrap_or_default()
}

/// The report of `/readyz` as JSON.
pub(super) fn readiness(ready: bool, documents_waiting: usize, states: Vec<State>) -> Vec<u8> {
    serde_json::to_vec(&Readiness { ready, documents_waiting, states }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::StateKind;

    fn site(enabled: bool, health: Health) -> SiteStatus {
        SiteStatus {
            id: crate::domain::SiteId::new(health.as_str()).unwrap(),
            title: String::new(),
            home: String::new(),
            enabled,
            health,
            reasons: vec!["why".to_owned()],
            articles: 0,
            last_success: None,
            sections: Vec::new(),
        }
    }

    #[test]
    fn the_house_is_as_its_worst_enabled_site_and_its_own_states_say() {
        let full = || vec![State::new(StateKind::DiskFull, "no room", None, jiff::Timestamp::UNIX_EPOCH)];
        let (new, well) = (site(true, Health::New), site(true, Health::Healthy));
        let (degraded, broken) = (site(true, Health::Degraded), site(true, Health::Broken));
        let off = [site(false, Health::Broken), site(false, Health::Degraded)];
        for (states, sites, status, named) in [
            (vec![], vec![], "ok", vec![]),
            (vec![], vec![&new, &well, &off[0], &off[1]], "ok", vec![]),
            (vec![], vec![&new, &degraded, &well], "degraded", vec!["degraded"]),
            (vec![], vec![&degraded, &broken, &off[0]], "broken", vec!["degraded", "broken"]),
            (full(), vec![&well], "degraded", vec![]),
            (full(), vec![&broken], "broken", vec!["broken"]),
        ] {
            let count = states.len();
            let sites: Vec<_> = sites.into_iter().cloned().collect();
            let report: serde_json::Value = serde_json::from_slice(&report(states, &sites)).unwrap();
            let ids: Vec<_> = report["sites"].as_array().unwrap().iter().map(|site| site["id"].as_str().unwrap()).collect();
            assert_eq!((report["status"].as_str().unwrap(), ids, report["states"].as_array().unwrap().len()), (status, named, count));
        }
    }

    #[test]
    fn documents_that_wait_are_counted() {
        let text = String::from_utf8(readiness(true, 3, Vec::new())).unwrap();
        assert_eq!(text, r#"{"ready":true,"documents_waiting":3,"states":[]}"#);
    }
}
