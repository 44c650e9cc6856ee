//! What the pages of a site have in common is learned from the archive alone: a store that was lost
//! knows it again.

use std::fs;

use bantin::app::{self, Components, Open};
use bantin::config;
use bantin::crawl::Mode;
use bantin::demo::Options;
use bantin::domain::page_memory::Pairs;
use bantin::domain::{Link, LinkState, PageMemory, SiteId};
use bantin::store::{FrontierUpdate, Pick};
use tokio::runtime::Runtime;
use url::Url;

use crate::support::{FAST, Home, PUBLIC, SITE, portal_at, site_of};

pub async fn components(home: &Home) -> Components {
    let loaded = config::load(&home.path("bantin.toml"), &[]).unwrap();
    let reader = app::compile(&loaded).unwrap();
    Components::open(loaded, reader, Open::new(PUBLIC.to_owned())).await.unwrap()
}

/// What a home's store knows of the pages of its site.
pub fn memory(home: &Home) -> Option<PageMemory> {
    Runtime::new().unwrap().block_on(async {
        let components = components(home).await;
        let site = components.sites()[0].id.clone();
        components.crawl.store.page_memory(&site).await.unwrap()
    })
}

/// The bodies and lines of that; each home calls a page by its own capture.
fn shared(home: &Home) -> (Vec<u64>, Pairs) {
    let (pages, lines) = memory(home).unwrap_or_default().parts();
    (pages.into_iter().map(|(_, body)| body).collect(), lines)
}

#[test]
fn a_lost_store_knows_again_what_pages_have_in_common() {
    let options = Options { articles: 60, shared: 0, weight: 1, ..Options::default() };
    let portal = portal_at("127.0.0.1", options);
    let homes = [(); 2].map(|()| {
        let home = Home::new(FAST);
        home.site(SITE, &site_of(&portal, &["tin-tuc"], "all"));
        home.fetch();
        home
    });
    let [kept, lost] = &homes;
    assert_eq!(shared(kept), shared(lost));
    fs::remove_dir_all(lost.path("data/store")).unwrap();
    portal.publish("tin-tuc").unwrap();
    homes.iter().for_each(|home| _ = home.fetch());
    let known = shared(kept);
    assert!(known.0.len() > 10, "{} pages", known.0.len());
    assert_eq!(shared(lost), known);
}

#[test]
fn a_page_that_is_read_from_the_archive_is_asked_for_the_next_time() {
    let options = Options { articles: 12, shared: 0, weight: 1, ..Options::default() };
    let portal = portal_at("127.0.0.1", options);
    let home = Home::new(FAST);
    home.site(SITE, &site_of(&portal, &["tin-tuc"], "new"));
    home.fetch();
    Runtime::new().unwrap().block_on(async {
        let components = components(&home).await;
        let (crawl, of) = (components.crawl.clone(), components.sites()[0].clone());
        let (store, site) = (&crawl.store, SiteId::new(SITE).unwrap());
        let links = || async { store.links(&site, Pick::All, 100).await.unwrap() };
        let link = links().await.remove(0);
        let LinkState::Article(id) = link.state else { panic!("{link:?}") };
        let capture = store.record(&site, id).await.unwrap().unwrap().capture.clone();
        let asked = portal.log().len();
        // As a stop leaves it between the archive and the store.
        let (state, fetched) = (LinkState::Failed, Some(capture));
        let links_left = vec![Link { state, fetched, ..link.clone() }];
        let now = jiff::Timestamp::now();
        let claim = store.claim(&site, now, jiff::Timestamp::MAX).await.unwrap().unwrap();
        let left = FrontierUpdate { links: links_left, ..FrontierUpdate::default() };
        store.note(&claim.lease, left).await.unwrap();
        store.abandon(&claim.lease);
        crawl.visit(&of, Mode::Asked).await.unwrap();
        let asked: Vec<_> = portal.log().into_iter().skip(asked).collect();
        let path = &Url::parse(&link.url).unwrap()[url::Position::BeforePath..];
        assert!(asked.iter().all(|request| request.target != path), "{path} is asked for");
        assert!(links().await.iter().all(|link| link.fetched.is_none()), "it is kept");
    });
}
