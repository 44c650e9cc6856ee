//! Which blocks of a page are its lists, by name first, else by what they hold; and what their
//! items and pagers say.

use std::collections::HashSet;

use super::pager;
use super::teasers::{self, Item};
use crate::domain::{Listing, PageRequest, Role};
use crate::extract::blocks::area::Area;
use crate::extract::blocks::regions::Regions;
use crate::extract::html::dom::Node;
use crate::extract::html::visible;
use crate::extract::rules::dates::Forms;
use crate::extract::rules::list_words::bare;

/// Another list counts beside the best one from this share of its worth on.
const BESIDE_BEST: f64 = 0.4;

/// What a page's lists are read with.
#[derive(Clone, Copy)]
pub struct Reader<'r> {
    /// The page and its pagers.
    pub pager: pager::Reader<'r>,
    /// How dates are written; `None` without a profile.
    pub forms: Option<&'r Forms>,
    /// Where the main part and the menus are.
    pub regions: &'r Regions,
    /// Items of a list.
    pub most: usize,
}

impl<'r> Reader<'r> {
    /// Gives the blocks that no name gave a role one by their content; the lists' content, block by
    /// block.
    pub fn read(&self, areas: &mut Vec<Area<'r>>) -> Vec<Option<Listing>> {
        self.roles_by_heading(areas);
        let named = areas.iter().any(|a| matches!(a.role, Role::Listing));
        // A page with both of an article's blocks is an article: lists beside them are not its
        // matter.
        let article = [Role::Toolbar, Role::ViewData]
            .iter()
            .all(|role| areas.iter().any(|a| a.role == *role));
        if !named && !article {
            self.choose(areas);
        }
        let mut listings: Vec<Option<Listing>> =
            areas.iter().map(|a| (a.role == Role::Listing).then(|| self.listing(a))).collect();
        let lists = || listings.iter().flatten();
        if lists().count() > 0 && lists().all(|l| l.next.is_none()) {
            let best = (0..listings.len()).filter(|n| listings[*n].is_some()).max_by_key(|n| {
                (listings[*n].as_ref().map_or(0, |l| l.teasers.len()), usize::MAX - n)
            });
            if let Some(list) = best.and_then(|n| listings[n].as_mut()) {
                list.next = self.next_outside(areas);
            }
        }
        listings
    }

    fn items(&self) -> teasers::Reader<'r> {
        let pager::Reader { base, hidden, words, .. } = self.pager;
        teasers::Reader { base, hidden, words, forms: self.forms, most: self.most }
    }

    fn listing(&self, area: &Area<'r>) -> Listing {
        let items = if self.says_empty(area) { Vec::new() } else { self.items().items(area, true) };
        Listing {
            next: self.next_page(area, &items),
            teasers: items.into_iter().map(|i| i.teaser).collect(),
        }
    }

    /// The pager of a block: what stands in it beside the items.
    fn next_page(&self, area: &Area<'r>, items: &[Item<'r>]) -> Option<PageRequest> {
        let inside: HashSet<usize> = items
            .iter()
            .flat_map(|i| &i.nodes)
            .flat_map(|n| std::iter::once(*n).chain(n.descendants()))
            .map(|n| n.key())
            .collect();
        let elements: Vec<Node<'r>> = area
            .elements(self.pager.hidden)
            .into_iter()
            .filter(|n| *n != area.node && !inside.contains(&n.key()))
            .collect();
        self.pager.next(&elements)
    }

    /// A pager that stands outside of every block that has a role, and outside of menus.
    fn next_outside(&self, areas: &[Area<'r>]) -> Option<PageRequest> {
        let taken: HashSet<usize> =
            areas.iter().filter(|a| a.role != Role::Other).map(|a| a.node.key()).collect();
        let mut elements = Vec::new();
        self.pager.tree.root().walk(|n, step| {
            let menu = self.regions.is_menu(n) && !n.is(&["nav"]);
            let gone = n.text().is_some() || (n.name().is_some() && self.pager.hidden.hides(n));
            let open = !gone && !menu && !taken.contains(&n.key());
            if open && step == crate::extract::html::dom::Step::Enter && n.name().is_some() {
                elements.push(n);
            }
            open
        });
        self.pager.next(&elements).or_else(|| self.pager.announced())
    }

    fn says_empty(&self, area: &Area<'r>) -> bool {
        area.text(self.pager.hidden).lines().any(|l| self.pager.words.is_empty(l))
    }

    /// Related and most-read lists and menus are known by their headings and by the engine's
    /// regions.
    fn roles_by_heading(&self, areas: &mut [Area<'r>]) {
        for area in areas.iter_mut().filter(|a| a.role == Role::Other) {
            let first = area.text(self.pager.hidden).lines().next().unwrap_or_default().to_owned();
            let heading = |fits: &dyn Fn(&str) -> bool| fits(&area.name) || fits(&first);
            if heading(&|h| self.pager.words.is_most_read(h)) {
                area.role = Role::MostRead;
            } else if heading(&|h| self.pager.words.is_related(h)) {
                area.role = Role::Related;
            } else if self.regions.in_menu(area.node) {
                area.role = Role::Navigation;
            }
        }
    }

    /// Makes the page's lists out of the blocks that are worth most.
    fn choose(&self, areas: &mut Vec<Area<'r>>) {
        let open: Vec<usize> = (0..areas.len()).filter(|n| areas[*n].role == Role::Other).collect();
        let empty: Vec<usize> =
            open.iter().copied().filter(|n| self.says_empty(&areas[*n])).collect();
        if !empty.is_empty() {
            empty.iter().for_each(|n| areas[*n].role = Role::Listing);
            return;
        }
        let title = self.page_title();
        // Where the regions says what the main part is, a list beside it is a side box, even if the
        // main part has none.
        let worths = open.iter().filter_map(|n| Some((*n, self.worth(&areas[*n], &title)?)));
        let worths: Vec<(usize, f64)> = worths
            .filter(|(n, _)| !self.regions.has_main() || self.regions.in_main(areas[*n].node))
            .collect();
        if let Some(best) = worths.iter().map(|(_, value)| *value).max_by(f64::total_cmp) {
            let beside = worths.iter().filter(|(_, value)| *value >= best * BESIDE_BEST);
            beside.for_each(|(n, _)| areas[*n].role = Role::Listing);
        } else if let Some(mut rest) =
            self.rest(areas).filter(|rest| self.worth(rest, &title).is_some())
        {
            rest.role = Role::Listing;
            areas.push(rest);
        }
    }

    /// What of the page's main part stands in no block: a list may be part of the layout itself.
    fn rest(&self, areas: &[Area<'r>]) -> Option<Area<'r>> {
        let all = || self.pager.tree.root().descendants();
        let main =
            all().find(|n| self.regions.is_main(*n)).or_else(|| all().find(|n| n.is(&["body"])))?;
        let mut rest = Area::new(main);
        rest.holes = areas.iter().map(|a| a.node.key()).collect();
        rest.holes.extend(
            main.descendants()
                .filter(|n| n.is(&["header", "footer"]) || self.regions.is_menu(*n))
                .map(|n| n.key()),
        );
        areas.iter().all(|a| a.node != main).then_some(rest)
    }

    /// What a block is worth as a list: many items, dated, with pictures or summaries, in the main
    /// part, under the page's title.
    fn worth(&self, area: &Area<'r>, title: &str) -> Option<f64> {
        let titled = self.titled(area, title) || self.paged(area);
        let main = self.regions.in_main(area.node);
        let items = self.items().items(area, titled && main);
        let own = items.iter().filter(|i| self.pager.base.is_own(&i.teaser.url)).count();
        if items.is_empty() || own * 2 < items.len() {
            return None;
        }
        let share = |fits: &dyn Fn(&Item<'r>) -> bool| {
            items.iter().filter(|i| fits(i)).count() as f64 / items.len() as f64
        };
        let (dated, pictured, told) =
            (share(&|i| i.dated), share(&|i| i.teaser.image.is_some()), share(&|i| i.beside >= 40));
        let letters = items.iter().map(|i| i.teaser.title.chars().count().min(60)).sum::<usize>()
            as f64
            / items.len() as f64;
        let covered = items
            .iter()
            .flat_map(|i| &i.nodes)
            .map(|n| teasers::letters(*n, self.pager.hidden))
            .sum::<usize>() as f64;
        let all = teasers::letters(area.node, self.pager.hidden).max(1) as f64;
        let rich = dated + 0.5 * pictured + told;
        // The last page of a list may hold a single item: its heading and its date must speak for
        // it.
        let last = items.len() == 1 && titled && main && (rich > 0.0 || self.paged(area));
        if items.len() == 1 && !last && (dated == 0.0 || pictured + told == 0.0) {
            return None;
        }
        // Running text with links in it is no list, and a menu is none either: short words without
        // anything beside them.
        let menu = !last
            && rich < 0.3
            && (letters < 20.0 || items.len() < if main || titled { 3 } else { 5 });
        if menu || (!last && covered / all < 0.25 && rich < 0.5) {
            // Rows of links with a label each, such as agendas by day, are a list for want of a
            // better one.
            let labelled = share(&|i| i.beside >= 8);
            return (labelled >= 0.5 && items.len() >= 3).then_some(0.001 * items.len() as f64);
        }
        let mut value = (items.len().min(30) as f64)
            * (0.3 + 2.0 * dated + 0.7 * pictured + told)
            * (0.2 + letters / 60.0)
            * (covered / all).max(0.2);
        let pager = self.next_page(area, &items).is_some();
        for (holds, factor) in [(main, 3.0), (pager, 3.0), (titled, 3.0)] {
            value *= if holds { factor } else { 1.0 };
        }
        Some(value)
    }

    /// Whether a pager turns back from here.
    fn paged(&self, area: &Area<'r>) -> bool {
        let links = area
            .elements(self.pager.hidden)
            .into_iter()
            .filter(|n| n.is(&["a"]) && n.attr("href").is_some());
        let texts: Vec<String> = links.map(|n| visible::line(n, self.pager.hidden)).collect();
        texts.iter().any(|t| t == "1") && texts.iter().any(|t| t == "2")
            || texts.iter().any(|t| self.pager.words.is_previous(t))
    }

    /// The page's title, as headings are compared.
    fn page_title(&self) -> String {
        let title = self.pager.tree.root().descendants().find(|n| n.is(&["title"]));
        bare(
            &title
                .into_iter()
                .flat_map(|t| t.descendants())
                .filter_map(|n| n.text())
                .collect::<String>(),
        )
    }

    /// Whether a heading of the block stands in the page's own title.
    fn titled(&self, area: &Area<'r>, title: &str) -> bool {
        let headings = area
            .elements(self.pager.hidden)
            .into_iter()
            .filter(|n| n.is(&["h1", "h2", "h3", "h4"]))
            .take(3);
        let first = area.text(self.pager.hidden).lines().next().unwrap_or_default().to_owned();
        let mut headings = headings
            .map(|n| visible::line(n, self.pager.hidden))
            .chain([area.name.clone(), first])
            .map(|h| bare(&h));
        headings.any(|h| h.chars().count() >= 4 && title.contains(&h))
    }
}
