//! A site's configured fields on the wire; where they may go is a table in `head`.

use super::portal::{Portal, ok, redirect};
use super::*;
use crate::domain::site::Secret;

#[tokio::test]
async fn secrets_reach_the_own_origin_and_no_record() {
    let portal = Portal::start(|_, nth| if nth == 0 { redirect("/in") } else { ok("page") }).await;
    let site = Site {
        headers: vec![("x-api-key".to_owned(), Secret::new("s3cret"))],
        ..obeying(&portal.home)
    };
    let answer = client().fetch(&site, ask(&portal.home)).await.unwrap();
    assert!(portal.asked().iter().all(|asked| asked.field("X-Api-Key") == Some("s3cret")));
    for exchange in &answer.exchanges {
        assert!(exchange.request_fields.contains(&("X-Api-Key".to_owned(), "***".to_owned())));
    }
    assert!(!format!("{answer:?}").contains("s3cret"));
}

#[tokio::test]
async fn credentials_in_addresses_are_not_sent() {
    let portal = Portal::start(|_, _| ok("page")).await;
    let written = portal.home.replace("http://", "http://user:pass@");
    let answer = client().fetch(&site(&portal.home), ask(&written)).await.unwrap();
    assert_eq!(answer.url.as_str(), portal.home);
    assert_eq!(portal.asked()[0].field("Authorization"), None);
}
