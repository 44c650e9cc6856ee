//! Page to blocks to draft: what a page says, read by its engine's chrome and its portal's profile.
//!
//! Pure and synchronous: no file, no network, no clock of its own. It must never know a site, a language or a selector
//! (those are data in `config/`), never clean or judge what it read, and never name the parser outside of `dom.rs`.

pub mod address;
mod article;
pub mod blocks;
pub mod date;
pub mod decode;
pub mod dom;
pub mod engine;
pub mod error;
mod fields;
pub mod form;
mod frame;
mod head;
mod inline;
mod lines;
pub mod listing;
pub mod pager;
pub mod pattern;
pub mod profile;
pub mod roles;
pub mod sheet;
mod table;
pub mod teaser;
mod text_capture;
pub mod visible;
pub mod vocabulary;
mod words;

pub use error::Error;

use url::Url;

use crate::domain::{Block, Draft, Engine, Fault, Link, Page, Portal};

/// A block's links are no more than this.
const MOST_LINKS: usize = 5_000;

/// What is read: a page's bytes and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The body as it came, codings of the transfer undone.
    pub body: &'a [u8],
    /// The Content-Type field, if any.
    pub content_type: Option<&'a str>,
    /// The page's address, where known.
    pub url: Option<&'a Url>,
    /// The portal profile's name; `None`: the one that fits.
    pub portal: Option<&'a str>,
}

/// What reading an article page brought.
#[derive(Debug)]
pub enum Reading {
    /// What the page says.
    Article(Box<Draft>),
    /// The page is none, and why.
    NoArticle(String),
}

/// A fault of an engine or a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadData {
    /// `engine` or `portal`.
    pub kind: &'static str,
    /// The file's name.
    pub name: String,
    /// What is wrong, by key path.
    pub fault: Fault,
}

/// Engines and profiles compiled; reads any number of pages, from any thread.
#[derive(Debug)]
pub struct Reader {
    engines: Vec<engine::Engine>,
    profiles: Vec<profile::Profile>,
    claims: Vec<sheet::Claim>,
    lists: Vec<vocabulary::Vocabulary>,
    limits: dom::Limits,
}

impl Reader {
    /// Compiles engines and profiles, or gives all their faults.
    pub fn compile(engines: Vec<Engine>, portals: Vec<Portal>) -> Result<Reader, Vec<BadData>> {
        let mut faults = Vec::new();
        let (mut compiled, mut profiles, mut claims, mut lists) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for data in engines {
            let name = data.name.clone();
            match engine::Engine::compile(data) {
                Ok(engine) => compiled.push(engine),
                Err(found) => faults.extend(found.into_iter().map(|fault| BadData { kind: "engine", name: name.clone(), fault })),
            }
        }
        for data in portals {
            let name = data.name.clone();
            claims.push(sheet::Claim::of(&data));
            lists.push(vocabulary::Vocabulary::of(&data));
            match profile::Profile::compile(data) {
                Ok(profile) => profiles.push(profile),
                Err(found) => faults.extend(found.into_iter().map(|fault| BadData { kind: "portal", name: name.clone(), fault })),
            }
        }
        let reader = Reader { engines: compiled, profiles, claims, lists, limits: dom::Limits::default() };
        if faults.is_empty() { Ok(reader) } else { Err(faults) }
    }

    /// The page as blocks with roles; its lists with teasers and pager.
    pub fn segment(&self, view: &View<'_>) -> Result<Page, Error> {
        let asked = self.asked(view)?;
        let html = decode::decode(view.body, view.content_type).text;
        let tree = dom::Tree::parse(&html, &self.limits)?;
        let mut sheet = sheet::Sheet::lay(&tree, &html, view.url, &self.engines, &self.claims, asked);
        let plain = vocabulary::Vocabulary::default();
        let reader = listing::Reader {
            tree: &tree,
            engine: sheet.engine,
            base: &sheet.base,
            hidden: &sheet.hidden,
            words: sheet.portal.and_then(|n| self.lists.get(n)).unwrap_or(&plain),
            forms: sheet.portal.and_then(|n| self.profiles.get(n)).map(|p| &p.dates),
        };
        let mut areas = std::mem::take(&mut sheet.areas);
        let listings = reader.read(&mut areas);
        let blocks = areas.iter().zip(listings).map(|(area, listing)| Block {
            name: area.name.clone(),
            role: area.role,
            text: area.text(&sheet.hidden),
            links: links(area, &sheet),
            listing,
        });
        Ok(Page {
            url: view.url.cloned(),
            engine: sheet.engine.map(|e| e.id().to_owned()),
            portal: sheet.portal.map(|n| self.claims[n].name.clone()),
            blocks: blocks.collect(),
            why: sheet.why,
        })
    }

    /// The page as one article, or why it is none.
    pub fn article(&self, view: &View<'_>) -> Result<Reading, Error> {
        let asked = self.asked(view)?;
        let text = decode::decode(view.body, view.content_type).text;
        if text_capture::is_text(&text, view.content_type) {
            let profiles = self.profiles.iter().enumerate().filter(|(n, _)| asked.is_none_or(|asked| asked == *n));
            let read = profiles.filter_map(|(_, p)| Some(text_capture::read(&text_capture::divide(&text, p)?, p, view.url))).next();
            return Ok(read.unwrap_or_else(|| Reading::NoArticle("a text without the names of an article's blocks".to_owned())));
        }
        let tree = dom::Tree::parse(&text, &self.limits)?;
        let sheet = sheet::Sheet::lay(&tree, &text, view.url, &self.engines, &self.claims, asked);
        let Some(profile) = sheet.portal.and_then(|n| self.profiles.get(n)) else {
            return Ok(Reading::NoArticle("no portal profile fits the page".to_owned()));
        };
        let source = article::Source { profile, engine: sheet.engine, hidden: &sheet.hidden, url: view.url, tree: &tree, areas: &sheet.areas };
        Ok(article::read(&source))
    }

    /// The index of the profile that the caller names.
    fn asked(&self, view: &View<'_>) -> Result<Option<usize>, Error> {
        let index = |name: &str| self.claims.iter().position(|c| c.name == name).ok_or_else(|| Error::UnknownPortal(name.to_owned()));
        view.portal.map(index).transpose()
    }
}

fn links(area: &blocks::Area<'_>, sheet: &sheet::Sheet<'_>) -> Vec<Link> {
    let anchors = area.elements(&sheet.hidden).into_iter().filter(|n| n.is(&["a", "area"]));
    let link = |n: dom::Node<'_>| Some(Link { title: visible::line(n, &sheet.hidden), url: sheet.base.resolve(n.attr("href")?)? });
    anchors.filter_map(link).take(MOST_LINKS).collect()
}

impl Reader {
    /// The version that a profile's file states; 0 for an unknown one.
    pub fn profile_version(&self, name: &str) -> u32 {
        self.profiles.iter().find(|p| p.data.name == name).map_or(0, |p| p.data.version)
    }
}
