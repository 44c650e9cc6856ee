//! What a test, or a person, can do to the portal while it runs.

use super::compose;
use super::data::data;
use super::fault::{Armed, Fault};
use super::portal::Portal;
use super::server::lock;
use super::story::{Author, Piece, Withdrawal};
use super::world::{Entry, World, key};

/// A change of an article's content; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// Another title.
    pub title: Option<String>,
    /// Another lead.
    pub lead: Option<String>,
    /// Other paragraphs instead of the whole body.
    pub paragraphs: Option<Vec<String>>,
    /// One more paragraph at the body's end.
    pub append: Option<String>,
    /// Another author, or none.
    pub author: Option<Option<Author>>,
}

impl Portal {
    /// Publishes a new article on top of a section, dated now; its item id, `None` if there is no
    /// such section.
    pub fn publish(&self, section: &str) -> Option<u32> {
        self.publish_together(section, 1).pop()
    }
    /// Publishes so many new articles at one moment: no reader sees some of them without the
    /// others. Their item ids, oldest first.
    pub fn publish_together(&self, section: &str, count: usize) -> Vec<u32> {
        let Some(place) = place(section) else { return Vec::new() };
        let mut world = lock(&self.world);
        let mut publish = || {
            let number = world.next_number();
            let story = world.compose(number, place, world.now());
            world.add(story, 0);
            world.touch(number);
            number
        };
        (0..count).map(|_| publish()).collect()
    }
    /// Changes an article's content; whether there is one.
    pub fn edit(&self, number: u32, edit: Edit) -> bool {
        let mut world = lock(&self.world);
        let Some(story) = world.stories.get_mut(&number) else { return false };
        if let Some(title) = edit.title {
            story.title = title;
        }
        if edit.lead.is_some() {
            story.lead = edit.lead;
        }
        if let Some(paragraphs) = edit.paragraphs {
            story.body = paragraphs.into_iter().map(Piece::Paragraph).collect();
        }
        story.body.extend(edit.append.map(Piece::Paragraph));
        if let Some(author) = edit.author {
            story.author = author;
        }
        world.touch(number);
        true
    }
    /// Takes an article away: its lists drop it, its address answers as said.
    pub fn withdraw(&self, number: u32, how: Withdrawal) -> bool {
        self.change(number, |story| story.withdrawn = Some(how))
    }
    /// Undoes a withdrawal.
    pub fn restore(&self, number: u32) -> bool {
        self.change(number, |story| story.withdrawn = None)
    }
    /// Takes an article off a section's list; its page stays.
    pub fn unlist(&self, number: u32, section: &str) -> bool {
        self.entry(number, section, |entry| entry.hidden = true)
    }
    /// Keeps an article on top of a section's list, or lets it go.
    pub fn pin(&self, number: u32, section: &str, pinned: bool) -> bool {
        self.entry(number, section, |entry| entry.pinned = pinned)
    }
    /// Makes `path` redirect to the article (301).
    pub fn alias(&self, number: u32, path: &str) -> bool {
        let mut world = lock(&self.world);
        let Some(to) = world.stories.get(&number).map(|story| world.path(story)) else {
            return false;
        };
        world.moved.insert(key(path), (Some(number), to));
        true
    }
    /// Gives an article of a section with readable addresses another one; the old one redirects to
    /// it.
    pub fn rename(&self, number: u32, slug: &str) -> bool {
        let mut world = lock(&self.world);
        let Some(story) = world.stories.get(&number) else { return false };
        let old = world.path(story);
        let Some(story) = world.stories.get_mut(&number) else { return false };
        story.slug = compose::slug(slug);
        let Some(new) =
            world.stories.get(&number).map(|story| world.path(story)).filter(|new| *new != old)
        else {
            return false;
        };
        for (_, to) in world.moved.values_mut().filter(|(_, to)| *to == old) {
            to.clone_from(&new);
        }
        world.moved.insert(key(&old), (Some(number), new));
        world.touch(number);
        true
    }
    /// Lists an article on top of a second section too: under its own address, or under one of that
    /// section that shows it as well.
    pub fn duplicate(&self, number: u32, section: &str, own_address: bool) -> bool {
        let Some(place) = place(section) else { return false };
        let mut world = lock(&self.world);
        let Some(path) = world.stories.get(&number).map(|story| world.path_in(story, place)) else {
            return false;
        };
        let path = (!own_address).then_some(path);
        if let Some(path) = &path {
            world.copies.insert(key(path), (number, path.clone()));
        }
        if let Some(shelf) = world.shelves.get_mut(place) {
            shelf.entries.insert(0, Entry { number, path, hidden: false, pinned: false });
        }
        world.touch(number);
        true
    }
    /// Makes a path (or path and query; `*` at its end fits any rest; `POST ` before it: posts
    /// alone) misbehave, so many times or always.
    pub fn fault(&self, path: &str, fault: Fault, times: Option<u32>) {
        lock(&self.world).faults.push(Armed { path: path.to_owned(), fault, times });
    }
    /// Lets every request wait, from the next one on, until it is let go.
    pub fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }
    /// Ends every fault.
    pub fn mend(&self) {
        lock(&self.world).faults.clear();
    }
    /// Another robots.txt; `None`: 404.
    pub fn robots(&self, text: Option<&str>) {
        lock(&self.world).robots = text.map(str::to_owned);
    }

    fn change(&self, number: u32, change: impl FnOnce(&mut super::story::Story)) -> bool {
        let mut world = lock(&self.world);
        let Some(story) = world.stories.get_mut(&number) else { return false };
        change(story);
        world.touch(number);
        true
    }

    fn entry(&self, number: u32, section: &str, change: impl FnOnce(&mut Entry)) -> bool {
        let mut world = lock(&self.world);
        let Some(entry) = find_entry(&mut world, number, section) else { return false };
        change(entry);
        world.touch(number);
        true
    }
}

fn find_entry<'a>(world: &'a mut World, number: u32, section: &str) -> Option<&'a mut Entry> {
    let shelf = world.shelves.get_mut(place(section)?)?;
    shelf.entries.iter_mut().find(|entry| entry.number == number)
}

fn place(section: &str) -> Option<usize> {
    data().site.sections.iter().position(|one| one.id == section)
}
