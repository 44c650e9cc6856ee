//! What a site's feed must say: by the contract, from what became of the portal.

use std::collections::BTreeSet;

use serde_json::Value;

use super::events::{After, Event};
use super::portal::{World, published};
use super::traits::Canonical;
use crate::feeds::string;

/// Visits after which an article that is gone may be withdrawn.
const WITHDRAWN: u32 = 3;
/// What sessions look like in addresses.
const SESSIONS: [&str; 4] = ["jsessionid", "(s(", "phpsessid", "sid="];

/// An entry that the feed must have.
struct Entry {
    article: usize,
    title: String,
    version: u64,
    /// For so many visits nothing of it answers.
    gone: u32,
    living: bool,
    /// As readers were told first.
    id: Option<String>,
    url: String,
}

/// What is wrong: its kind, and all of it.
pub struct Fault(pub &'static str, pub String);

#[derive(Default)]
pub struct Truth {
    entries: Vec<Entry>,
}

impl Truth {
    /// Every article that has no entry yet gets one.
    pub fn begin(&mut self, world: &World) {
        for (article, piece) in world.pieces.iter().enumerate().filter(|(_, piece)| piece.alive) {
            if !self.entries.iter().any(|entry| entry.living && entry.article == article) {
                let (title, url) = (piece.title.clone(), String::new());
                self.entries.push(Entry {
                    article,
                    title,
                    version: 1,
                    gone: 0,
                    living: true,
                    id: None,
                    url,
                });
            }
        }
        self.entries.iter_mut().filter(|entry| !entry.living).for_each(|entry| entry.gone += 1);
    }

    /// What an event that has happened does to the entries.
    pub fn happen(&mut self, event: &Event, world: &World) {
        match *event {
            Event::Edit { of, .. } => self.of(of).edited(world),
            // Title and address are others, and nothing that answers says that it is the same
            // article.
            Event::Rename { of, old: After::Gone }
                if world.traits.canonical != Canonical::Second && !world.is_twice(of) =>
            {
                self.of(of).living = false;
            }
            Event::Rename { of, .. } => self.of(of).edited(world),
            Event::Delete { of, .. } => self.of(of).living = false,
            _ => {}
        }
    }

    fn of(&mut self, article: usize) -> &mut Entry {
        self.entries.iter_mut().find(|entry| entry.living && entry.article == article).unwrap()
    }

    /// Whether all that is gone is gone for too short to be withdrawn.
    pub fn is_settled(&self) -> bool {
        self.entries.iter().all(|entry| entry.gone < WITHDRAWN)
    }

    /// An item id that stayed with the body while title and address went is enough to some, and too
    /// little by the contract's letter: both hold.
    fn settle(&mut self, world: &World, items: &[Value]) {
        let lost = |entry: &Entry| !entry.living && entry.gone == 1 && world.traits.has_items();
        for old in
            (0..self.entries.len()).rev().filter(|n| lost(&self.entries[*n])).collect::<Vec<_>>()
        {
            let (article, id) = (self.entries[old].article, self.entries[old].id.clone());
            let title = &world.pieces[article].title;
            let new =
                self.entries.iter().position(|entry| entry.living && entry.article == article);
            let taken = items
                .iter()
                .any(|item| item["id"].as_str() == id.as_deref() && item["title"] == **title);
            if let (Some(new), true) = (new, taken) {
                self.entries[old].edited(world);
                (self.entries[old].living, self.entries[old].gone) = (true, 0);
                self.entries.remove(new);
            }
        }
    }

    /// Compares the items of a site's feed, and of its sections' feeds; what is right is what the
    /// next visit must keep.
    pub fn check(
        &mut self,
        world: &World,
        items: &[Value],
        sections: &[Vec<Value>],
        rebuilt: bool,
    ) -> Vec<Fault> {
        self.settle(world, items);
        let mut faults = Vec::new();
        for item in sections.iter().flatten().filter(|item| !items.contains(item)) {
            faults.push(Fault("a section's entry is not the site's", shown(item)));
        }
        let dates: BTreeSet<String> =
            self.entries.iter().map(|entry| published(entry.article)).collect();
        for item in items.iter().filter(|item| !dates.contains(string(&item["date_published"]))) {
            faults.push(Fault("an entry of no article", shown(item)));
        }
        for date in dates {
            let found: Vec<&Value> =
                items.iter().filter(|item| string(&item["date_published"]) == date).collect();
            let mut entries: Vec<&mut Entry> =
                self.entries.iter_mut().filter(|entry| published(entry.article) == date).collect();
            if entries.len() > found.len() {
                entries.retain(|entry| {
                    entry.gone < WITHDRAWN
                        || found.iter().any(|item| string(&item["title"]) == entry.title)
                });
            }
            if entries.len() != found.len() {
                let kind = if entries.len() > found.len() {
                    "an entry is missing"
                } else {
                    "an article has several entries"
                };
                let found: Vec<String> = found.iter().map(|item| shown(item)).collect();
                faults.push(Fault(kind, format!("expected {entries:?}, found {found:?}")));
                continue;
            }
            // Two entries of one date are those of a title that was edited and lost its address.
            let mut left = found;
            entries.sort_by_key(|entry| {
                !left.iter().any(|item| string(&item["title"]) == entry.title)
            });
            for entry in entries {
                let place =
                    left.iter().position(|item| string(&item["title"]) == entry.title).unwrap_or(0);
                let item = left.swap_remove(place);
                faults.extend(
                    entry.differs(world, item, sections, rebuilt).into_iter().map(|kind| {
                        Fault(kind, format!("expected {entry:?}, found {}", shown(item)))
                    }),
                );
                entry.id.get_or_insert_with(|| string(&item["id"]).to_owned());
                entry.url = string(&item["url"]).to_owned();
            }
        }
        faults
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (id, gone) =
            (self.id.as_deref().unwrap_or("new"), if self.living { "" } else { " (gone)" });
        write!(
            f,
            "{id} «{}» v{} {} {}{gone}",
            self.title,
            self.version,
            published(self.article),
            self.url
        )
    }
}

impl Entry {
    fn edited(&mut self, world: &World) {
        self.version += 1;
        self.title = world.pieces[self.article].title.clone();
    }

    /// In what an item is another than this entry.
    fn differs(
        &self,
        world: &World,
        item: &Value,
        sections: &[Vec<Value>],
        rebuilt: bool,
    ) -> Vec<&'static str> {
        let (id, url) = (string(&item["id"]), string(&item["url"]));
        // An honest canonical link may move the address, and one to the first article is honest
        // there.
        let stays = !world.traits.is_honest()
            && world.traits.canonical != Canonical::First
            && world.at(&self.url) == Some(self.article);
        let version = item["_bantin"]["version"].as_u64().unwrap();
        let text = string(&item["content_text"]).split_whitespace().collect::<String>();
        let body: String = world.pieces[self.article]
            .body
            .replace("<p>", "")
            .replace("</p>", " ")
            .split_whitespace()
            .collect();
        let stands = sections.iter().enumerate().all(|(n, items)| {
            !world.lists(n, self.article) || items.iter().any(|item| item["id"] == id)
        });
        let faults = [
            ("another title", string(&item["title"]) != self.title),
            ("another body", self.living && text != body),
            ("a version without an edit", version > self.version),
            ("an edit without a version", version < self.version),
            ("another id than first", self.id.as_ref().is_some_and(|first| first != id)),
            ("its url is not the article's", self.living && world.at(url) != Some(self.article)),
            ("its url moved from a living one", self.living && stays && self.url != url),
            ("its url moved by a rebuild", rebuilt && self.url != url),
            ("not in its section's feed", self.living && !stands),
            ("a session in its url", SESSIONS.iter().any(|mark| url.to_lowercase().contains(mark))),
        ];
        faults.into_iter().filter(|(_, holds)| *holds).map(|(kind, _)| kind).collect()
    }
}

/// What counts of an item.
fn shown(item: &Value) -> String {
    let of = |name: &str| string(&item[name]);
    format!(
        "{} «{}» v{} {} {}",
        of("id"),
        of("title"),
        item["_bantin"]["version"],
        of("date_published"),
        of("url")
    )
}
