//! A portal that can begin again, a home that has read it, and whether a feed says what the portal
//! says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use bantin::demo::{Edit, Options, Portal, Truth};
use jiff::{SignedDuration, Timestamp};

use super::Dice;
use crate::feeds::{entries, walk};
use crate::support::{FAST, Home, PUBLIC, SITE, Tree, close, portal_on};

/// What two visits and a slow machine take.
pub const SOON: Duration = Duration::from_secs(30);
/// How long a state may take to be told or left.
pub const MINUTE: Duration = Duration::from_secs(60);
/// What an added paragraph begins with.
const ADDED: &str = "Đoạn thêm lần";

/// Where the rounds of a suite take place.
pub struct Stage {
    options: Options,
    /// The portal's address and the daemon's: each round's are the same, so that a home can be
    /// copied.
    portal: String,
    pub listen: String,
    home: Home,
}

impl Stage {
    /// A portal of so many articles and a home that has read them all; `ip`: a loopback address
    /// that no other suite has.
    pub fn new(ip: &str, articles: usize, more: &str) -> Self {
        let stage = Self::unread(ip, articles, more);
        let portal = portal_on(&stage.portal, stage.options.clone());
        stage.home.fetch();
        close(portal);
        stage
    }

    /// The same with a home that has read nothing.
    pub fn unread(ip: &str, articles: usize, more: &str) -> Self {
        let free = || TcpListener::bind((ip, 0)).unwrap().local_addr().unwrap().to_string();
        let options =
            Options { articles, weight: 3, epoch: Timestamp::now(), ..Options::default() };
        let stage = Self { options, portal: free(), listen: free(), home: Home::in_memory(FAST) };
        stage.home.settings_at(&stage.listen, &format!("{FAST}\n{more}"));
        let portal = stage.portal();
        stage.home.site(SITE, &portal.site_toml("1s", "all"));
        close(portal);
        stage
    }

    /// The portal as it was at first.
    pub fn portal(&self) -> Portal {
        portal_on(&self.portal, self.options.clone())
    }

    /// A home of its own with what this one has.
    pub fn home(&self) -> Home {
        self.home.copy_in_memory()
    }
}

/// A section, by chance.
pub fn section(portal: &Portal, dice: &mut Dice) -> String {
    dice.pick(&portal.sections()).0.clone()
}

/// Gives an article that stands near the top of a list another title, as its teaser shows.
pub fn retitle(portal: &Portal, dice: &mut Dice) {
    let id = section(portal, dice);
    let numbers = portal.truth().section(&id).unwrap().numbers.clone();
    let number = numbers[dice.index(numbers.len().min(5))];
    let title = Some(format!("Nhan đề đã sửa, lần thứ {}", dice.below(1_000_000)));
    assert!(portal.edit(number, Edit { title, ..Edit::default() }));
}

/// Adds a paragraph to an article that is read again at every visit, if there is one.
pub fn append(portal: &Portal, dice: &mut Dice) -> bool {
    let young = Timestamp::now() - SignedDuration::from_mins(90);
    let minute = |published: bantin::domain::Published| {
        published.precision == bantin::domain::Precision::Minute && published.at > young
    };
    let numbers: Vec<u32> = portal
        .truth()
        .articles
        .iter()
        .filter(|told| told.published.is_some_and(minute))
        .map(|told| told.number)
        .collect();
    if numbers.is_empty() {
        return false;
    }
    let paragraph = Some(format!("{ADDED} {} vào cuối bài.", dice.below(1_000_000)));
    portal.edit(*dice.pick(&numbers), Edit { append: paragraph, ..Edit::default() })
}

/// Something happens at the portal: one or several new articles, or an edit.
pub fn live(portal: &Portal, dice: &mut Dice) {
    match dice.below(5) {
        0 => retitle(portal, dice),
        1 if append(portal, dice) => {}
        2 => _ = portal.publish_together(&section(portal, dice), 3),
        _ => _ = portal.publish(&section(portal, dice)).unwrap(),
    }
}

/// How what a walk shows differs from what the portal says: each article once, in its latest
/// version, nothing else.
pub fn difference(tree: &Tree, truth: &Truth) -> Option<String> {
    let shown = entries(&walk(tree));
    let told: BTreeMap<&str, _> =
        truth.articles.iter().map(|told| (told.urls[0].as_str(), told)).collect();
    let mut links = BTreeSet::new();
    for entry in &shown {
        let Some(told) = told.get(entry.link.as_str()) else {
            return Some(format!("{} is shown and not there", entry.link));
        };
        if !links.insert(entry.link.as_str()) {
            return Some(format!("{} is shown twice", entry.link));
        }
        if entry.title != told.title {
            return Some(format!(
                "{} is called `{}`, not `{}`",
                entry.link, entry.title, told.title
            ));
        }
        if let Some(added) = told.paragraphs.iter().rev().find(|text| text.starts_with(ADDED))
            && !entry.content.contains(added.as_str())
        {
            return Some(format!("{} lacks `{added}`", entry.link));
        }
    }
    let missing: Vec<_> = told.keys().filter(|link| !links.contains(*link)).collect();
    (!missing.is_empty())
        .then(|| format!("{} of {} are not shown: {missing:?}", missing.len(), told.len()))
}

/// Every document that a home publishes, before and after its store is deleted: the same bytes.
pub fn outlives_its_store(home: &Home) {
    let before = home.tree();
    fs::remove_dir_all(home.path("data/store")).unwrap();
    let after = home.tree();
    let other: Vec<_> = before
        .iter()
        .filter(|(path, bytes)| after.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert!(
        other.is_empty() && before.len() == after.len(),
        "a store rebuilt from the archive gives others: {other:?}"
    );
    assert!(before.values().any(|bytes| String::from_utf8_lossy(bytes).contains(PUBLIC)));
}

/// The content of every file below a folder, by path.
pub fn content(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                tree.insert(format!("{name}/"), Vec::new());
                folders.push(path);
            } else {
                tree.insert(name, fs::read(path).unwrap_or_default());
            }
        }
    }
    tree
}
