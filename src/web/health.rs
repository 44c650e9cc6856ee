//! What `/healthz` and `/readyz` say: how the house is, what keeps it from its work, and which
//! sites are not well, and why.

use serde::Serialize;

use super::{SiteStatus, Sites};
use crate::domain::{Health, State};

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

/// Writes the report of `/healthz` as JSON, one site that is not well after another.
pub(super) fn writer(
    states: Vec<State>,
    sites: Sites,
) -> impl FnMut(&mut String) -> bool + Send + Unpin {
    let status = status_of(&states, &sites);
    let (mut begun, mut reached, mut comma) = (false, 0, "");
    move |text| {
        if !std::mem::replace(&mut begun, true) {
            text.push_str("{\"status\":");
            json(text, &status);
            text.push_str(",\"states\":");
            json(text, &states);
            text.push_str(",\"sites\":[");
        }
        let Some(next) = sites.get(reached) else {
            text.push_str("]}");
            return false;
        };
        reached += 1;
        if is_unwell(next) {
            text.push_str(std::mem::replace(&mut comma, ","));
            json(
                text,
                &Site {
                    id: next.site.id.as_str(),
                    status: next.health.as_str(),
                    reasons: &next.reasons,
                },
            );
        }
        true
    }
}

fn is_unwell(site: &SiteStatus) -> bool {
    site.site.enabled && site.health > Health::Healthy
}

/// How the house is.
fn status_of(states: &[State], sites: &[SiteStatus]) -> &'static str {
    match sites.iter().filter(|site| is_unwell(site)).map(|site| site.health).max() {
        Some(Health::Broken) => "broken",
        None if states.is_empty() => "ok",
        _ => "degraded",
    }
}

fn json(text: &mut String, value: &impl Serialize) {
    text.push_str(&serde_json::to_string(value).unwrap_or_default());
}

/// The report of `/readyz` as JSON.
pub(super) fn readiness(ready: bool, documents_waiting: usize, states: Vec<State>) -> String {
    serde_json::to_string(&Readiness { ready, documents_waiting, states }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::domain::StateKind;
    use crate::web::pieces::Pieces;

    fn site(enabled: bool, health: Health) -> SiteStatus {
        super::super::tests::status(health.as_str(), enabled, health)
    }

    #[test]
    fn the_house_is_as_its_worst_enabled_site_and_its_own_states_say() {
        let full =
            || vec![State::new(StateKind::DiskFull, "no room", None, jiff::Timestamp::UNIX_EPOCH)];
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
            let report: serde_json::Value = serde_json::from_str(
                &Pieces::new(writer(states, Arc::new(sites))).collect::<String>(),
            )
            .unwrap();
            let ids: Vec<_> = report["sites"]
                .as_array()
                .unwrap()
                .iter()
                .map(|site| site["id"].as_str().unwrap())
                .collect();
            assert_eq!(
                (
                    report["status"].as_str().unwrap(),
                    ids,
                    report["states"].as_array().unwrap().len()
                ),
                (status, named, count)
            );
        }
    }

    #[test]
    fn documents_that_wait_are_counted() {
        let text = readiness(true, 3, Vec::new());
        assert_eq!(text, r#"{"ready":true,"documents_waiting":3,"states":[]}"#);
    }
}
