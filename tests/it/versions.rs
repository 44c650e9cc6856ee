//! What happens after the first reading: nothing when nothing changed, versions, second addresses,
//! withdrawals.

use bantin::demo::{Edit, Withdrawal};

use crate::feeds::{all_items, entries, item_at, items, string, walk};
use crate::support::{Home, SITE, portal};

#[test]
fn a_second_fetch_is_conditional_and_changes_no_byte() {
    let portal = portal(40);
    let home = Home::of(&portal);
    home.fetch();
    let tree = home.tree();
    portal.clear_log();
    let row = &home.fetch()[0];
    assert_row!(row, new: 0, edited: 0, state: "healthy");
    assert!(home.tree() == tree, "no byte of any feed changed");
    // Two of three articles carry a validator: that is asked for, and answered.
    let articles: Vec<_> = portal
        .log()
        .into_iter()
        .filter(|r| {
            r.target.contains("ItemID=") || r.target.contains("/Pages/") && r.target.contains('-')
        })
        .collect();
    let with =
        |name: &str| articles.iter().filter(|request| request.header(name).is_some()).count();
    assert!(with("if-none-match") > 5 && with("if-modified-since") > 5);
    for request in &articles {
        let conditional = ["if-none-match", "if-modified-since"]
            .iter()
            .any(|name| request.header(name).is_some());
        assert_eq!(request.status == 304, conditional, "{}", request.target);
    }
    let listing =
        portal.log().into_iter().find(|request| request.target == "/Pages/tin-tuc.aspx").unwrap();
    assert_eq!((listing.header("if-none-match").is_some(), listing.status), (true, 304));
    assert!(
        !portal.log().iter().any(|request| request.query("page").is_some()),
        "what is known is not walked again"
    );
}

#[test]
fn an_edit_is_a_new_version_of_the_same_article() {
    let portal = portal(30);
    let home = Home::of(&portal);
    home.fetch();
    let before = home.tree();
    let number = portal.truth().section("tin-tuc").unwrap().numbers[3];
    let told = portal.truth().article(number).unwrap().clone();
    let paragraph = "Một đoạn mới được thêm vào cuối bài.".to_owned();
    portal.edit(
        number,
        Edit {
            title: Some("Nhan đề đã được sửa lại".to_owned()),
            append: Some(paragraph.clone()),
            ..Edit::default()
        },
    );
    assert_eq!(home.fetch()[0]["edited"], 1);
    let after = home.tree();

    let url = told.urls[0].as_str();
    let (old_items, new_items) = (all_items(&before), all_items(&after));
    let (old, new) = (item_at(&old_items, url), item_at(&new_items, url));
    assert_eq!(old["id"], new["id"]);
    assert_row!(old["_bantin"], version: 1);
    assert_row!(new["_bantin"], version: 2);
    assert_eq!(new["title"], "Nhan đề đã được sửa lại");
    assert_eq!(old["date_published"], new["date_published"]);
    assert!(string(&new["content_text"]).ends_with(&paragraph));
    assert!(new["date_modified"].is_string());

    let (old_entries, new_entries) = (entries(&walk(&before)), entries(&walk(&after)));
    assert_eq!(old_entries.len(), new_entries.len());
    for new in &new_entries {
        let old = old_entries.iter().find(|old| old.id == new.id).unwrap();
        assert_eq!(new.updated > old.updated, new.link == url, "{}", new.link);
        assert_eq!(new == old, new.link != url, "{}", new.link);
    }
}

#[test]
fn changed_counters_and_related_links_make_no_version() {
    let portal = portal(20);
    let home = Home::of(&portal);
    home.fetch();
    let before = home.tree();
    // Counters, view state, related links and the newest list differ on every page from now on.
    let number = portal.publish("tin-tuc").unwrap();
    let row = &home.fetch()[0];
    assert_row!(row, new: 1, edited: 0);
    let known = all_items(&before);
    for item in all_items(&home.tree())
        .iter()
        .filter(|item| !string(&item["url"]).ends_with(&number.to_string()))
    {
        assert_eq!(item, item_at(&known, string(&item["url"])));
    }
}

#[test]
fn articles_that_vanish_from_the_portal_stay_in_the_feeds() {
    let portal = portal(20);
    let home = Home::of(&portal);
    home.fetch();
    let ids = |home: &Home| -> Vec<String> {
        items(&home.tree(), &format!("feeds/{SITE}.json"))
            .iter()
            .map(|item| item["id"].to_string())
            .collect()
    };
    let before = ids(&home);
    let all: Vec<u32> = portal.truth().articles.iter().map(|told| told.number).collect();
    let ways = [Withdrawal::NotFound, Withdrawal::Gone, Withdrawal::Soft];
    for (place, number) in all.iter().enumerate() {
        portal.withdraw(*number, ways[place % 3]);
    }
    // Every list is empty now, and says so: that is a listing.
    let row = &home.fetch()[0];
    assert_ne!(row["state"], "broken");
    assert_eq!(ids(&home), before);
}

#[test]
fn several_addresses_are_one_article_with_several_tags() {
    let portal = portal(24);
    let home = Home::of(&portal);
    home.fetch();
    let before = all_items(&home.tree());
    let truth = portal.truth();
    let of = |section: &str, place: usize| truth.section(section).unwrap().numbers[place];
    // The same address in a second list; an address of its own there; a new address to which the
    // old one redirects.
    let (shared, copied, renamed) = (of("tin-tuc", 0), of("van-hoa", 0), of("kinh-te", 0));
    portal.duplicate(shared, "thong-bao", true);
    portal.duplicate(copied, "thong-bao", false);
    assert!(portal.rename(renamed, "mot dia chi khac"));
    let row = &home.fetch()[0];
    assert_row!(row, new: 0, edited: 0);

    let tree = home.tree();
    let after = all_items(&tree);
    assert_eq!(after.len(), before.len());
    let notices = items(&tree, &format!("feeds/{SITE}/thong-bao.json"));
    for number in [shared, copied] {
        let old = item_at(&before, truth.article(number).unwrap().urls[0].as_str());
        let new = after.iter().find(|item| item["id"] == old["id"]).unwrap();
        assert_eq!(
            new["tags"].as_array().unwrap().len(),
            old["tags"].as_array().unwrap().len() + 1
        );
        assert_eq!(new["_bantin"]["version"], 1);
        assert!(notices.iter().any(|item| item["id"] == new["id"]));
    }
    let old = item_at(&before, truth.article(renamed).unwrap().urls[0].as_str());
    assert!(
        after.iter().any(|item| item["id"] == old["id"] && item["_bantin"]["version"] == 1),
        "a new address keeps the id"
    );
}
