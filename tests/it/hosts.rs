//! Links to other hosts than the site's own, and pages that are no articles: each is counted and
//! told, with what to do.

use std::sync::Arc;

use serde_json::Value;

use crate::attack::pages;
use crate::attack::server::{Server, Step};
use crate::feeds::string;
use crate::support::{FAST, Home};

fn answer(status: &str, kind: &str, body: &str) -> Vec<Step> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\
         \r\n",
        body.len()
    );
    vec![Step::Send([head.as_bytes(), body.as_bytes()].concat())]
}

fn html(body: &str) -> Vec<Step> {
    answer("200 OK", "text/html; charset=utf-8", body)
}

/// A server with a list of these links; its articles are good ones but those of certain names.
fn server(ip: &str, links: Vec<String>) -> Server {
    let script = move |target: &str, _nth: usize| {
        let links: Vec<_> = links
            .iter()
            .enumerate()
            .map(|(n, href)| (href.clone(), format!("Bài viết lành số {n}")))
            .collect();
        match target {
            "/list" => html(&pages::list(&links, "")),
            "/gone" => answer("410 Gone", "text/html", ""),
            target if target.starts_with("/down") => answer("500 Oops", "text/html", ""),
            target if target.starts_with("/bare") => html("<p>Không có gì</p>"),
            target if target.starts_with("/bai") => {
                html(&pages::good(target.bytes().map(usize::from).sum()))
            }
            _ => answer("404 Not Found", "text/html", ""),
        }
    };
    Server::start(ip, Arc::new(script))
}

fn site(server: &Server, more: &str) -> String {
    let section =
        format!("[[sections]]\nid = \"tin\"\ntitle = \"Tin\"\nurl = \"{}list\"\n", server.home);
    format!(
        "title = \"T\"\nhome = \"{}\"\nportal = \"publishing-portal\"\n{more}\n{section}",
        server.home
    )
}

fn fetch(home: &Home) -> (i32, Value) {
    let ran = home.run(&["fetch", "--json"]);
    (ran.code, ran.json()[0].clone())
}

#[test]
fn links_to_other_hosts_are_told_until_hosts_names_them() {
    let other = server("127.0.3.2", vec![]);
    let links: Vec<String> =
        (1..=3).map(|n| format!("{}bai.aspx?ItemID={n}", other.home)).collect();
    let own = server("127.0.3.1", links);
    let home = Home::new(FAST);
    home.site("one", &site(&own, ""));
    let host = other.home.trim_start_matches("http://").trim_end_matches('/').to_owned();
    // Told at each visit, also when the list is known.
    for _ in 0..2 {
        let (code, row) = fetch(&home);
        assert_eq!(code, 0);
        assert_row!(row, state: "degraded", links: 0);
        assert!(
            string(&row["reasons"][0])
                .ends_with(&format!("write hosts = [\"{host}\"] in its file")),
            "{row}"
        );
    }
    let live = home.run(&["check", "--live"]);
    assert!(
        live.out.contains("3 teasers, all of them to other hosts than the site's own"),
        "{}",
        live.out
    );
    let status = home.run(&["status", "one"]);
    assert!(
        status.out.contains(&format!("3 links to hosts of others, not followed: {host}")),
        "{}",
        status.out
    );
    assert!(other.asked().is_empty());

    home.site("one", &site(&own, &format!("hosts = [\"{host}\"]")));
    let (code, row) = fetch(&home);
    assert_eq!(code, 0);
    assert_row!(row, state: "healthy", links: 3, new: 3, abroad: 0);
    assert!(!home.run(&["status", "one"]).out.contains("not followed"));
}

#[test]
fn some_links_to_other_hosts_are_counted_and_no_fault() {
    let other = server("127.0.3.6", vec![]);
    let abroad = format!("{}bai.aspx?ItemID=1", other.home);
    let own = server("127.0.3.3", vec![abroad, "/bai.aspx?ItemID=7".to_owned()]);
    let home = Home::new(FAST);
    home.site("one", &site(&own, ""));
    let (code, row) = fetch(&home);
    assert_eq!(code, 0);
    assert_row!(row, state: "healthy", links: 1, abroad: 1);
}

#[test]
fn each_page_that_is_no_article_is_listed_with_its_reason() {
    let paths = ["/gone", "/down-1", "/down-2", "/bare-1", "/bare-2"];
    let own = server("127.0.3.4", paths.iter().map(ToString::to_string).collect());
    let home = Home::new(FAST);
    home.site("one", &site(&own, ""));
    let (code, row) = fetch(&home);
    assert_eq!(code, 1, "two pages were read and none is an article");
    assert!(
        string(&row["reasons"][0]).starts_with("none of 2 article pages has the article's blocks"),
        "{row}"
    );
    let told: Vec<_> = row["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| (string(&left["kind"]), left["count"].clone()))
        .collect();
    assert_eq!(told, [("failed", 2.into()), ("no_article", 2.into()), ("dead", 1.into())], "{row}");
    let status = home.run(&["status", "one"]).out;
    for (path, why) in [
        ("/gone", "the portal answers 410"),
        ("/down-2", "the portal answers 500"),
        ("/bare-1", ""),
    ] {
        let line = status.lines().find(|line| line.contains(path)).unwrap();
        assert!(line.contains(&format!("{path}  ")) && line.ends_with(why), "{line}");
    }
    let text = home.run(&["fetch"]).out;
    assert!(text.contains("one: 2 failed: the portal answers 500\n    http://127.0.3.4"), "{text}");
}

#[test]
fn one_page_without_blocks_beside_failed_ones_blames_no_profile() {
    let own = server(
        "127.0.3.5",
        ["/down-1", "/down-2", "/bare-1"].iter().map(ToString::to_string).collect(),
    );
    let home = Home::new(FAST);
    home.site("one", &site(&own, ""));
    let (code, row) = fetch(&home);
    assert_eq!(code, 0);
    assert_row!(row, state: "degraded");
    assert!(!row["reasons"].to_string().contains("profile"), "{row}");
}
