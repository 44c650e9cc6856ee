//! The client against raw, misbehaving servers on loopback.

mod bounds;
mod manners;
mod odd;
mod portal;
mod redirects;
mod secrets;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::*;
use crate::domain::count::Counters;
use crate::domain::settings::Fetching;
use crate::domain::{History, Section, SectionId, SiteId};

pub(super) const PATIENT: Duration = Duration::from_secs(3600);

/// Quick manners: no pace, small bounds.
pub(super) fn settings() -> Fetching {
    Fetching {
        user_agent: "bantin/1.0".to_owned(),
        contact: Some("mailto:ops@example.org".to_owned()),
        per_host_interval: Duration::ZERO,
        allow_private: true,
        timeout: Duration::from_secs(5),
        body_limit: 64 << 10,
        head_limit: 8 << 10,
        ..Fetching::default()
    }
}

/// A client whose wall clock stands a tenth before the full second and whose chance is even.
pub(super) fn client_with(settings: Fetching) -> Client {
    let now = "2026-11-24T09:59:59.9Z".parse::<Timestamp>().unwrap();
    Client::with(
        settings,
        Arc::new(Counters::default()),
        &[],
        Box::new(move || now),
        Box::new(|| 0.5),
    )
    .unwrap()
}

pub(super) fn client() -> Client {
    client_with(settings())
}

/// A site at that address that ignores robots.txt.
pub(super) fn site(home: &str) -> Site {
    let home = Url::parse(home).unwrap();
    let section = Section {
        id: SectionId::new("news").unwrap(),
        title: "News".to_owned(),
        url: home.clone(),
        history: History::New,
    };
    Site {
        id: SiteId::new("portal").unwrap(),
        title: "Portal".to_owned(),
        home,
        enabled: true,
        portal: None,
        language: None,
        timezone: None,
        every: Duration::from_secs(900),
        ignore_robots: Some("a test".to_owned()),
        headers: Vec::new(),
        accept_invalid_tls: false,
        hosts: Vec::new(),
        sections: vec![section],
    }
}

/// The same site, obeying robots.txt.
pub(super) fn obeying(home: &str) -> Site {
    Site { ignore_robots: None, ..site(home) }
}

pub(super) fn ask(url: &str) -> Request {
    Request {
        url: Url::parse(url).unwrap(),
        form: None,
        validators: Validators::default(),
        max_wait: PATIENT,
        known: None,
    }
}
