//! A section's listing: which articles a request shows, its teasers and its pager.

use super::compose::written;
use super::data::{self, Pager, Section, data, piece, skin, word};
use super::page::Sheet;
use super::paging::{numbers, pages, path};
use super::part::{Part, escape, fill, with_text};
use super::postback::State;
use super::story::Story;
use super::wire::Request;
use super::world::World;

/// A stretch of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The section's place.
    pub section: usize,
    /// Where it begins.
    pub start: usize,
    /// Which page that is, from 1.
    pub page: usize,
}

/// The stretch that a request asks for, by address alone; a listing by post is turned elsewhere.
pub fn find(world: &World, request: &Request) -> Option<Stretch> {
    let sections = &data().site.sections;
    let asked = request.path();
    for (place, section) in sections.iter().enumerate() {
        let first = path(section);
        if !asked.starts_with(&first) {
            continue;
        }
        let shown = world.shown(place);
        let last = pages(section, shown.len());
        let at = |page: usize| {
            Some(Stretch { section: place, start: (page - 1) * section.per_page, page })
        };
        if asked == first {
            return match section.pager {
                // Past the end this kind shows its last page again.
                Pager::Query => at(request
                    .query("page")
                    .and_then(|page| page.parse().ok())
                    .unwrap_or(1)
                    .clamp(1, last)),
                Pager::Word => {
                    let after = request.query("tu").and_then(|number| number.parse::<u32>().ok());
                    // A cursor whose article is gone stands where it stood.
                    let older = |number: u32| {
                        shown.iter().filter(|(story, _)| story.number > number).count()
                    };
                    let place_of = |number: u32| {
                        shown.iter().position(|(story, _)| story.number == number).map(|n| n + 1)
                    };
                    let start =
                        after.map_or(0, |number| place_of(number).unwrap_or_else(|| older(number)));
                    Some(Stretch {
                        section: place,
                        start,
                        page: start / section.per_page.max(1) + 1,
                    })
                }
                _ => at(1),
            };
        }
        if section.pager == Pager::Path
            && let Some(page) = asked
                .strip_prefix(&format!("{first}/trang-"))
                .and_then(|page| page.parse::<usize>().ok())
        {
            return if (1..=last).contains(&page) { at(page) } else { None };
        }
    }
    None
}

/// The page of a stretch.
pub fn sheet(world: &World, stretch: Stretch, session: Option<&str>) -> Option<Sheet> {
    let section = data().site.sections.get(stretch.section)?;
    let shown = world.shown(stretch.section);
    let here: Vec<&(&Story, String)> =
        shown.iter().skip(stretch.start).take(section.per_page).collect();
    let items: String = here.iter().map(|(story, path)| teaser(world, story, path)).collect();
    let last = here
        .last()
        .map(|(story, _)| story.number)
        .filter(|_| stretch.start + here.len() < shown.len());
    let list = if here.is_empty() { with_text(piece("empty"), word("empty")) } else { items };
    let pager = pager(section, stretch, pages(section, shown.len()), last);
    let inner = fill(skin(world.options.skin, "list"), &[("items", &list), ("pager", &pager)]);
    let state = (section.pager == Pager::Postback).then(|| State {
        section: stretch.section,
        page: stretch.page,
        nonce: world.served,
        session: session.unwrap_or_default().to_owned(),
    });
    let title = format!("{} - {}", section.title, data().site.title);
    Some(Sheet {
        title,
        head: String::new(),
        action: path(section),
        main: vec![Part::new("list", inner)],
        state,
    })
}

fn teaser(world: &World, story: &Story, path: &str) -> String {
    let url = escape(path);
    let date =
        story.date.map(|stamp| written(stamp.at, &data().words.dates.teaser)).unwrap_or_default();
    let picture = story
        .pictures()
        .first()
        .map(|src| fill(piece("teaser_picture"), &[("url", &url), ("src", src)]))
        .unwrap_or_default();
    let lead = escape(story.lead.as_deref().unwrap_or_default());
    let values = [
        ("url", url.as_str()),
        ("title", &escape(&story.title)),
        ("date", &date),
        ("picture", &picture),
        ("lead", &lead),
    ];
    fill(skin(world.options.skin, "teaser"), &values)
}

fn pager(section: &Section, stretch: Stretch, pages: usize, last: Option<u32>) -> String {
    if section.pager == Pager::None || (pages < 2 && stretch.start == 0) {
        return String::new();
    }
    let first = path(section);
    let url = |page: usize| match section.pager {
        _ if page <= 1 => first.clone(),
        Pager::Path => format!("{first}/trang-{page}"),
        _ => format!("{first}?page={page}"),
    };
    let kind = section.pager.name();
    let template = |piece: &str| data::pager(&format!("{kind}_{piece}"));
    let number = |n: usize| {
        let values = [("n", n.to_string()), ("url", url(n)), ("target", piece("grid").to_owned())];
        let form = template(if n == stretch.page { "here" } else { "there" });
        fill(form, &values.each_ref().map(|(slot, value)| (*slot, value.as_str())))
    };
    let numbers: String = numbers(stretch.page, pages).into_iter().map(number).collect();
    let after = match (section.pager, last) {
        (_, None) => String::new(),
        (Pager::Word, Some(last)) => fill(
            template("after"),
            &[("url", &format!("{first}?tu={last}")), ("more", word("more"))],
        ),
        _ => fill(template("after"), &[("url", &url(stretch.page + 1)), ("next", word("next"))]),
    };
    let before = if stretch.page > 1 {
        fill(template("before"), &[("url", &url(stretch.page - 1)), ("previous", word("previous"))])
    } else {
        String::new()
    };
    fill(data::pager(kind), &[("numbers", &numbers), ("after", &after), ("before", &before)])
}
