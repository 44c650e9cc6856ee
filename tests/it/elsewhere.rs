//! Pages that only send on, and what is no page at all.

use std::sync::Arc;

use serde_json::Value;

use crate::attack::pages::{TEXT, article_of, good, list};
use crate::attack::server::{Server, Step, answer, html};
use crate::feeds::string;
use crate::support::{FAST, Home, Ran};

const LIST: &str = "/tin-tuc.aspx";

/// A page that sends on to an address, and says so in a few words.
fn go(to: &str) -> Vec<Step> {
    html(format!(
        "<html><head><meta http-equiv=\"Refresh\" content=\"1; URL='{to}'\"></head><body><a \
         href=\"{to}\">Chuyển trang</a></body></html>"
    ))
}

/// A list of these addresses.
fn links(addresses: &[&str]) -> Vec<Step> {
    let titled = addresses
        .iter()
        .enumerate()
        .map(|(n, address)| ((*address).to_owned(), format!("Bài viết số {n}")));
    html(list(&titled.collect::<Vec<_>>(), ""))
}

fn of_title(n: usize) -> Vec<Step> {
    html(article_of(
        "07/04/2020 14:05",
        &format!("Một bài viết số {n} của tỉnh"),
        &format!("<p>Riêng của bài số {n}.</p>{TEXT}"),
    ))
}

/// A site that answers by a script, read once.
fn read(
    ip: &str,
    script: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static,
) -> (Home, Server, Ran) {
    let robots = move |target: &str| {
        if target == "/robots.txt" { answer("404 Not Found", "", "") } else { script(target) }
    };
    let server = Server::start(ip, Arc::new(move |target, _| robots(target)));
    let home = Home::new(FAST);
    let site = format!(
        "title = \"T\"\nhome = \"{0}\"\nportal = \"publishing-portal\"\n[[sections]]\n\
         id = \"tin-tuc\"\ntitle = \"Tin\"\nurl = \"{0}tin-tuc.aspx\"\n",
        server.home
    );
    home.site("one", &site);
    let ran = home.run(&["fetch", "--json"]);
    (home, server, ran)
}

fn urls(home: &Home) -> Vec<String> {
    let feed: Value = serde_json::from_slice(&home.tree()["feeds/one.json"]).unwrap();
    feed["items"].as_array().unwrap().iter().map(|item| string(&item["url"]).to_owned()).collect()
}

#[test]
fn a_page_that_only_sends_on_is_a_redirect() {
    let (home, server, ran) = read("127.0.12.1", |target| match target {
        LIST => go("/muc/tin.aspx"),
        "/muc/tin.aspx" => links(&[
            "/go.aspx?ItemID=1",
            "/two.aspx?ItemID=2",
            "/good.aspx?ItemID=3",
            "/field.aspx?ItemID=5",
        ]),
        "/go.aspx?ItemID=1" => go("/Pages/bai-1.aspx"),
        "/two.aspx?ItemID=2" => answer("302 Found", "Location: /go.aspx?ItemID=2\r\n", ""),
        "/go.aspx?ItemID=2" => go("Pages/bai-2.aspx"),
        "/field.aspx?ItemID=5" => answer("200 OK", "Refresh: 0; url=/Pages/bai-5.aspx\r\n", ""),
        "/Pages/bai-1.aspx" => of_title(1),
        "/Pages/bai-2.aspx" => of_title(2),
        "/Pages/bai-5.aspx" => of_title(5),
        _ => html(good(3)),
    });
    let row = &ran.json()[0];
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    assert_row!(row, new: 4, state: "healthy");
    let urls = urls(&home);
    for path in ["Pages/bai-1.aspx", "Pages/bai-2.aspx", "Pages/bai-5.aspx"] {
        assert!(urls.contains(&format!("{}{path}", server.home)), "{path}: {urls:?}");
    }
    let again = &home.fetch()[0];
    // They are known by where they lead.
    assert_row!(again, new: 0, edited: 0);
    assert_eq!(server.count("/Pages/bai-1.aspx"), 2, "and read again by the way there");
}

#[test]
fn a_redirect_that_is_not_followed_is_named_in_the_reason() {
    let away = Server::start("127.0.12.9", Arc::new(|_, _| html(good(9))));
    let there = format!("{}x", away.home);
    let (_home, server, ran) = read("127.0.12.2", move |target| match target {
        LIST => links(&[
            "/away.aspx?ItemID=1",
            "/round.aspx?ItemID=2",
            "/self.aspx?ItemID=3",
            "/good.aspx?ItemID=4",
        ]),
        "/away.aspx?ItemID=1" => go(&there),
        "/round.aspx?ItemID=2" => go("/round.aspx?ItemID=22"),
        "/round.aspx?ItemID=22" => go("/round.aspx?ItemID=2"),
        "/self.aspx?ItemID=3" => go("/self.aspx?ItemID=3"),
        _ => html(good(4)),
    });
    let row = &ran.json()[0];
    assert_row!(row, new: 1, failed: 1, no_article: 2);
    assert!(ran.err.contains("over 5 redirects, and the page sends on to"), "{}", ran.err);
    assert_eq!((away.asked().len(), server.count("/self.aspx?ItemID=3")), (0, 1));
    // The first time and once more at the end of the visit.
    assert!(
        server.count("/round.aspx?ItemID=2") <= 6 && server.count("/round.aspx?ItemID=22") <= 6
    );
}

#[test]
fn a_list_that_only_sends_on_to_another_host_breaks_its_site() {
    let away = Server::start("127.0.12.8", Arc::new(|_, _| html(good(9))));
    let far = format!("{}x", away.home);
    let there = far.clone();
    let (_home, _server, ran) = read("127.0.12.3", move |_| go(&there));
    let reasons = ran.json()[0]["reasons"].to_string();
    assert!(ran.code == 1 && reasons.contains(&far), "{reasons}");
    assert!(away.asked().is_empty());
}

#[test]
fn a_file_of_another_media_type_is_no_article_and_no_failure() {
    let pdf = |kind: &str| answer("200 OK", &format!("Content-Type: {kind}\r\n"), "%PDF-1.7\nx");
    let (_home, _server, ran) = read("127.0.12.4", move |target| match target {
        LIST => links(&["/a.aspx?ItemID=1", "/b.aspx?ItemID=2", "/c.aspx?ItemID=3"]),
        "/a.aspx?ItemID=1" => pdf("application/pdf"),
        "/b.aspx?ItemID=2" => pdf("text/html"),
        _ => answer("200 OK", "Content-Type: application/json\r\n", "{}"),
    });
    let row = &ran.json()[0];
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    assert_row!(row, no_article: 3, state: "healthy");
}

#[test]
fn a_list_of_another_media_type_breaks_its_site() {
    let pdf = || answer("200 OK", "Content-Type: text/html\r\n", "%PDF-1.7\nx");
    let (_home, _server, ran) = read("127.0.12.5", move |_| pdf());
    let reasons = ran.json()[0]["reasons"].to_string();
    assert!(ran.code == 1 && reasons.contains("it is application/pdf, no page"), "{reasons}");
}
