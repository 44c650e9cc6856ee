//! What the pages of a site have in common is learned from the archive alone: a store that was lost
//! knows it again.

use std::fs;

use bantin::app::{self, Components, Open};
use bantin::config;
use bantin::demo::Options;
use bantin::domain::PageMemory;
use tokio::runtime::Runtime;

use crate::support::{FAST, Home, PUBLIC, SITE, portal_at, site_of};

/// What a home's store knows of the pages of its site.
fn memory(home: &Home) -> Option<PageMemory> {
    Runtime::new().unwrap().block_on(async {
        let loaded = config::load(&home.path("bantin.toml"), &[]).unwrap();
        let reader = app::compile(&loaded).unwrap();
        let components =
            Components::open(loaded, reader, Open::new(PUBLIC.to_owned())).await.unwrap();
        let site = components.sites()[0].id.clone();
        components.crawl.store.page_memory(&site).await.unwrap()
    })
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
    assert_eq!(memory(kept), memory(lost));
    fs::remove_dir_all(lost.path("data/store")).unwrap();
    portal.publish("tin-tuc").unwrap();
    homes.iter().for_each(|home| _ = home.fetch());
    let known = memory(kept).expect("new pages are learned");
    assert!(known.pages() > 10, "{} pages", known.pages());
    assert_eq!(memory(lost), Some(known));
}
