//! A portal that sends whole pages with new tokens each time, and has nothing new.

use bantin::demo::{Edit, Fault, Options, Portal};
use serde_json::Value;

use crate::support::{Daemon, FAST, Home, SITE, portal_at, site_of, until};

fn items(daemon: &Daemon) -> Vec<Value> {
    let feed: Value =
        serde_json::from_slice(&daemon.get(&format!("/feeds/{SITE}.json")).body).unwrap();
    feed["items"].as_array().unwrap().clone()
}

/// What a request for an article asks for.
fn path_of(portal: &Portal, number: u32) -> String {
    let url = portal.truth().article(number).unwrap().urls[0].to_string();
    url.replacen(portal.base().as_str(), "/", 1)
}

/// Waits until so many whole pages were known again.
fn stays_unchanged(daemon: &Daemon, pages: u64) {
    let before = daemon.figure("bantin_fetch_unchanged_total");
    until("pages are known again", || {
        daemon.figure("bantin_fetch_unchanged_total") >= before + pages
    });
}

#[test]
fn unchanged_pages_leave_no_record_and_a_change_is_seen() {
    let old = jiff::Timestamp::from_second(1_700_000_000).unwrap();
    let portal = portal_at(
        "127.0.0.1",
        Options { articles: 40, validators: false, epoch: old, ..Options::default() },
    );
    let home = Home::new(FAST);
    // One with a pager of links, one with post-backs, whose view state is another each time.
    home.site(SITE, &site_of(&portal, &["tin-tuc", "van-hoa"], "new").replace("1h", "1s"));
    let daemon = home.daemon();
    stays_unchanged(&daemon, 4);
    let records = daemon.figure("bantin_archive_records_total");
    stays_unchanged(&daemon, 6);
    assert_eq!(daemon.figure("bantin_archive_records_total"), records, "nothing but a count");

    let number = portal.publish("van-hoa").unwrap();
    let url = portal.truth().article(number).unwrap().urls[0].to_string();
    until("the new article is read", || {
        items(&daemon).iter().any(|item| item["url"] == url.as_str())
    });
    stays_unchanged(&daemon, 2);
    assert!(
        portal.edit(number, Edit { title: Some("Nhan đề khác".to_owned()), ..Edit::default() })
    );
    let edited = || {
        items(&daemon)
            .iter()
            .any(|item| item["title"] == "Nhan đề khác" && item["_bantin"]["version"] == 2)
    };
    until("its new title is read", edited);

    // What was last seen outlives the end of the daemon.
    assert_eq!(daemon.stop(), Some(0));
    let daemon = home.daemon();
    stays_unchanged(&daemon, 4);
    assert_eq!(
        daemon.figure("bantin_archive_records_total"),
        2,
        "robots.txt alone is another capture"
    );
}

#[test]
fn a_page_that_is_no_list_is_archived_once() {
    let portal =
        portal_at("127.0.0.1", Options { articles: 12, validators: false, ..Options::default() });
    let home = Home::of(&portal);
    let daemon = home.daemon();
    home.fetch();
    // An article, with other tokens and counters each time.
    let elsewhere = portal.truth().articles[0].urls[0].to_string();
    portal.fault("/Pages/tin-tuc.aspx", Fault::Redirect(elsewhere), None);
    let broken = || {
        let ran = home.run(&["fetch", "--json"]);
        assert_eq!(ran.code, 1, "{}", ran.out);
        daemon.figure("bantin_archive_records_total")
    };
    let before = daemon.figure("bantin_archive_records_total");
    let records = broken();
    assert_eq!(records, before + 4, "the redirect and the page");
    assert_eq!(broken(), records);

    // A wall that comes and goes, and a redirect that leads nowhere.
    let instead = |fault| {
        portal.mend();
        portal.fault("/Pages/tin-tuc.aspx", fault, None);
        broken()
    };
    let itself = || Fault::Redirect("/Pages/tin-tuc.aspx".to_owned());
    assert_eq!(instead(Fault::Login), records + 2);
    assert_eq!(instead(itself()), records + 4);
    for fault in [Fault::Login, itself(), Fault::Login, itself()] {
        assert_eq!(instead(fault), records + 4);
    }
    // Nothing there, said with other tokens each time.
    let records = instead(Fault::Redirect("/Pages/khong-co.aspx".to_owned()));
    assert_eq!(records, before + 12);
    assert_eq!(broken(), records);
}

#[test]
fn a_list_that_is_replaced_and_returns_is_archived_once() {
    let portal =
        portal_at("127.0.0.1", Options { articles: 12, validators: false, ..Options::default() });
    let home = Home::of(&portal);
    let daemon = home.daemon();
    let records = || {
        home.fetch();
        daemon.figure("bantin_archive_records_total")
    };
    let before = records();
    let mut seen = Vec::new();
    for _ in 0..3 {
        portal.fault(
            "/Pages/tin-tuc.aspx",
            Fault::Redirect("/Pages/default.aspx".to_owned()),
            None,
        );
        seen.push(records());
        portal.mend();
        seen.push(records());
    }
    assert!(seen[0] >= before + 4, "the redirect and the front page, which is a list too");
    assert_eq!(seen[1..], [seen[0]; 5]);
    portal.publish("tin-tuc").unwrap();
    assert!(records() > seen[0], "another list is kept");
}

#[test]
fn an_article_that_comes_and_goes_is_archived_once_each_way() {
    let portal =
        portal_at("127.0.0.1", Options { articles: 12, validators: false, ..Options::default() });
    let home = Home::of(&portal);
    let daemon = home.daemon();
    home.fetch();
    let number = portal.truth().section("tin-tuc").unwrap().numbers[0];
    let path = path_of(&portal, number);
    let read = || {
        home.run(&["fetch"]);
        daemon.figure("bantin_archive_records_total")
    };
    let before = read();
    for (round, [wall, page]) in [[2, 4], [4, 4], [4, 4]].into_iter().enumerate() {
        portal.fault(&path, Fault::Login, None);
        assert_eq!(read(), before + wall, "round {round}");
        portal.mend();
        assert_eq!(read(), before + page, "round {round}");
    }
    portal.edit(number, Edit { title: Some("Nhan đề khác".to_owned()), ..Edit::default() });
    assert!(read() > before + 4, "what is new is kept");
}

#[test]
fn a_link_that_never_was_an_article_is_archived_once() {
    let portal =
        portal_at("127.0.0.1", Options { articles: 12, validators: false, ..Options::default() });
    let home = Home::of(&portal);
    let daemon = home.daemon();
    home.fetch();
    let read = || {
        home.run(&["fetch"]);
        daemon.figure("bantin_archive_records_total")
    };
    // It is not there, which is said with other tokens each time.
    let gone = portal.publish("tin-tuc").unwrap();
    let path = path_of(&portal, gone);
    portal.fault(&path, Fault::Redirect("/Pages/khong-co.aspx".to_owned()), None);
    let records = read();
    assert_eq!((read(), read()), (records, records));
}
