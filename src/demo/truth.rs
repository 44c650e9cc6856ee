//! What the portal's pages say, told without the pages: what a reader of them should find.

use url::Url;

use crate::domain::{Precision, Published};

use super::data::data;
use super::paging;
use super::story::{Author, Story, Withdrawal};
use super::world::World;

/// The whole portal at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Every article, by item id.
    pub articles: Vec<Told>,
    /// What each section's listing shows, over all its pages.
    pub sections: Vec<Listed>,
}

/// One section's listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The section's id.
    pub id: String,
    /// Item ids in the list's order.
    pub numbers: Vec<u32>,
    /// How many pages its pager has.
    pub pages: usize,
}

/// One article.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its item id.
    pub number: u32,
    /// Its own address first, then the others that show it or lead to it.
    pub urls: Vec<Url>,
    /// The ids of the sections that list it.
    pub sections: Vec<String>,
    /// The title.
    pub title: String,
    /// The lead.
    pub lead: Option<String>,
    /// Paragraphs, headings, items and rows (cells by tabs) in order, end mark included; no
    /// captions, no signature.
    pub paragraphs: Vec<String>,
    /// Who signs it, and how.
    pub author: Option<Author>,
    /// The date that the page shows.
    pub published: Option<Published>,
    /// The captions in order.
    pub captions: Vec<String>,
    /// The pictures in order.
    pub images: Vec<Url>,
    /// The documents: address and title.
    pub attachments: Vec<(Url, String)>,
    /// How it was withdrawn, if it was.
    pub withdrawn: Option<Withdrawal>,
}

impl Truth {
    /// The article of that item id.
    pub fn article(&self, number: u32) -> Option<&Told> {
        self.articles.iter().find(|told| told.number == number)
    }
    /// The section of that id.
    pub fn section(&self, id: &str) -> Option<&Listed> {
        self.sections.iter().find(|listed| listed.id == id)
    }
}

/// The truth about a world.
pub fn of(world: &World) -> Truth {
    let sections = &data().site.sections;
    let listed: Vec<Listed> = sections
        .iter()
        .enumerate()
        .map(|(n, section)| {
            let numbers: Vec<u32> = world.shown(n).iter().map(|(story, _)| story.number).collect();
            Listed { id: section.id.clone(), pages: paging::pages(section, numbers.len()), numbers }
        })
        .collect();
    let articles = world.stories.values().map(|story| told(world, story, &listed)).collect();
    Truth { articles, sections: listed }
}

fn told(world: &World, story: &Story, listed: &[Listed]) -> Told {
    let mut others: Vec<&String> =
        world.copies.values().filter(|(n, _)| *n == story.number).map(|(_, path)| path).collect();
    others.extend(
        world.moved.iter().filter(|(_, (n, _))| *n == Some(story.number)).map(|(from, _)| from),
    );
    others.sort();
    let mut urls = vec![world.absolute(&world.path(story))];
    urls.extend(others.into_iter().map(|path| world.absolute(path)));
    Told {
        number: story.number,
        urls,
        sections: listed
            .iter()
            .filter(|section| section.numbers.contains(&story.number))
            .map(|section| section.id.clone())
            .collect(),
        title: story.title.clone(),
        lead: story.lead.clone(),
        paragraphs: story.lines(),
        author: story.author.clone(),
        published: story.date.map(|stamp| Published {
            at: stamp.at,
            offset_s: data().words.dates.zone_s,
            precision: if stamp.minute { Precision::Minute } else { Precision::Day },
        }),
        captions: story.captions(),
        images: story.pictures().into_iter().map(|path| world.absolute(path)).collect(),
        attachments: story
            .files
            .iter()
            .map(|paper| (world.absolute(&paper.path), paper.title.clone()))
            .collect(),
        withdrawn: story.withdrawn,
    }
}
