//! What is said of one page: `extract`, `inspect`, `explain`.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use serde_json::{Value, json};

use super::run;
use crate::feeds::{all_items, item_at, string};
use crate::support::{SAMPLE, SITE, ask};

/// What the portal answers at a path.
fn page(path: &str) -> Vec<u8> {
    let base = SAMPLE.portal.base();
    ask(&format!("127.0.0.1:{}", base.port().unwrap()), "GET", path, &[]).body
}

#[test]
fn extract_reads_a_text_capture_exactly() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/capture.txt");
    let item =
        run(&["extract", file, "--url", "http://portal.example.org/Pages/chi-tiet.aspx?ItemID=77"])
            .json();
    assert_eq!(item["title"], "Hội Phụ nữ xã Nà Lĩnh trồng 3 km đường hoa");
    assert_eq!(
        item["summary"],
        "Hơn 120 hội viên của 9 chi hội cùng ra quân làm đẹp đường liên thôn trong sáng đầu tháng \
         ba."
    );
    assert_eq!(item["date_published"], "2026-03-03T09:15:00+07:00");
    assert_eq!(item["authors"], json!([{ "name": "Nông Thị Hạnh" }]));
    assert_eq!(
        item["_bantin"]["captions"],
        json!(["Hội viên chi hội Khuổi Mạ trồng hoa bên đường liên thôn"])
    );
    assert_eq!(item["_bantin"]["portal"], "publishing-portal");
    assert_eq!(item["url"], "http://portal.example.org/Pages/chi-tiet.aspx?ItemID=77");
    let paragraphs = [
        "Từ sáng sớm, các chị đã mang theo cuốc, xẻng và cây giống ra tuyến đường từ trung tâm xã \
         đến thôn Khuổi Mạ. Mỗi chi hội nhận chăm sóc một đoạn dài hơn 300 mét.",
        "Chị Hà Thị Lụa, Chủ tịch Hội, nói: “Việc nhỏ nhưng ngày nào cũng thấy, nên ai cũng vui”.",
        "Theo kế hoạch, đến hết tháng tư toàn xã sẽ có thêm 5 km đường hoa nữa./.",
        "Cũng trong sáng nay, Hội đã tặng 15 suất quà cho hội viên có hoàn cảnh khó khăn.",
    ];
    assert_eq!(item["content_text"], paragraphs.join("\n\n"));
    let bare = run(&["extract", file]).json();
    assert_eq!(
        (bare.get("url"), &bare["title"], &bare["content_text"]),
        (None, &item["title"], &item["content_text"])
    );
}

#[test]
fn extract_of_a_file_or_an_address_equals_the_feed() {
    let truth = SAMPLE.portal.truth();
    let told = truth
        .articles
        .iter()
        .find(|told| !told.images.is_empty() && !told.attachments.is_empty())
        .unwrap();
    let url = told.urls[0].as_str();
    let home = SAMPLE.home.copy();
    let file = home.path("page.html");
    fs::write(&file, page(&url.replacen(SAMPLE.portal.base().as_str(), "/", 1))).unwrap();
    let items = all_items(&SAMPLE.tree);
    let mut expected = item_at(&items, url).clone();
    expected["_bantin"]
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !["version", "capture"].contains(&key.as_str()));
    expected.as_object_mut().unwrap().remove("tags");
    for args in [&["extract", file.to_str().unwrap(), "--url", url][..], &["extract", url]] {
        let mut item = home.run(args).json();
        item.as_object_mut().unwrap().remove("tags");
        assert_eq!(item, expected, "{args:?}");
    }
    // Without a configuration the shipped profiles read it.
    let item = run(&["extract", file.to_str().unwrap(), "--url", url]).json();
    assert_row!(item, title: expected["title"], content_html: expected["content_html"]);
    fs::write(&file, "<html><body><p>Nothing here.</p></body></html>").unwrap();
    let none = run(&["extract", file.to_str().unwrap()]);
    assert_ran!(none, code: 1, out: "");
    assert_eq!(run(&["extract", "no-such-file.html"]).code, 1);
}

#[test]
fn inspect_and_explain_show_blocks_and_rules() {
    let home = SAMPLE.home.copy();
    let base = SAMPLE.portal.base();
    let list =
        home.run(&["inspect", base.join("/Pages/tin-tuc.aspx").unwrap().as_str(), "--json"]).json();
    assert_row!(list, engine: "sharepoint-2010", portal: "publishing-portal");
    let blocks = list["blocks"].as_array().unwrap();
    let listing = blocks.iter().find(|block| block["role"] == "listing").expect("a listing");
    let first = SAMPLE.portal.truth().section("tin-tuc").unwrap().numbers[0];
    let told = SAMPLE.portal.truth().article(first).unwrap().clone();
    let teasers = listing["teasers"].as_array().unwrap();
    assert_eq!(
        (teasers.len(), &teasers[0]["title"], &teasers[0]["url"]),
        (10, &told.title.into(), &told.urls[0].as_str().into())
    );
    assert!(listing["pager"].is_object());
    for block in blocks {
        assert!(
            block["name"].is_string() && block["role"].is_string() && block["links"].is_array()
        );
        assert!(string(&block["text"]).chars().count() <= 200);
    }
    let page = home.run(&["inspect", told.urls[0].as_str(), "--json"]).json();
    let roles: Vec<&str> =
        page["blocks"].as_array().unwrap().iter().map(|block| string(&block["role"])).collect();
    assert!(
        roles.contains(&"toolbar")
            && roles.contains(&"view-data")
            && roles.contains(&"related")
            && roles.contains(&"other"),
        "{roles:?}"
    );

    let ran = home.run(&["explain", SITE, told.urls[0].as_str(), "--json"]);
    let fields: Vec<Value> =
        ran.json().as_array().unwrap().iter().map(|row| row["field"].clone()).collect();
    assert!(fields.contains(&"title".into()) && fields.contains(&"body".into()), "{fields:?}");
    let after: Vec<_> = home.tree().into_iter().collect();
    assert!(after == SAMPLE.tree.clone().into_iter().collect::<Vec<_>>(), "looking writes nothing");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let home = SAMPLE.home.copy();
    let url = SAMPLE.portal.base().join("/Pages/tin-tuc.aspx").unwrap();
    let mut child = home
        .command(&["inspect", url.as_str(), "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}
