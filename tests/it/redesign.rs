//! A portal whose inner markup changes: what its pages say now is read right or held back, and no
//! article that was read before is edited or withdrawn.

mod forms;
mod portal;

use std::collections::BTreeMap;
use std::time::Duration;

use bantin::crawl::Mode;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::feeds::{all_items, string};
use crate::support::{FAST, Home, SITE};
use crate::together::{components, memory};
use forms::Form;
use portal::Portal;

/// Articles before the redesign.
const BEFORE: usize = 20;

/// Items by address.
fn published(home: &Home) -> BTreeMap<String, Value> {
    let items = all_items(&home.tree()).into_iter();
    items.map(|item| (string(&item["url"]).to_owned(), item)).collect()
}

/// What is wrong with an item, field by field.
fn wrong(portal: &Portal, number: usize, item: &Value) -> Vec<String> {
    let told = portal.article(number);
    let mut wrong = Vec::new();
    if string(&item["title"]) != told.title {
        wrong.push(format!("title {}", item["title"]));
    }
    let text: Vec<&str> =
        string(&item["content_text"]).lines().filter(|line| !line.is_empty()).collect();
    for line in text.iter().filter(|line| !told.paragraphs.iter().any(|p| p == *line)) {
        wrong.push(format!("has {line:?}"));
    }
    for line in told.paragraphs.iter().filter(|p| !text.contains(&p.as_str())) {
        wrong.push(format!("lacks {line:?}"));
    }
    let date = item["date_published"].as_str().unwrap_or_default();
    if !date.starts_with(&told.day()) {
        wrong.push(format!("date {date:?}, not {}", told.day()));
    }
    let authors: Vec<&str> =
        item["authors"].as_array().into_iter().flatten().map(|a| string(&a["name"])).collect();
    if authors.iter().any(|name| *name != told.author) {
        wrong.push(format!("authors {authors:?}"));
    }
    wrong
}

/// A portal that is read, then redesigned.
struct Case {
    portal: Portal,
    home: Home,
    /// What was published before.
    before: BTreeMap<String, Value>,
    faults: Vec<String>,
}

impl Case {
    fn open(ip: &str) -> Self {
        Self::of(Portal::open(ip, "publishing-portal", BEFORE))
    }

    fn of(portal: Portal) -> Self {
        let home = Home::new(FAST);
        home.site(SITE, &portal.site());
        home.fetch();
        let before = published(&home);
        let mut faults = Vec::new();
        for number in 0..BEFORE {
            match before.get(&portal.url(number)) {
                Some(item) => faults.extend(wrong(&portal, number, item)),
                None => faults.push(format!("{number} is not read before")),
            }
        }
        Self { portal, home, before, faults }
    }

    /// Another visit after so many new articles; how many of all new ones are right by then. What
    /// is published false is noted, and what is otherwise than before of the known ones.
    fn visit(&mut self, new: usize) -> usize {
        (0..new).for_each(|_| self.portal.publish());
        self.home.fetch();
        self.right()
    }

    /// How many new ones are right by now.
    fn right(&mut self) -> usize {
        let now = published(&self.home);
        let changed = self.before.iter().filter(|(url, item)| now.get(*url) != Some(*item));
        self.faults.extend(changed.map(|(url, _)| format!("{url} is another")));
        let mut right = 0;
        for number in BEFORE..self.portal.count() {
            let Some(item) = now.get(&self.portal.url(number)) else { continue };
            let wrong = wrong(&self.portal, number, item);
            right += usize::from(wrong.is_empty());
            self.faults.extend(wrong.into_iter().map(|wrong| format!("{number}: {wrong}")));
        }
        right
    }
}

#[test]
fn a_redesign_is_survived() {
    let bad = lost("publishing-portal");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_redesign_of_pages_without_blocks_is_survived() {
    let bad = lost("web");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// The forms in which something is false, or too little right after three visits.
fn lost(profile: &'static str) -> Vec<String> {
    let survived = move |n: usize, form: Form| {
        // Those that come at once, or some at each visit.
        [[12, 0, 0], [1, 4, 4]].into_iter().enumerate().filter_map(move |(m, new)| {
            let ip = format!("127.0.{}.{}", 10 + profile.len(), 8 * n + m + 1);
            let mut case = Case::of(Portal::open(&ip, profile, BEFORE));
            case.portal.redesign(form);
            let right = new.map(|new| case.visit(new));
            let all = new.iter().sum::<usize>();
            let survived = case.faults.is_empty() && right[2] * 12 >= all * 10;
            let faults = case.faults[..case.faults.len().min(6)].join("\n  ");
            (!survived).then(|| format!("{form:?}: {right:?} of {new:?}\n  {faults}"))
        })
    };
    std::thread::scope(|scope| {
        let forms = Form::CLEAR.into_iter().enumerate();
        let spawn = |(n, form)| scope.spawn(move || survived(n, form).collect::<Vec<_>>());
        let threads: Vec<_> = forms.map(spawn).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn what_cannot_be_told_is_held_back_and_said() {
    let mut case = Case::open("127.0.8.1");
    case.portal.redesign(Form::Mixed);
    for visit in 1..3 {
        assert_eq!(case.visit(3), 0);
        assert_eq!(case.faults, Vec::<String>::new());
        let row = &case.home.fetch()[0];
        assert_row!(row, state: "degraded", held_back: 3 * visit, new: 0, edited: 0, failed: 0);
        assert_row!(row["left_out"][0], kind: "held_back", count: 3 * visit);
        let status = case.home.run(&["status", SITE]).out;
        assert_eq!(status.matches("  held back  ").count(), 3 * visit, "{status}");
    }
    // As soon as they read well they are published, in their order.
    case.portal.redesign(Form::Words);
    assert_eq!(case.visit(0), 6);
    let row = &case.home.fetch()[0];
    assert_row!(row, state: "healthy", held_back: 0);
}

#[test]
fn pages_of_several_forms_are_no_redesign() {
    let mut portal = Portal::open("127.0.8.4", "publishing-portal", BEFORE);
    portal.vary(12, Form::Words);
    portal.vary(17, Form::Tables);
    let mut case = Case::of(portal);
    // One that is like no other is read at once, since known articles are what they were.
    case.portal.vary(BEFORE, Form::Bare);
    assert_eq!(case.visit(1), 1);
    case.portal.vary(BEFORE + 1, Form::Tables);
    assert_eq!((case.visit(3), case.visit(0)), (4, 4));
    assert_eq!(case.faults, Vec::<String>::new());
}

#[test]
fn a_daemon_asks_known_articles_what_form_pages_have() {
    let mut case = Case::open("127.0.8.5");
    case.portal.redesign(Form::Words);
    case.portal.publish();
    Runtime::new().unwrap().block_on(async {
        let components = components(&case.home).await;
        let site = components.sites()[0].clone();
        let mode = Mode::Due { slice: Duration::from_secs(60) };
        let report = components.crawl.visit(&site, mode).await.unwrap();
        assert_eq!((report.new, report.edited, report.held_back), (1, 0, 0), "{report:?}");
    });
    assert_eq!((case.right(), &case.faults), (1, &Vec::new()));
}

#[test]
fn an_edit_after_a_redesign_is_a_version_again() {
    let mut case = Case::open("127.0.8.2");
    case.portal.redesign(Form::Words);
    assert_eq!((case.visit(2), case.visit(0)), (2, 2));
    case.portal.edit(4, "Một đoạn mới ở cuối bài.");
    let before = case.before.remove(&case.portal.url(4)).unwrap();
    assert_eq!(case.visit(0), 2);
    let edited = &published(&case.home)[&case.portal.url(4)];
    assert_eq!(wrong(&case.portal, 4, edited), Vec::<String>::new());
    assert_row!(edited["_bantin"], version: 2);
    assert_eq!(edited["date_published"], before["date_published"]);
    assert_eq!(case.faults, Vec::<String>::new());
}

#[test]
fn a_lost_store_knows_the_new_form_again() {
    let mut case = Case::open("127.0.8.3");
    case.portal.redesign(Form::Mixed);
    case.visit(2);
    let known = memory(&case.home).unwrap().parts().0;
    assert!(known.len() > BEFORE + 2, "{} pages", known.len());
    std::fs::remove_dir_all(case.home.path("data/store")).unwrap();
    case.visit(1);
    let again = memory(&case.home).unwrap().parts().0;
    assert_eq!(again.get(..known.len()), Some(&known[..]));
}
