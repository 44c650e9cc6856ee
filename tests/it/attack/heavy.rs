//! Pages that cost: deep, wide, long, quadratic. Full size in optimised builds, a part of it in
//! others.

use super::cases::{At, Case, Want, same};
use super::pages::{TEXT, article, article_of, crowded};
use super::server::{answer, html};

/// A twentieth without optimisation.
pub fn scaled(full: usize) -> usize {
    if cfg!(debug_assertions) { full / 20 } else { full }
}

/// Every page by name.
pub fn pages() -> Vec<(&'static str, String)> {
    let many = |n: usize, piece: &str| piece.repeat(scaled(n));
    let counted =
        |n: usize, piece: &dyn Fn(usize) -> String| (0..scaled(n)).map(piece).collect::<String>();
    let entities: String = (1..12)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let attributes = counted(100_000, &|n| format!(" a{n}=1"));
    let long = "x".repeat(scaled(20 << 20).min(7 << 20));
    let misnested = "<b><p><i></b><a>";
    vec![
        ("deep", crowded(&many(200_000, "<div>"))),
        ("deep-body", article(&format!("{}{TEXT}", many(200_000, "<div>")))),
        ("deep-svg", article(&format!("<svg>{}</svg>{TEXT}", many(200_000, "<g>")))),
        ("adoption", article(&format!("{}{TEXT}", many(100_000, misnested)))),
        ("foster", article(&format!("<table>{}{TEXT}", many(100_000, "<b>x<tr>y")))),
        ("attributes", crowded(&format!("<p{attributes}>"))),
        ("long-attr", crowded(&format!("<p title=\"{long}\">"))),
        ("long-title", article_of("07/04/2020", &"Tin ".repeat(scaled(1 << 18)), TEXT)),
        (
            "xml-bomb",
            format!(
                "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY l0 \"lol\">{entities}]>{}",
                article(&format!("<p>&l11; có dấu chấm.</p>{TEXT}"))
            ),
        ),
        (
            "xxe",
            format!(
                "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}",
                article(&format!("<p>&x; có dấu chấm.</p>{TEXT}"))
            ),
        ),
    ]
}

/// As articles of sites: read or refused, the site lives on.
pub fn all() -> Vec<Case> {
    let fine = || {
        Want::Site(|row, items, _| {
            row["state"] != "broken"
                && !items.is_empty()
                && !items.iter().any(|item| item.to_string().contains("root:"))
        })
    };
    let page = |(name, page): (&'static str, String)| same(name, At::Article, fine(), html(page));
    let svg =
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>";
    let mut all: Vec<Case> = pages().into_iter().map(page).collect();
    all.push(same(
        "svg",
        At::Article,
        Want::Unread(""),
        answer("200 OK", "Content-Type: image/svg+xml\r\n", svg),
    ));
    all.push(same(
        "pdf",
        At::Article,
        Want::Unread(""),
        answer("200 OK", "Content-Type: application/pdf\r\n", article(TEXT)),
    ));
    all
}

/// CPU and wall time of one page, and whether it was read: by a process of its own.
#[test]
#[ignore = "for optimised builds: benches/attacks"]
fn a_heavy_page_costs_two_seconds_at_most() {
    use std::time::{Duration, Instant};
    let folder = tempfile::tempdir().unwrap();
    let mut late = Vec::new();
    for (name, page) in pages() {
        let path = folder.path().join(name);
        std::fs::write(&path, &page).unwrap();
        for command in ["extract", "inspect"] {
            let began = Instant::now();
            let mut child = crate::support::program();
            child
                .current_dir(&folder)
                .arg(command)
                .arg(&path)
                .args(["--url", "https://p.example/a.aspx?ItemID=1"]);
            let mut child = child
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            let cpu = cpu_until_it_ends(child.id());
            child.wait().unwrap();
            println!(
                "{command} {name}: {} KB, {cpu:?} CPU, {:?}",
                page.len() >> 10,
                began.elapsed()
            );
            if cpu > Duration::from_secs(2) {
                late.push(format!("{command} {name}: {cpu:?}"));
            }
        }
    }
    assert_eq!(late, [""; 0]);
}

/// The CPU time of a child process until it ends and waits for us.
fn cpu_until_it_ends(process: u32) -> std::time::Duration {
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        if fields[0] == "Z" {
            let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
            // A tick is 10 ms on every Linux that matters.
            return std::time::Duration::from_millis(10 * ticks);
        }
        std::thread::sleep(std::time::Duration::from_millis(3));
    }
}
