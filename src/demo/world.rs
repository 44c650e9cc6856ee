//! What the portal holds at a moment: articles, listings, addresses, faults, and what it was asked.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use url::Url;

use super::compose;
use super::data::{Address, data};
use super::dice::Dice;
use super::fault::Armed;
use super::options::Options;
use super::story::Story;
use super::wire::Request;

/// The number below that of the oldest article.
const FIRST: u32 = 1000;
/// How many requests the log keeps.
const LOG: usize = 20_000;

/// The portal's whole state.
pub struct World {
    /// As asked for.
    pub options: Options,
    /// Its origin.
    pub base: Url,
    /// When it started: its clock runs from the epoch.
    started: Instant,
    /// Articles by item id.
    pub stories: BTreeMap<u32, Story>,
    /// Listings in the order of the sections.
    pub shelves: Vec<Shelf>,
    /// Further addresses that show an article, by key.
    pub copies: HashMap<String, (u32, String)>,
    /// Addresses that redirect, by key.
    pub moved: HashMap<String, (Option<u32>, String)>,
    /// Addresses that misbehave.
    pub faults: Vec<Armed>,
    /// What robots.txt says; `None`: 404.
    pub robots: Option<String>,
    /// What was asked, oldest first.
    pub log: VecDeque<Request>,
    /// Counts answers: visits, view states and views come from it.
    pub served: u64,
    /// How often each article was shown.
    pub views: HashMap<u32, u64>,
}

/// One section's listing.
#[derive(Default)]
pub struct Shelf {
    /// Its entries, newest first.
    pub entries: Vec<Entry>,
    /// Counts changes.
    pub revision: u32,
    /// When it was last changed, whole seconds.
    pub changed: Timestamp,
}

/// One place in a listing.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The article.
    pub number: u32,
    /// The address that the list links to, if it is not the article's own.
    pub path: Option<String>,
    /// Taken off the list.
    pub hidden: bool,
    /// Kept on top.
    pub pinned: bool,
}

impl World {
    /// A portal of its first articles.
    pub fn new(options: Options, base: Url) -> World {
        let sections = &data().site.sections;
        let mut world = World {
            base,
            started: Instant::now(),
            stories: BTreeMap::new(),
            shelves: sections
                .iter()
                .map(|_| Shelf { changed: seconds(options.epoch), ..Shelf::default() })
                .collect(),
            copies: HashMap::new(),
            moved: HashMap::new(),
            faults: Vec::new(),
            robots: Some(data().site.robots.clone()),
            log: VecDeque::new(),
            served: 0,
            views: HashMap::new(),
            options,
        };
        world.populate();
        world
    }

    /// The first articles, each some hours older than the one above it.
    fn populate(&mut self) {
        let count = self.options.articles;
        let mut dice = Dice::of(self.options.seed, "portal");
        let mut at = self.options.epoch;
        let wheel: Vec<usize> =
            data().site.sections.iter().enumerate().flat_map(|(n, s)| vec![n; s.share]).collect();
        for back in 0..count {
            at = at
                .checked_sub(SignedDuration::from_mins(
                    i64::try_from(95 + dice.below(560)).unwrap_or(95),
                ))
                .unwrap_or(at);
            let number = FIRST.saturating_add(u32::try_from(count - back).unwrap_or(u32::MAX));
            // The first few go round, so that even a small portal has something in each section.
            let section = if back < self.shelves.len() {
                back
            } else {
                dice.pick(&wheel).copied().unwrap_or(0)
            };
            self.add(self.compose(number, section, at), usize::MAX);
            let shared = self.options.shared;
            if shared > 0 && back % shared == shared - 1 && self.shelves.len() > 1 {
                let other = (section + 1) % self.shelves.len();
                self.shelves[other].entries.push(Entry {
                    number,
                    path: None,
                    hidden: false,
                    pinned: false,
                });
            }
        }
    }

    /// A new article whose title no other one has.
    pub fn compose(&self, number: u32, section: usize, at: Timestamp) -> Story {
        let story = |attempt: u64| {
            compose::story(self.options.seed.wrapping_add(attempt << 32), number, section, at)
        };
        let new = |story: &Story| self.stories.values().all(|other| other.title != story.title);
        (0..50).map(story).find(new).unwrap_or_else(|| story(0))
    }

    /// Puts an article into the world, at that place of its section's list.
    pub fn add(&mut self, story: Story, place: usize) {
        let (number, section) = (story.number, story.section);
        self.stories.insert(number, story);
        if let Some(shelf) = self.shelves.get_mut(section) {
            let place = place.min(shelf.entries.len());
            shelf.entries.insert(place, Entry { number, path: None, hidden: false, pinned: false });
        }
    }

    /// The next free item id.
    pub fn next_number(&self) -> u32 {
        self.stories.keys().next_back().copied().unwrap_or(FIRST).saturating_add(1)
    }

    /// The portal's now.
    pub fn now(&self) -> Timestamp {
        let passed =
            SignedDuration::try_from(self.started.elapsed()).unwrap_or(SignedDuration::ZERO);
        self.options.epoch.checked_add(passed).unwrap_or(self.options.epoch)
    }

    /// Notes a change of an article, and of every list that shows it.
    pub fn touch(&mut self, number: u32) {
        let now = seconds(self.now());
        if let Some(story) = self.stories.get_mut(&number) {
            story.revision += 1;
            story.changed = later(story.changed, now);
        }
        for shelf in self
            .shelves
            .iter_mut()
            .filter(|shelf| shelf.entries.iter().any(|entry| entry.number == number))
        {
            shelf.revision += 1;
            shelf.changed = later(shelf.changed, now);
        }
    }

    /// The article's own address.
    pub fn path(&self, story: &Story) -> String {
        self.path_in(story, story.section)
    }

    /// The address that an article has, or would have, in a section.
    pub fn path_in(&self, story: &Story, section: usize) -> String {
        let Some(section) = data().site.sections.get(section) else { return String::new() };
        match section.address {
            Address::Item => format!("/{}/Pages/chi-tiet.aspx?ItemID={}", section.id, story.number),
            Address::Slug => format!("/{}/Pages/{}-{}.aspx", section.id, story.slug, story.number),
        }
    }

    /// The article that an address shows, and the address that its page calls canonical.
    pub fn find(&self, target: &str) -> Option<&Story> {
        let key = key(target);
        if let Some((number, _)) = self.copies.get(&key) {
            return self.stories.get(number);
        }
        let digits: String =
            key.trim_end_matches(".aspx").chars().rev().take_while(char::is_ascii_digit).collect();
        let number: u32 = digits.chars().rev().collect::<String>().parse().ok()?;
        self.stories.get(&number).filter(|story| self.path(story) == key)
    }

    /// What a listing shows, in order: pinned ones first, withdrawn and hidden ones not at all.
    pub fn shown(&self, section: usize) -> Vec<(&Story, String)> {
        let Some(shelf) = self.shelves.get(section) else { return Vec::new() };
        let entry = |entry: &Entry| {
            let story = self
                .stories
                .get(&entry.number)
                .filter(|story| story.withdrawn.is_none() && !entry.hidden)?;
            Some((story, entry.path.clone().unwrap_or_else(|| self.path(story))))
        };
        let (pinned, others): (Vec<&Entry>, Vec<&Entry>) =
            shelf.entries.iter().partition(|entry| entry.pinned);
        pinned.into_iter().chain(others).filter_map(entry).collect()
    }

    /// A path as an absolute address.
    pub fn absolute(&self, path: &str) -> Url {
        self.base.join(path).unwrap_or_else(|_| self.base.clone())
    }

    /// Notes a request.
    pub fn note(&mut self, request: Request) {
        if self.log.len() >= LOG {
            self.log.pop_front();
        }
        self.log.push_back(request);
    }
}

/// What an address is known by: its path, and the item id if it has one.
pub fn key(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match query.split('&').find(|pair| pair.starts_with("ItemID=")) {
        Some(item) => format!("{path}?{item}"),
        None => path.to_owned(),
    }
}

fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// HTTP dates have whole seconds: each change gets one of its own.
fn later(last: Timestamp, now: Timestamp) -> Timestamp {
    now.max(last.checked_add(SignedDuration::from_secs(1)).unwrap_or(last))
}
