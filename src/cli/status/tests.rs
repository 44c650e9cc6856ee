use std::sync::Arc;

use clap::Parser;

use super::*;
use crate::cli::console::Heard;
use crate::domain::state::Missing;
use crate::domain::{
    Abroad, Health, Link, LinkState, Owed, PageRequest, SectionId, SectionState, SiteId, SiteState,
    StateKind, Validators, Why,
};
use crate::store::{Faring, FrontierUpdate, Release};

const SITE: &str = "title = \"T\"\nhome = \"https://a.example/\"\n[[sections]]\nid = \"s\"\n\
                    title = \"S\"\nurl = \"https://a.example/s\"\n";

/// A home with three sites: `a` and `b` are enabled, `off` is not.
async fn house() -> (tempfile::TempDir, Components) {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("feeds")).unwrap();
    std::fs::write(home.path().join("bantin.toml"), "").unwrap();
    for (name, enabled) in [("a", true), ("b", true), ("off", false)] {
        std::fs::write(
            home.path().join(format!("feeds/{name}.toml")),
            format!("enabled = {enabled}\n{SITE}"),
        )
        .unwrap();
    }
    let (loaded, reader) = setup::load(&home.path().join("bantin.toml")).unwrap();
    let components = setup::components(loaded, reader, Arc::new(|_, _| {}), None).await.unwrap();
    (home, components)
}

/// Remembers that a visit left a site so, with a dead link.
async fn visited(components: &Components, name: &str, state: SiteState) {
    let (site, now) = (SiteId::new(name).unwrap(), jiff::Timestamp::now());
    let until = now + jiff::SignedDuration::from_secs(60);
    let lease = components.store.claim(&site, now, until).await.unwrap().unwrap().lease;
    let dead = Link {
        site: site.clone(),
        key: "https://a.example/gone".to_owned(),
        url: "https://a.example/gone".to_owned(),
        state: LinkState::Dead(404),
        sections: Vec::new(),
        via: String::new(),
        teaser: 0,
        validators: Validators::default(),
        said: None,
        last_read: Some(now),
        due: None,
        failures: 0,
        left: None,
        why: Some(Why::Status(404)),
        told: None,
        fetched: None,
        reread: None,
        instead: None,
    };
    components
        .store
        .note(
            &lease,
            FrontierUpdate { links: vec![dead], state: None, ..FrontierUpdate::default() },
        )
        .await
        .unwrap();
    components.store.release(lease, Release::from(SiteState { visits: 1, ..state })).await.unwrap();
}

fn of(health: Health) -> SiteState {
    let reasons = if health == Health::Healthy {
        Vec::new()
    } else {
        vec![format!("it is {}", health.as_str()), "and so on".to_owned()]
    };
    SiteState { health, reasons, ..SiteState::default() }
}

/// The exit code, standard output and standard error.
async fn ask(components: &Components, args: &[&str]) -> (u8, String, String) {
    let (mut console, mut heard) = Heard::new();
    let typed = ["bantin", "status"].iter().chain(args);
    let crate::cli::Command::Status(args) =
        crate::cli::Args::try_parse_from(typed).unwrap().command
    else {
        panic!("a status")
    };
    let code = with(components, args, &mut console).await.unwrap();
    (code, heard.out(), heard.err())
}

#[tokio::test]
async fn the_exit_code_says_whether_to_look() {
    let (_home, components) = house().await;
    let code = async |args: &'static [&'static str]| ask(&components, args).await.0;
    assert_eq!(code(&[]).await, 0, "all are new");
    visited(&components, "a", of(Health::Degraded)).await;
    visited(&components, "off", of(Health::Broken)).await;
    assert_eq!((code(&[]).await, code(&["off"]).await), (0, 0), "degraded, and broken but off");
    visited(&components, "b", of(Health::Broken)).await;
    assert_eq!(
        (
            code(&[]).await,
            code(&["a"]).await,
            code(&["b"]).await,
            code(&["a", "b", "--json"]).await
        ),
        (1, 0, 1, 1)
    );
    visited(&components, "b", of(Health::Healthy)).await;
    components.states.enter(State::new(
        StateKind::DiskFull,
        "no room",
        None,
        jiff::Timestamp::now(),
    ));
    assert_eq!((code(&[]).await, code(&["a"]).await, code(&["--daemon"]).await), (1, 1, 1));
    components.states.leave(StateKind::DiskFull);
    assert_eq!(code(&[]).await, 0);
}

#[tokio::test]
async fn states_are_told_beside_the_result_and_json_stays_a_list() {
    let (_home, components) = house().await;
    visited(&components, "a", of(Health::Degraded)).await;
    let gone = Missing { file: "x.warc.gz".to_owned(), what: "gone".to_owned(), articles: Some(7) };
    let state = State::new(
        StateKind::ArchiveIncomplete,
        "1 file is gone",
        Some("/arc".to_owned()),
        "2026-11-29T12:08:00Z".parse().unwrap(),
    );
    components.states.enter(State { files: vec![gone], articles: Some(7), ..state });
    let (_, out, err) = ask(&components, &["--json"]).await;
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    let states: Vec<_> =
        list.as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["degraded", "new", "new"]);
    for told in [
        "archive-incomplete at /arc: 1 file is gone, since 2026-11-",
        "; bring the files back",
        "\n  x.warc.gz: gone, with 7 articles\n",
    ] {
        assert!(err.contains(told), "{told}: {err}");
    }
    for args in [&["--daemon"][..], &["--daemon", "--json", "a"]] {
        let house: serde_json::Value =
            serde_json::from_str(&ask(&components, args).await.1).unwrap();
        assert_eq!(
            (&house["states"][0]["state"], &house["states"][0]["since"]),
            (&"archive-incomplete".into(), &"2026-11-29T12:08:00Z".into())
        );
        assert_eq!(house["sites"].as_array().unwrap().len(), if args.len() == 1 { 3 } else { 1 });
    }
}

#[tokio::test]
async fn one_site_is_shown_in_full() {
    let (_home, components) = house().await;
    visited(&components, "a", of(Health::Degraded)).await;
    let (_, one, _) = ask(&components, &["a"]).await;
    for told in [
        "a: T\n",
        "  links         1 open, 0 no article\n",
        "newest last:\n",
        "  dead (404)    https://a.example/gone  the portal answers 404",
    ] {
        assert!(one.contains(told), "{told}: {one}");
    }
    let (_, table, _) = ask(&components, &["a", "b"]).await;
    assert!(
        table.contains("open links") && table.contains("new") && !table.contains("/gone"),
        "two are a table: {table}"
    );
}

#[tokio::test]
async fn what_is_remembered_of_a_site_is_told() {
    let (_home, components) = house().await;
    let site = components.sites().remove(0);
    let owed = Owed {
        next: PageRequest::Get("https://a.example/s?p=3".to_owned()),
        pages: 2,
        seen: Vec::new(),
        failures: 1,
    };
    let abroad = Abroad { links: 2, hosts: vec!["b.example".to_owned()], all: false };
    let section = SectionState {
        walked: true,
        owed: Some(owed),
        abroad: Some(abroad),
        ..SectionState::default()
    };
    let sections = [(SectionId::new("s").unwrap(), section)].into();
    let paused_until = Some("2026-11-29T12:08:00Z".parse().unwrap());
    let state = SiteState { visits: 1, sections, paused_until, ..of(Health::Degraded) };
    let row = Row::new(&site, Faring { state, ..Faring::default() });
    let text = detail::facts(&row);
    for told in [
        "a: T\n  state         degraded\n  why           it is degraded\n  why           and so \
         on\n  last visit    -\n",
        "\n  paused until  2026-11-",
        "\n  section       s: its history is read; page 3 is still to be read: \
         https://a.example/s?p=3; 2 links to hosts of others, not followed: b.example\n",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let table = shown(std::slice::from_ref(&row))
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(table.contains("page 3 is still") && !table.contains("history"), "{table}");
    let json = serde_json::to_value(&row).unwrap();
    assert_eq!(
        (&json["sections"][0]["owed"]["page"], &json["paused_until"]),
        (&3.into(), &"2026-11-29T12:08:00Z".into())
    );
    assert_eq!(Row::new(&site, Faring::default()).standing(), "new");
}
