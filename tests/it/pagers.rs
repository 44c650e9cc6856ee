//! Listings of every kind walked to their end, or read as far as something is new.

use std::collections::BTreeSet;

use bantin::demo::Request;

use crate::feeds::{all_items, string};
use crate::support::{FAST, Home, SAMPLE, SITE, portal, site_of};

/// The listing pages of a section that were asked for, by how they are turned.
fn turned(log: &[Request], fits: impl Fn(&Request) -> bool) -> usize {
    log.iter().filter(|request| request.status == 200 && fits(request)).count()
}

#[test]
fn each_kind_of_pager_is_walked_to_its_end_once() {
    let truth = SAMPLE.portal.truth();
    let rows = SAMPLE.report[0]["sections"].as_array().unwrap();
    for row in rows {
        let section = truth.section(string(&row["section"])).unwrap();
        assert!(section.pages > 1 || section.id == "thong-bao");
        assert_eq!(row["pages"], section.pages, "{}", section.id);
        assert_eq!(row.get("failure"), None);
    }
    let pages = |id: &str| truth.section(id).unwrap().pages - 1;
    let log = &SAMPLE.log;
    assert_eq!(
        turned(log, |r| r.path() == "/Pages/tin-tuc.aspx" && r.query("page").is_some()),
        pages("tin-tuc"),
        "by query"
    );
    assert_eq!(
        turned(log, |r| r.path().starts_with("/kinh-te/trang-")),
        pages("kinh-te"),
        "by path"
    );
    assert_eq!(
        turned(log, |r| r.path() == "/Pages/van-hoa.aspx" && r.method == "POST"),
        pages("van-hoa"),
        "by post"
    );
    assert_eq!(
        turned(log, |r| r.path() == "/Pages/doi-song.aspx" && r.query("tu").is_some()),
        pages("doi-song"),
        "by word"
    );
    let mut asked = BTreeSet::new();
    for request in log.iter().filter(|request| request.method == "GET") {
        assert!(asked.insert(&request.target), "{} was asked for once", request.target);
    }
}

#[test]
fn a_new_section_is_read_from_page_1_up_to_a_known_link() {
    let portal = portal(60);
    let home = Home::new(FAST);
    home.site(SITE, &site_of(&portal, &["tin-tuc"], "new"));
    home.fetch();
    let first: Vec<u32> = portal.truth().section("tin-tuc").unwrap().numbers[..10].to_vec();
    assert_eq!(urls(&home), addresses(&portal, &first));

    (0..14).for_each(|_| _ = portal.publish("tin-tuc").unwrap());
    portal.clear_log();
    let row = home.fetch();
    assert_eq!(row[0]["new"], 14);
    let listings: Vec<String> = portal
        .log()
        .iter()
        .filter(|r| r.path() == "/Pages/tin-tuc.aspx")
        .map(|r| r.target.clone())
        .collect();
    assert_eq!(
        listings,
        ["/Pages/tin-tuc.aspx", "/Pages/tin-tuc.aspx?page=2"],
        "the second page ends in what is known"
    );
    assert_eq!(
        urls(&home),
        addresses(&portal, &portal.truth().section("tin-tuc").unwrap().numbers[..24])
    );
}

fn urls(home: &Home) -> BTreeSet<String> {
    all_items(&home.tree()).iter().map(|item| string(&item["url"]).to_owned()).collect()
}

fn addresses(portal: &bantin::demo::Portal, numbers: &[u32]) -> BTreeSet<String> {
    let truth = portal.truth();
    numbers.iter().map(|number| truth.article(*number).unwrap().urls[0].to_string()).collect()
}
