//! In a network namespace of its own (`tests/netns.sh` makes it): whatever a site or its name
//! server says, only public addresses are reached.

mod net;

use std::fmt::Write;

use crate::support::Home;
use net::{Asked, PUBLIC, PUBLIC_6, World};

/// What a site file, a request or a link must keep to itself.
const SECRET: &str = "s3cret";

/// Names whose addresses the name server makes up; `net::addresses` knows them.
const NAMES: [&str; 19] = [
    "plain",
    "loop",
    "cname",
    "cname-meta",
    "meta",
    "meta6",
    "zero",
    "cgn",
    "lan",
    "v6",
    "ula",
    "link",
    "mapped",
    "nat64",
    "six",
    "compat",
    "closed",
    "multi",
    "none",
];
/// Spellings of addresses that are no names.
const SPELLINGS: [&str; 40] = [
    "10.0.0.1",
    "127.0.0.1",
    "127.1",
    "10.1",
    "2130706433",
    "167772161",
    "0x7f000001",
    "0x0a000001",
    "0x7f.0.0.1",
    "0xa.0x0.0x0.0x1",
    "0177.0.0.1",
    "012.0.0.1",
    "017700000001",
    "000000000000000000012.0.0.1",
    "0",
    "0.0.0.0",
    "127.0.0.1.",
    "10.0.0.1.",
    "１０.０.０.１",
    "127。0。0。1",
    "①⓪.⓪.⓪.①",
    "%31%30.0.0.1",
    "[::1]",
    "[::]",
    "[fd00::1]",
    "[fe80::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:a00:1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[::10.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::1]",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "[fd00:ec2::254]",
    "100.64.0.1",
    "192.168.0.1",
    "localhost",
];

/// Addresses in every disguise.
fn disguises() -> Vec<String> {
    let named = NAMES.iter().map(|name| format!("{name}.test"));
    let hosts: Vec<String> = SPELLINGS.iter().map(|host| (*host).to_owned()).chain(named).collect();
    let plain = hosts.iter().map(|host| format!("http://{host}/canary"));
    let tricks = ["10.0.0.1", "plain.test"].into_iter().flat_map(|host| {
        [
            "http://s0.test@#/canary",
            "http://s0.test:80@#/canary",
            "http://#\\@s0.test/canary",
            "http:\\\\#\\canary",
            "//#/canary",
            "http:#/canary",
            "http://#:8080/canary",
            "HTTP://#/canary",
            "http://user:pass@#/",
        ]
        .map(|trick| trick.replace('#', host))
    });
    plain.chain(tricks).collect()
}

fn site(home: &str, url: &str) -> String {
    format!(
        "title = \"T\"\nhome = \"{home}\"\nportal = \"publishing-portal\"\n\
         headers = {{ X-Secret = \"{SECRET}\" }}\n\
         [[sections]]\nid = \"tin\"\ntitle = \"T\"\nurl = \"{url}\"\n"
    )
}

/// A canary that sings, for a start: each address is there, and what reaches it is seen.
fn the_canaries_live(world: &World) {
    for address in net::CANARIES {
        let address =
            if address.contains(':') { format!("[{address}]:80") } else { format!("{address}:80") };
        std::net::TcpStream::connect(&address).unwrap_or_else(|error| panic!("{address}: {error}"));
    }
    crate::support::until("every canary saw a connection", || {
        world.canaries().len() >= net::CANARIES.len()
    });
    world.clear();
}

fn no_canary_sang(world: &World, when: &str) -> Vec<Asked> {
    let mut told = String::new();
    for asked in world.canaries() {
        writeln!(told, "{} {:.60}", asked.local, asked.head).unwrap();
    }
    assert_eq!(told, "", "{when}: a canary was reached");
    let asked = world.asked();
    for asked in &asked {
        let own = asked.host() != "other.test" && !asked.host().contains(':');
        assert!(
            own || !asked.head.contains(SECRET),
            "{when}: a secret crossed origins: {}",
            asked.head
        );
    }
    world.clear();
    asked
}

/// Sites whose redirects, robots.txt files, links and pagers lead to each of so many addresses.
fn sites_that_lead(home: &Home, disguises: usize) {
    for n in 0..disguises {
        home.site(
            &format!("redirect-{n}"),
            &site(&format!("http://s{n}.test/"), &format!("http://s{n}.test/redirect")),
        );
        home.site(
            &format!("robots-{n}"),
            &site(&format!("http://sr{n}.test/"), &format!("http://sr{n}.test/list")),
        );
    }
    home.site("links", &site("http://s0.test/", "http://s0.test/links"));
    home.site("form", &site("http://s1.test/", "http://s1.test/form"));
    home.site("article", &site("http://s2.test/", "http://s2.test/articles"));
    home.site("control", &site("http://scontrol.test/", "http://scontrol.test/list"));
    home.site("control6", &site("http://s6.test/", "http://s6.test/list"));
    for (n, other) in ["http://other.test/", "http://s0.test:8080/"].iter().enumerate() {
        home.site(
            &format!("cross-{n}"),
            &site(&format!("http://scross{n}.test/"), &format!("http://scross{n}.test/to?{other}")),
        );
    }
}

/// Whatever sites lead to, their own and other public hosts are reached and nothing else.
fn links_stay_public(world: &World, disguises: &[String], private: bool) {
    let home = Home::new(&format!(
        "per_host_interval = \"0s\"\ntimeout = \"3s\"\nallow_private = {private}"
    ));
    sites_that_lead(&home, disguises.len());
    let rows = home.run(&["fetch", "--json"]).json();
    let asked = no_canary_sang(world, &format!("allow_private = {private}"));
    let row = |name: &str| {
        rows.as_array().unwrap().iter().find(|row| row["site"] == name).unwrap().clone()
    };
    for control in ["control", "control6"] {
        assert_row!(row(control), state: "healthy", new: 1);
    }
    assert!(
        asked.iter().any(|a| a.local == PUBLIC_6)
            && asked.iter().any(|a| a.local == PUBLIC && a.head.contains(SECRET))
    );
    assert!(
        asked.iter().any(|a| a.host() == "other.test")
            && asked.iter().any(|a| a.host() == "s0.test:8080"),
        "other origins were asked"
    );
    for (n, disguise) in disguises.iter().enumerate() {
        assert!(
            asked.iter().any(|a| a.host() == format!("s{n}.test") && a.head.contains("/redirect")),
            "{n} was tried"
        );
        assert_eq!(row(&format!("redirect-{n}"))["state"], "broken", "{}", disguise);
    }
}

/// A site file, a command and names that change their mind reach no more.
fn names_stay_public(world: &World, disguises: &[String]) {
    let home = Home::new("per_host_interval = \"0s\"\ntimeout = \"3s\"");
    // The configuration refuses others by itself.
    let web = |url: &&String| url.starts_with("http://") && !url.contains(['\\', '@']);
    for (n, url) in disguises.iter().filter(web).enumerate() {
        home.site(&format!("direct-{n}"), &site(url, url));
    }
    for name in ["both", "rebind", "flip", "late"] {
        home.site(
            name,
            &site(&format!("http://{name}.test/"), &format!("http://{name}.test/list")),
        );
    }
    for _ in 0..4 {
        let ran = home.run(&["fetch", "--json"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
    }
    let asked = no_canary_sang(world, "named by a site file");
    for name in ["both", "rebind", "flip"] {
        assert!(
            asked.iter().any(|a| a.host() == format!("{name}.test")),
            "{name} has a public address, and that was reached"
        );
    }
    for url in disguises.iter().filter(web).step_by(5) {
        for command in ["inspect", "extract"] {
            assert_ne!(home.run(&[command, url]).code, 0, "{command} {url}");
        }
    }
    no_canary_sang(world, "asked for by a command");
}

#[test]
#[ignore = "needs namespaces of its own: tests/netns.sh"]
fn only_public_addresses_are_reached() {
    let disguises = disguises();
    let world = World::start(disguises.clone());
    the_canaries_live(&world);
    // The settings may even allow private hosts that site files name.
    for private in [false, true] {
        links_stay_public(&world, &disguises, private);
    }
    names_stay_public(&world, &disguises);
}
