//! What a list tells of its links.

use bantin::domain::Link;
use bantin::store::{FrontierUpdate, Pick};
use jiff::SignedDuration;

use super::Stage;

#[tokio::test]
async fn what_a_list_tells_is_kept_with_its_link() {
    let stage = Stage::open(|n, _| format!("/tin/so-{n}.aspx"), 2).await;
    let told = |links: Vec<Link>| -> Vec<_> {
        links
            .into_iter()
            .map(|link| link.told.map(|told| (told.url == link.url, told.title)))
            .collect()
    };
    let links = || async { stage.crawl.store.links(&stage.site.id, Pick::All, 9).await.unwrap() };
    let title = |n: usize, version: u32| Some((true, format!("Bài số {n} bản {version} của tỉnh")));
    stage.visit().await;
    assert_eq!(told(links().await), [title(1, 1), title(2, 1)]);

    // As they were before it was kept: nothing is written for that alone.
    let now = *stage.clock.lock().unwrap();
    let until = now.checked_add(SignedDuration::from_mins(1)).unwrap();
    let claim = stage.crawl.store.claim(&stage.site.id, now, until).await.unwrap().unwrap();
    let old = links().await.into_iter().map(|link| Link { told: None, ..link }).collect();
    let update = FrontierUpdate { links: old, ..FrontierUpdate::default() };
    stage.crawl.store.note(&claim.lease, update).await.unwrap();
    stage.crawl.store.release(claim.lease, claim.state.into()).await.unwrap();
    stage.visit().await;
    assert_eq!(told(links().await), [None, None], "the list is as it was");
    stage.edit(2);
    stage.visit().await;
    assert_eq!(told(links().await), [title(1, 1), title(2, 2)]);
}
