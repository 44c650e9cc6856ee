//! The blocks round the content: clock, menu, search, most read, documents, poll, weather, counter.

use super::compose::written;
use super::data::{data, piece, word};
use super::dice::Dice;
use super::paging;
use super::part::{Part, escape, fill};
use super::story::Story;
use super::world::World;

/// What stands over every page.
pub fn top(world: &World) -> Vec<Part> {
    let date = written(world.now(), &data().words.dates.clock);
    vec![Part::new(
        "clock",
        fill(piece("clock"), &[("site", &escape(&data().site.title)), ("date", &escape(&date))]),
    )]
}

/// The zone at the left.
pub fn left(world: &World) -> Vec<Part> {
    let sections =
        data().site.sections.iter().map(|section| link(&paging::path(section), &section.title));
    let links = data()
        .site
        .links
        .iter()
        .enumerate()
        .map(|(n, text)| link(&format!("/Pages/lien-ket-{n}.aspx"), text));
    let items: String = sections.chain(links).collect();
    vec![
        Part::new("menu", fill(piece("plain"), &[("items", &items)])),
        Part::new(
            "search",
            fill(piece("search"), &[("label", word("search")), ("go", word("go"))]),
        ),
        Part::new("weather", weather(world)),
        Part::new("poll", poll()),
    ]
}

/// The zone at the right.
pub fn right(world: &World) -> Vec<Part> {
    let mut dice = Dice::of(world.options.seed, "most read");
    let all: Vec<&Story> =
        world.stories.values().filter(|story| story.withdrawn.is_none()).collect();
    let read: Vec<&Story> = (0..5).filter_map(|_| dice.pick(&all).copied()).collect();
    let documents: String = data()
        .site
        .documents
        .iter()
        .enumerate()
        .map(|(n, text)| {
            let url = format!("/Pages/van-ban.aspx?ItemID={}", 700 + n);
            fill(
                piece("dated"),
                &[
                    ("url", &url),
                    ("text", &escape(text)),
                    ("date", &format!("(0{}/02/2019)", n + 1)),
                ],
            )
        })
        .collect();
    vec![
        Part::new(
            "most_read",
            fill(piece("titled"), &[("label", word("most_read")), ("items", &links(world, &read))]),
        ),
        Part::new(
            "documents",
            fill(piece("titled"), &[("label", word("documents")), ("items", &documents)]),
        ),
        Part::new("counter", counter(world)),
    ]
}

/// Links to articles with their dates.
pub fn links(world: &World, stories: &[&Story]) -> String {
    let dated = |story: &&Story| {
        let date = story
            .date
            .map(|stamp| written(stamp.at, &data().words.dates.teaser))
            .unwrap_or_default();
        fill(
            piece("dated"),
            &[
                ("url", &escape(&world.path(story))),
                ("text", &escape(&story.title)),
                ("date", &date),
            ],
        )
    };
    stories.iter().map(dated).collect()
}

/// The bar of menus.
pub fn menu() -> String {
    let item = |(n, text): (usize, &String)| {
        fill(
            piece("menu_item"),
            &[("url", &format!("/Pages/muc-{n}.aspx")), ("text", &escape(text))],
        )
    };
    data().site.menu.iter().enumerate().map(item).collect()
}

fn link(url: &str, text: &str) -> String {
    fill(piece("link"), &[("url", &escape(url)), ("text", &escape(text))])
}

fn weather(world: &World) -> String {
    let degrees = (17 + world.served % 9).to_string();
    fill(
        piece("weather"),
        &[("label", word("weather")), ("degrees", &degrees), ("sky", word("sky"))],
    )
}

fn poll() -> String {
    let answer = |(n, text): (usize, &str)| {
        fill(piece("answer"), &[("n", &n.to_string()), ("text", &escape(text))])
    };
    let items: String = word("poll_answers").split('|').enumerate().map(answer).collect();
    fill(piece("poll"), &[("label", word("poll")), ("items", &items), ("vote", word("vote"))])
}

fn counter(world: &World) -> String {
    let (now, all) = ((3 + world.served % 29).to_string(), (184_000 + world.served).to_string());
    fill(
        piece("counter"),
        &[("online", word("online")), ("now", &now), ("visits", word("visits")), ("all", &all)],
    )
}
