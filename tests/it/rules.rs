//! Rules of an operator's own: of a site, by the language of a page, of what may be published.

use std::fs;

use serde_json::Value;

use crate::support::Home;

const URL: &str = "https://portal.example/Pages/tin.aspx";
const SITE: &str = "title = \"Tin\"\nhome = \"https://portal.example/\"\n\
    portal = \"publishing-portal\"\nDATES\n[[sections]]\nid = \"tin\"\ntitle = \"Tin\"\n\
    url = \"https://portal.example/tin\"\n";

/// A home of one site whose file has these lines too, at its top and at its end.
fn home(dates: &str, rules: &str) -> Home {
    let home = Home::in_memory("");
    home.site("tin", &format!("{}{rules}", SITE.replace("DATES", dates)));
    home
}

/// A page of a toolbar and a body, of this language.
fn page(language: &str, date: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang={language}><head>\
         <meta name=generator content='Microsoft SharePoint'>\
         <link href='/_layouts/1033/x.css'></head><body><form>\
         <!-- ~/a/Block_Tin_Toolbar.ascx --><div webpartid=1><p>{date}</p>\
         <h1>The bridge is open</h1></div>\
         <!-- ~/a/Block_Tin_ViewData.ascx --><div webpartid=2>{body}\
         <p>A first paragraph with some words. And a second sentence, to be sure.</p></div></form>"
    )
}

/// The article of a page.
fn article(home: &Home, page: &str) -> Value {
    fs::write(home.path("page.html"), page).unwrap();
    let ran = home.run(&["extract", "page.html", "--url", URL]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    ran.json()
}

#[test]
fn a_site_says_the_order_of_its_dates() {
    let page = page("vi", "03/04/2020", "");
    for (order, published) in [
        ("", "2020-04-03T00:00:00+07:00"),
        ("date_order = \"dmy\"", "2020-04-03T00:00:00+07:00"),
        ("date_order = \"mdy\"", "2020-03-04T00:00:00+07:00"),
    ] {
        assert_eq!(article(&home(order, ""), &page)["date_published"], published, "{order}");
    }
    // What only one order makes a day is that day.
    let only = article(&home("date_order = \"mdy\"", ""), &page.replace("03/04", "25/12"));
    assert_eq!(only["date_published"], "2020-12-25T00:00:00+07:00");
}

#[test]
fn a_sites_own_rules_are_read_by_and_explained() {
    let page = page("vi", "Put online: 03/04/2020", "<p class=hotline>Call 0123 at any time.</p>");
    let rules = "[rules.page]\nleave = [\".hotline\"]\n[rules.labels]\ndate = [\"Put online\"]\n";
    let (without, with) = (home("", ""), home("", rules));
    let text = |home: &Home| article(home, &page)["content_text"].as_str().unwrap().to_owned();
    assert!(text(&without).contains("0123"));
    assert!(!text(&with).contains("0123"));
    let rule = |home: &Home| {
        let ran = home.run(&["explain", "tin", "page.html", "--url", URL, "--json"]);
        let steps = ran.json();
        let published = |step: &&Value| step["field"] == "published";
        steps.as_array().unwrap().iter().find(published).map(|step| step["rule"].clone())
    };
    assert_eq!(rule(&without), None, "nothing tells that date");
    assert_eq!(rule(&with), Some("label \"Put online\" (tin labels.date)".into()));
    let whole = with.run(&["check", "--resolved", "site", "tin"]);
    let said = whole.out.lines().find(|line| line.contains(".hotline")).unwrap();
    assert!(said.ends_with("feeds/tin.toml:10"), "{said}");
}

#[test]
fn what_is_left_out_or_joined_is_told_with_its_word_and_layer() {
    let body = "<p>The mayor cut a ribbon, and then the school choir sang.</p>\
        <p><img src='/a.jpg' width=300 height=200 alt=''></p><p>Shot by A. Writer.</p>\
        <p>Hear it aloud</p><p>Seen 12 times</p><p>Rate this: poor or fine.</p>\
        <p>Elsewhere on this</p><ul><li><a href='/b'>Another bridge is closed</a></li></ul>";
    let home = home(
        "",
        "[rules.captions]\npatterns = ['Shot by .+$']\n\
         [rules.tools]\nwords = ['Hear it aloud']\ncounters = ['Seen \\d+ times']\n\
         [rules.body]\nleave = ['Rate this: .+']\nrelated = ['Elsewhere on this']\n",
    );
    fs::write(home.path("page.html"), page("en", "", body)).unwrap();
    let ran = home.run(&["explain", "tin", "page.html", "--url", URL, "--json"]);
    let steps = ran.json();
    let under = "list of other articles under \"Elsewhere on this\" (tin body.related)";
    for (field, text, rule) in [
        (
            "captions",
            "Shot by A. Writer.",
            r#"caption pattern "Shot by .+$" (tin captions.patterns)"#,
        ),
        ("left out", "Hear it aloud", r#"reading tool "Hear it aloud" (tin tools.words)"#),
        ("left out", "Seen 12 times", r#"counter "Seen \d+ times" (tin tools.counters)"#),
        (
            "left out",
            "Rate this: poor or fine.",
            r#"line that is left out "Rate this: .+" (tin body.leave)"#,
        ),
        ("left out", "Elsewhere on this", under),
        ("left out", "Another bridge is closed", under),
    ] {
        let step = steps.as_array().unwrap().iter().find(|step| step["text"] == text);
        let step = step.unwrap_or_else(|| panic!("{text}: {}", ran.out));
        assert_eq!((&step["field"], &step["rule"]), (&field.into(), &rule.into()), "{text}");
    }
}

#[test]
fn a_page_may_be_read_by_the_language_that_it_says() {
    let home = home("", "");
    fs::create_dir(home.path("portals")).unwrap();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/portals/publishing-portal.toml");
    let portal = fs::read_to_string(shipped).unwrap();
    let by_page = "languages = { page = true, else = [\"vi\"] }";
    let portal = portal.replace("languages = [\"vi\", \"en\"]", by_page);
    fs::write(home.path("portals/publishing-portal.toml"), portal).unwrap();
    for (language, dated) in [("en", true), ("en-GB", true), ("de", false), ("vi", false)] {
        let page = page(language, "4 April 2020", "");
        let found = article(&home, &page.replace("April", "June"));
        assert_eq!(found.get("date_published").is_some(), dated, "{language}");
    }
    // A language without words of its own: those that the profile names.
    let found = article(&home, &page("sw", "3 tháng 4 năm 2020", ""));
    assert_eq!(found["date_published"], "2020-04-03T00:00:00+07:00");
}

#[test]
fn an_operator_may_publish_less_and_never_what_runs() {
    let home = home("", "");
    let body = "<p>One <strong>bold</strong> word in a paragraph of its own.</p>";
    let html = |home: &Home| {
        article(home, &page("vi", "03/04/2020", body))["content_html"].as_str().unwrap().to_owned()
    };
    assert!(html(&home).contains("<strong>bold</strong>"));
    let shipped =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/html.toml")).unwrap();
    fs::write(home.path("html.toml"), shipped.replace("\"strong\", ", "")).unwrap();
    assert!(html(&home).contains("One bold word"), "{}", html(&home));
    fs::write(home.path("html.toml"), shipped.replace("\"strong\", ", "\"iframe\", ")).unwrap();
    let ran = home.run(&["check"]);
    assert_eq!(ran.code, 78);
    assert!(ran.out.contains("`iframe` is never published"), "{}", ran.out);
}
