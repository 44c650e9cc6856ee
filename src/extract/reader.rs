//! Engines and profiles compiled: the room's one door.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::article::{self, read, source};
use super::blocks::area::Area;
use super::blocks::regions::Regions;
use super::blocks::segment::SegmentedPage;
use super::blocks::text_capture;
use super::budget::{Budget, Limits};
use super::error::Error;
use super::html::dom::{Node, Tree};
use super::html::strip::StrippedPage;
use super::html::visible;
use super::lists::{listing, pager};
use super::page::fingerprint;
use super::page::head::Head;
use super::page::legacy_fonts::LegacyFonts;
use super::page::source::PageText;
use super::rules::choice::Candidates;
use super::rules::engine::Engine;
use super::rules::list_words::Vocabulary;
use super::rules::profile::Profile;
use super::rules::signatures::Marks;
use super::view::{Change, Reading, View};
use crate::domain::{Anchor, Block, Fingerprint, Page, Trace, Way};
use crate::text::blank;

/// A block's links are no more than this.
const MOST_LINKS: usize = 5_000;

/// Engines and profiles compiled; reads any number of pages, from any thread.
#[derive(Debug)]
pub struct Reader {
    pub(super) engines: Vec<Engine>,
    /// Of engines that name their blocks.
    pub(super) marks: Marks,
    /// Of engines whose pages are read as wholes.
    pub(super) marks_at_large: Marks,
    pub(super) letters: LegacyFonts,
    pub(super) profiles: Vec<Profile>,
    /// By the site's id.
    pub(super) sites: HashMap<String, Own>,
    pub(super) no_words: Vocabulary,
    pub(super) limits: Limits,
    pub(super) probes: Vec<String>,
    pub(super) digest: u64,
}

/// What a site is read by that has rules of its own.
#[derive(Debug)]
pub(super) struct Own {
    pub profiles: Vec<Profile>,
    pub digest: u64,
}

impl Reader {
    /// The profiles that a page may be read by: its site's own, if that has rules of its own over
    /// the one that is asked for.
    pub(super) fn profiles(&self, view: &View<'_>) -> &[Profile] {
        let own = view.site.and_then(|site| self.sites.get(site)).map(|own| &own.profiles);
        let has = |profiles: &&Vec<Profile>| {
            view.portal.is_none_or(|name| profiles.iter().any(|p| p.data.name == name))
        };
        own.filter(has).unwrap_or(&self.profiles)
    }

    /// The same reader with these limits a page.
    pub fn within(self, limits: Limits) -> Reader {
        Reader { limits, ..self }
    }

    /// Begins a page's account.
    pub fn begin(&self) -> Budget {
        Budget::begin(self.limits)
    }

    /// The page as blocks with roles; its lists with teasers and pager.
    ///
    /// # Errors
    /// The page is over a bound, or the profile that the caller names does not exist.
    pub fn segment(&self, view: &View<'_>) -> Result<Page, Error> {
        self.segment_within(view, &self.begin())
    }

    /// The same on an account that was begun.
    ///
    /// # Errors
    /// The page is over a bound, or the profile that the caller names does not exist.
    pub fn segment_within(&self, view: &View<'_>, budget: &Budget) -> Result<Page, Error> {
        let asked = self.asked(view)?;
        let PageText { text, plain, letters } = PageText::of(view, &self.letters, budget);
        budget.check()?;
        if plain {
            return Ok(self.capture(&text, view, asked));
        }
        // A pager's forms need the values of their inputs: the page stays whole.
        let page = StrippedPage { text: text.as_ref().into(), silent: Vec::new() };
        let tree = Tree::parse(&page.text, budget)?;
        let known = self.known(view);
        let mut segmented = SegmentedPage::lay(&tree, &page, view.url, known, asked);
        let mut areas = std::mem::take(&mut segmented.areas);
        budget.check()?;
        let regions = Regions::of(&tree, segmented.engine, &areas);
        budget.check()?;
        let listings = self.lister(&segmented, &regions, known.profiles).read(&mut areas);
        budget.check()?;
        let block = |(area, listing): (&Area<'_>, _)| {
            budget.check()?;
            let (text, links) = (area.text(&segmented.hidden), links(area, &segmented));
            Ok(Block { name: area.name.clone(), role: area.role, text, links, listing })
        };
        let blocks = areas.iter().zip(listings).map(block).collect::<Result<_, Error>>()?;
        Ok(Page {
            url: view.url.cloned(),
            engine: segmented.engine.map(|e| e.id().to_owned()),
            portal: segmented.portal.map(|n| known.profiles[n].data.name.clone()),
            blocks,
            why: segmented
                .why
                .into_iter()
                .chain(letters.map(|table| format!("letters {table}: old letters were converted")))
                .collect(),
            way: Way::Whole,
        })
    }

    /// What the lists of a page are read with; a page that no profile fits is read with a general
    /// one's words and dates.
    fn lister<'r>(
        &'r self,
        segmented: &'r SegmentedPage<'r>,
        regions: &'r Regions,
        profiles: &'r [Profile],
    ) -> listing::Reader<'r> {
        let profile = match segmented.portal {
            Some(n) => profiles.get(n),
            None => profiles.iter().find(|profile| profile.data.general),
        };
        let profile = profile.map(|profile| profile.spoken(|| language(segmented.tree)));
        listing::Reader {
            pager: pager::Reader {
                tree: segmented.tree,
                engine: segmented.engine,
                base: &segmented.base,
                hidden: &segmented.hidden,
                words: profile.map_or(&self.no_words, |profile| &profile.lists),
            },
            forms: profile.map(|profile| &*profile.dates),
            regions,
            most: self.limits.links,
        }
    }

    /// A text capture as blocks: the first profile that knows a name in it.
    fn capture(&self, text: &str, view: &View<'_>, asked: Option<usize>) -> Page {
        let mut profiles = self.candidates(view, asked);
        let found = profiles.find_map(|p| Some((p, text_capture::divide(text, p)?)));
        let (portal, sections) = found.map_or((None, Vec::new()), |(profile, sections)| {
            (Some(profile.data.name.clone()), sections)
        });
        let block = |s: text_capture::Section<'_>| Block {
            name: blank::settle(s.name),
            role: s.role,
            text: s.lines.iter().map(|l| blank::settle(l)).collect::<Vec<_>>().join("\n"),
            links: Vec::new(),
            listing: None,
        };
        let why = vec!["a text capture: blocks are told by their names alone".to_owned()];
        Page {
            url: view.url.cloned(),
            engine: None,
            portal,
            why,
            way: Way::Whole,
            blocks: sections.into_iter().map(block).collect(),
        }
    }

    /// The page as one article, or why it is none.
    ///
    /// # Errors
    /// The page is over a bound, or the profile that the caller names does not exist.
    pub fn article(&self, view: &View<'_>) -> Result<Reading, Error> {
        self.article_within(view, &self.begin())
    }

    /// The page as one article on an account that was begun, and that the caller goes on with.
    ///
    /// # Errors
    /// The page is over a bound, or the profile that the caller names does not exist.
    pub fn article_within(&self, view: &View<'_>, budget: &Budget) -> Result<Reading, Error> {
        let asked = self.asked(view)?;
        let PageText { text, plain, letters } = PageText::of(view, &self.letters, budget);
        budget.check()?;
        let reading = if plain {
            self.captured(&text, view, asked)
        } else {
            self.scanned(&text, view, asked, budget)
                .or_else(|_| self.whole(&text, view, asked, budget))?
        };
        budget.check()?;
        Ok(told(reading, letters, view))
    }

    /// The profiles that a text capture may be of: the one that is asked for, else all.
    fn candidates(&self, view: &View<'_>, asked: Option<usize>) -> impl Iterator<Item = &Profile> {
        let numbered = self.profiles(view).iter().enumerate();
        numbered.filter(move |(n, _)| asked.is_none_or(|asked| asked == *n)).map(|(_, p)| p)
    }

    /// A text capture as one article.
    fn captured(&self, text: &str, view: &View<'_>, asked: Option<usize>) -> Reading {
        let read = self.candidates(view, asked).find_map(|p| {
            Some(article::text_capture::read(&text_capture::divide(text, p)?, p, view))
        });
        read.unwrap_or_else(|| {
            Reading::NoArticle("a text without the names of an article's blocks".to_owned())
        })
    }

    /// The page as one article by a tree of all of it.
    pub(super) fn whole(
        &self,
        text: &str,
        view: &View<'_>,
        asked: Option<usize>,
        budget: &Budget,
    ) -> Result<Reading, Error> {
        budget.check()?;
        let page = StrippedPage::of(text);
        budget.check()?;
        let tree = Tree::parse(&page.text, budget)?;
        let known = self.known(view);
        let segmented = SegmentedPage::lay(&tree, &page, view.url, known, asked);
        budget.check()?;
        let Some(profile) = segmented.portal.and_then(|n| known.profiles.get(n)) else {
            return Ok(Reading::NoArticle("no portal profile fits the page".to_owned()));
        };
        let source = source::Source {
            profile: profile.spoken(|| language(&tree)).on(segmented.engine),
            engine: segmented.engine,
            hidden: &segmented.hidden,
            url: view.url,
            silent: &page.silent,
            tree: &tree,
            areas: &segmented.areas,
            teaser: view.teaser,
            habits: view.habits,
            explain: view.explain,
        };
        Ok(read::read(&source))
    }

    pub(super) fn known(&self, view: &View<'_>) -> Candidates<'_> {
        Candidates {
            engines: &self.engines,
            marks: [&self.marks, &self.marks_at_large],
            profiles: self.profiles(view),
        }
    }

    /// The index of the profile that the caller names.
    pub(super) fn asked(&self, view: &View<'_>) -> Result<Option<usize>, Error> {
        let index = |name: &str| {
            self.profiles(view)
                .iter()
                .position(|profile| profile.data.name == name)
                .ok_or_else(|| Error::UnknownPortal { name: name.to_owned(), known: self.names() })
        };
        view.portal.map(index).transpose()
    }

    /// The names of the profiles.
    fn names(&self) -> String {
        let names: Vec<&str> = self.profiles.iter().map(|p| p.data.name.as_str()).collect();
        names.join(", ")
    }
}

/// A reading that says by which table its page's letters were converted.
pub(super) fn told(mut reading: Reading, letters: Option<String>, view: &View<'_>) -> Reading {
    if let (Reading::Article(draft), Some(table)) = (&mut reading, letters) {
        if view.explain {
            let rule = format!("old letters of the page converted by the table {table}").into();
            draft.trace.push(Trace {
                field: "letters",
                block: "".into(),
                rule,
                text: String::new(),
            });
        }
        draft.letters = Some(table);
    }
    reading
}

fn links(area: &Area<'_>, segmented: &SegmentedPage<'_>) -> Vec<Anchor> {
    let anchors = area.elements(&segmented.hidden).into_iter().filter(|n| n.is(&["a", "area"]));
    let link = |n: Node<'_>| {
        Some(Anchor {
            title: visible::line(n, &segmented.hidden),
            url: segmented.base.resolve(n.attr("href")?)?,
        })
    };
    anchors.filter_map(link).take(MOST_LINKS).collect()
}

/// The language that a page says of itself.
fn language(tree: &Tree) -> Option<String> {
    Head::of(tree).spoken()
}

impl Reader {
    /// Tells what a site's pages are read with under these circumstances from anything else.
    pub fn digest_with(&self, site: &str, circumstances: &str) -> u64 {
        let own = self.sites.get(site).map_or(0, |own| own.digest);
        xxh3_64_with_seed(circumstances.as_bytes(), self.digest ^ own)
    }

    /// The fingerprint of a page; `None` if its bytes are not plainly text.
    pub fn fingerprint(&self, view: &View<'_>) -> Option<Fingerprint> {
        fingerprint::of(std::str::from_utf8(view.body).ok()?)
    }

    /// The step of the ladder by which a page equals a known one that differs in digits alone, such
    /// as those of a visitor counter in the footer. The step that leaves out the last text with
    /// digits sees both as equal; the page is then read once more with other digits there, and the
    /// step holds only if the same teasers come out. It leaves out at least what `least` does.
    pub fn loosened(
        &self,
        view: &View<'_>,
        change: Change<'_>,
        page: &Page,
        budget: &Budget,
    ) -> Option<u8> {
        let step = fingerprint::step(change.known, change.now, change.least)?;
        let other = fingerprint::with_other_digits(std::str::from_utf8(view.body).ok()?, step)?;
        let again = self.segment_within(&View { body: other.as_bytes(), ..*view }, budget).ok()?;
        // A counter in a lead is as little a change of the list as one in the footer.
        let lists = |page: &Page| {
            let mut lists: Vec<_> =
                page.blocks.iter().filter_map(|block| block.listing.clone()).collect();
            lists.iter_mut().flat_map(|list| &mut list.teasers).for_each(|t| t.lead = None);
            lists
        };
        (lists(page) == lists(&again)).then_some(step)
    }

    /// What records call the profile of that name by which a site is read: name and version, and
    /// of a site's own rules their digest; version 0 for one that is not known.
    pub fn profile_mark(&self, site: &str, name: &str) -> String {
        let own = self.sites.get(site).map_or(&[][..], |own| &own.profiles);
        let mut known = own.iter().chain(&self.profiles);
        known.find(|p| p.data.name == name).map_or_else(|| format!("{name} 0"), Profile::mark)
    }
}
