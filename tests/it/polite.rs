//! How the program behaves toward the sites that it reads.

use std::time::Duration;

use bantin::demo::{Fault, Portal};

use crate::support::{FAST, Home, portal, site_of};

fn reading(portal: &Portal, fetch: &str) -> Home {
    let home = Home::new(fetch);
    home.site("one", &site_of(portal, &["tin-tuc"], "all"));
    home
}

/// The shortest time between the arrivals of two requests.
fn shortest(portal: &Portal) -> Duration {
    let times: Vec<_> = portal.log().iter().map(|request| request.time).collect();
    assert!(times.len() > 4);
    times
        .windows(2)
        .map(|two| Duration::try_from(two[0].duration_until(two[1])).unwrap_or_default())
        .min()
        .unwrap()
}

#[test]
fn requests_to_a_host_keep_their_distance() {
    let portal = portal(30);
    reading(&portal, "per_host_interval = \"200ms\"\nallow_private = true").fetch();
    let log = portal.log();
    let took = Duration::try_from(log[0].time.duration_until(log[log.len() - 1].time)).unwrap();
    // The distance is kept between starts; the log has arrivals, and on a busy machine one may be
    // late.
    let gaps = u32::try_from(log.len() - 1).unwrap();
    assert!(
        took + Duration::from_millis(100) >= gaps * Duration::from_millis(200),
        "{gaps} in {took:?}"
    );
    assert!(shortest(&portal) >= Duration::from_millis(100), "{:?}", shortest(&portal));
}

#[test]
fn a_host_gets_one_request_at_a_time() {
    let portal = portal(12);
    portal.fault("/*", Fault::Delay(Duration::from_millis(150)), None);
    let home = reading(&portal, FAST);
    // Two sites of one host, too.
    home.site("two", &site_of(&portal, &["kinh-te"], "all"));
    home.fetch();
    assert!(shortest(&portal) >= Duration::from_millis(145), "{:?}", shortest(&portal));
}

#[test]
fn a_crawl_delay_is_kept() {
    let portal = portal(8);
    portal.robots(Some("User-agent: *\nCrawl-delay: 1\n"));
    reading(&portal, FAST).fetch();
    let log = portal.log();
    let after: Vec<_> = log
        .iter()
        .skip_while(|request| request.target == "/robots.txt")
        .map(|request| request.time)
        .collect();
    let gaps =
        after.windows(2).map(|two| Duration::try_from(two[0].duration_until(two[1])).unwrap());
    assert!(gaps.min().unwrap() >= Duration::from_millis(800));
}

#[test]
fn robots_txt_is_asked_first_and_obeyed() {
    let portal = portal(20);
    let home = reading(&portal, FAST);
    portal.robots(Some("User-agent: *\nDisallow: /tin-tuc/\n"));
    let ran = home.run(&["fetch", "--json"]);
    let listed = portal.truth().section("tin-tuc").unwrap().numbers.len();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_row!(ran.json()[0], barred: listed, new: 0);
    let log = portal.log();
    assert_eq!(log[0].target, "/robots.txt");
    assert_eq!(log.iter().filter(|request| request.target == "/robots.txt").count(), 1);
    assert!(!log.iter().any(|request| request.target.starts_with("/tin-tuc/")));

    portal.robots(Some("User-agent: bantin\nDisallow: /\n"));
    portal.clear_log();
    let home = reading(&portal, FAST);
    assert_eq!(home.run(&["fetch"]).code, 1, "a section that may not be read is not read");
    let listing = portal.base().join("/Pages/tin-tuc.aspx").unwrap();
    assert_eq!(home.run(&["inspect", listing.as_str()]).code, 1);
    assert!(portal.log().iter().all(|request| request.target == "/robots.txt"));

    let site = site_of(&portal, &["tin-tuc"], "all")
        .replace("every =", "robots = \"ignore: the office asked us to\"\nevery =");
    home.site("one", &site);
    assert_eq!(home.fetch()[0]["new"], listed);
}

#[test]
fn every_request_names_the_user_agent_and_the_contact() {
    let portal = portal(8);
    reading(&portal, FAST).fetch();
    for request in portal.log() {
        let agent = request.header("user-agent").unwrap_or_default();
        assert!(
            agent.starts_with("bantin/") && agent.contains("ops@example.org"),
            "{}: {agent}",
            request.target
        );
        assert_eq!(request.header("from"), Some("ops@example.org"), "{}", request.target);
    }
}
