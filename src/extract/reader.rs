//! Engines and profiles compiled: the room's one door.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

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
use super::page::source::PageText;
use super::rules::choice::{Candidates, ProfileMatch};
use super::rules::engine::Engine;
use super::rules::list_words::Vocabulary;
use super::rules::profile::Profile;
use super::rules::signatures::Marks;
use super::view::{BadData, Reading, View};
use crate::domain as data;
use crate::domain::{Anchor, Block, Fingerprint, Page, Trace, Way};
use crate::text::blank;

/// A block's links are no more than this.
const MOST_LINKS: usize = 5_000;

/// Engines and profiles compiled; reads any number of pages, from any thread.
#[derive(Debug)]
pub struct Reader {
    pub(super) engines: Vec<Engine>,
    marks: Marks,
    pub(super) profiles: Vec<Profile>,
    pub(super) profile_matches: Vec<ProfileMatch>,
    words: Vec<Vocabulary>,
    no_words: Vocabulary,
    limits: Limits,
    pub(super) probes: Vec<String>,
    digest: u64,
}

impl Reader {
    /// Compiles engines and profiles, or gives all their faults.
    pub fn compile(
        engines: Vec<data::Engine>,
        portals: Vec<data::Portal>,
    ) -> Result<Reader, Vec<BadData>> {
        let mut faults = Vec::new();
        let digest =
            xxh3_64(format!("{} {engines:?} {portals:?}", env!("CARGO_PKG_VERSION")).as_bytes());
        let (mut compiled, mut profiles, mut profile_matches, mut words) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for data in engines {
            let name = data.name.clone();
            match Engine::compile(data) {
                Ok(engine) => compiled.push(engine),
                Err(found) => faults.extend(found.into_iter().map(|fault| BadData {
                    kind: "engine",
                    name: name.clone(),
                    fault,
                })),
            }
        }
        for data in portals {
            let name = data.name.clone();
            profile_matches.push(ProfileMatch::of(&data));
            words.push(Vocabulary::of(&data));
            match Profile::compile(data) {
                Ok(profile) => profiles.push(profile),
                Err(found) => faults.extend(found.into_iter().map(|fault| BadData {
                    kind: "portal",
                    name: name.clone(),
                    fault,
                })),
            }
        }
        let marks =
            Marks::compile(compiled.iter().map(|engine| (engine.threshold(), engine.marks())));
        let probes = super::blocks::in_outline::probes(&compiled);
        let reader = Reader {
            engines: compiled,
            probes,
            marks,
            profiles,
            profile_matches,
            words,
            no_words: Vocabulary::default(),
            limits: Limits::default(),
            digest,
        };
        if faults.is_empty() { Ok(reader) } else { Err(faults) }
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
    pub fn segment(&self, view: &View<'_>) -> Result<Page, Error> {
        self.segment_within(view, &self.begin())
    }

    /// The same on an account that was begun.
    pub fn segment_within(&self, view: &View<'_>, budget: &Budget) -> Result<Page, Error> {
        let asked = self.asked(view)?;
        let PageText { text, plain, letters } = PageText::of(view, budget);
        budget.check()?;
        if plain {
            return Ok(self.capture(&text, view, asked));
        }
        // A pager's forms need the values of their inputs: the page stays whole.
        let page = StrippedPage { text: text.as_ref().into(), silent: Vec::new() };
        let tree = Tree::parse(&page.text, budget)?;
        let mut segmented = SegmentedPage::lay(&tree, &page, view.url, self.known(), asked);
        let mut areas = std::mem::take(&mut segmented.areas);
        budget.check()?;
        let regions = Regions::of(&tree, segmented.engine, &areas);
        budget.check()?;
        let listings = self.lister(&segmented, &regions).read(&mut areas);
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
            portal: segmented.portal.map(|n| self.profile_matches[n].name.clone()),
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
    ) -> listing::Reader<'r> {
        let words =
            segmented.portal.or_else(|| self.profile_matches.iter().position(|c| c.general));
        listing::Reader {
            pager: pager::Reader {
                tree: segmented.tree,
                engine: segmented.engine,
                base: &segmented.base,
                hidden: &segmented.hidden,
                words: words.and_then(|n| self.words.get(n)).unwrap_or(&self.no_words),
            },
            forms: words.and_then(|n| self.profiles.get(n)).map(|p| &p.dates),
            regions,
            most: self.limits.links,
        }
    }

    /// A text capture as blocks: the first profile that knows a name in it.
    fn capture(&self, text: &str, view: &View<'_>, asked: Option<usize>) -> Page {
        let profiles =
            self.profiles.iter().enumerate().filter(|(n, _)| asked.is_none_or(|asked| asked == *n));
        let found = profiles.filter_map(|(n, p)| Some((n, text_capture::divide(text, p)?))).next();
        let (portal, sections) = found.map_or((None, Vec::new()), |(n, sections)| {
            (Some(self.profile_matches[n].name.clone()), sections)
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
    pub fn article(&self, view: &View<'_>) -> Result<Reading, Error> {
        self.article_within(view, &self.begin())
    }

    /// The page as one article on an account that was begun, and that the caller goes on with.
    pub fn article_within(&self, view: &View<'_>, budget: &Budget) -> Result<Reading, Error> {
        let asked = self.asked(view)?;
        let PageText { text, plain, letters } = PageText::of(view, budget);
        budget.check()?;
        let reading = if plain {
            self.captured(&text, view, asked)
        } else {
            self.scanned(&text, view, asked, budget)
                .or_else(|_| self.whole(&text, view, asked, budget))?
        };
        budget.check()?;
        Ok(told(reading, letters))
    }

    /// A text capture as one article.
    fn captured(&self, text: &str, view: &View<'_>, asked: Option<usize>) -> Reading {
        let profiles =
            self.profiles.iter().enumerate().filter(|(n, _)| asked.is_none_or(|asked| asked == *n));
        let read = profiles
            .filter_map(|(_, p)| {
                Some(article::text_capture::read(&text_capture::divide(text, p)?, p, view.url))
            })
            .next();
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
        let segmented = SegmentedPage::lay(&tree, &page, view.url, self.known(), asked);
        budget.check()?;
        let Some(profile) = segmented.portal.and_then(|n| self.profiles.get(n)) else {
            return Ok(Reading::NoArticle("no portal profile fits the page".to_owned()));
        };
        let source = source::Source {
            profile,
            engine: segmented.engine,
            hidden: &segmented.hidden,
            url: view.url,
            tree: &tree,
            areas: &segmented.areas,
        };
        Ok(read::read(&source))
    }

    pub(super) fn known(&self) -> Candidates<'_> {
        Candidates {
            engines: &self.engines,
            marks: &self.marks,
            profile_matches: &self.profile_matches,
        }
    }

    /// The index of the profile that the caller names.
    pub(super) fn asked(&self, view: &View<'_>) -> Result<Option<usize>, Error> {
        let index = |name: &str| {
            self.profile_matches
                .iter()
                .position(|c| c.name == name)
                .ok_or_else(|| Error::UnknownPortal { name: name.to_owned(), known: self.names() })
        };
        view.portal.map(index).transpose()
    }

    /// The names of the profiles.
    fn names(&self) -> String {
        let names: Vec<&str> = self.profile_matches.iter().map(|c| c.name.as_str()).collect();
        names.join(", ")
    }
}

/// A reading that says by which table its page's letters were converted.
pub(super) fn told(mut reading: Reading, letters: Option<&'static str>) -> Reading {
    if let (Reading::Article(draft), Some(table)) = (&mut reading, letters) {
        draft.letters = Some(table.to_owned());
        let rule = format!("old letters of the page converted by the table {table}");
        draft.trace.push(Trace {
            field: "letters",
            block: "".into(),
            rule: rule.into(),
            text: String::new(),
        });
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

impl Reader {
    /// Tells what is read with one reader under these circumstances from anything else.
    pub fn digest_with(&self, circumstances: &str) -> u64 {
        xxh3_64_with_seed(circumstances.as_bytes(), self.digest)
    }

    /// The fingerprint of a page; `None` if its bytes are not plainly text.
    pub fn fingerprint(&self, view: &View<'_>) -> Option<Fingerprint> {
        fingerprint::of(std::str::from_utf8(view.body).ok()?)
    }

    /// The step of the ladder by which a page equals a known one that differs in digits alone, such
    /// as those of a visitor counter in the footer. The step that leaves out the last text with digits
    /// sees both as equal; the page is then read once more with other digits there, and the step
    /// holds only if the same teasers come out. It leaves out at least what `least` does.
    pub fn loosened(
        &self,
        view: &View<'_>,
        known: &Fingerprint,
        now: &Fingerprint,
        least: u8,
        page: &Page,
        budget: &Budget,
    ) -> Option<u8> {
        let step = fingerprint::step(known, now, least)?;
        let other = fingerprint::with_other_digits(std::str::from_utf8(view.body).ok()?, step)?;
        let again = self.segment_within(&View { body: other.as_bytes(), ..*view }, budget).ok()?;
        let lists = |page: &Page| {
            page.blocks.iter().filter_map(|block| block.listing.clone()).collect::<Vec<_>>()
        };
        (lists(page) == lists(&again)).then_some(step)
    }

    /// The version that a profile's file states; 0 for an unknown one.
    pub fn profile_version(&self, name: &str) -> u32 {
        self.profiles.iter().find(|p| p.data.name == name).map_or(0, |p| p.data.version)
    }
}
