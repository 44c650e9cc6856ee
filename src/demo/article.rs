//! An article's page: its toolbar, its body, and what is related.

use super::compose::written;
use super::data::{Address, data, piece, skin, word};
use super::page::Sheet;
use super::part::{Part, escape, fill, with_text};
use super::side;
use super::story::{Author, AuthorForm, Piece, Stamp, Story};
use super::world::World;

/// The page of an article at the address asked for.
pub fn sheet(world: &World, story: &Story, target: &str) -> Sheet {
    let main = vec![
        Part::new("toolbar", toolbar(world, story)),
        Part::new("view", view(world, story)),
        Part::new(
            "related",
            fill(piece("titled"), &[("label", word("related")), ("items", &related(world, story))]),
        ),
    ];
    let section = data().site.sections.get(story.section);
    // Pages addressed by item id carry the site's name for a title, as many portals do.
    let readable = section.is_some_and(|section| section.address == Address::Slug);
    let title = if readable {
        format!("{} - {}", story.title, data().site.title)
    } else {
        data().site.title.clone()
    };
    let mut head = String::new();
    if readable {
        head.push_str(&fill(
            piece("canonical"),
            &[("url", &escape(world.absolute(&world.path(story)).as_str()))],
        ));
        let image = story
            .pictures()
            .first()
            .map(|path| world.absolute(path).to_string())
            .unwrap_or_default();
        if !image.is_empty() {
            head.push_str(&fill(
                piece("open_graph"),
                &[("title", &escape(&story.title)), ("src", &image)],
            ));
        }
    }
    Sheet { title, head, action: target.to_owned(), main, state: None }
}

/// A date as its page shows it.
pub fn date(stamp: Stamp) -> String {
    let dates = &data().words.dates;
    let forms = if stamp.minute { &dates.minute } else { &dates.day };
    written(stamp.at, forms.get(stamp.form).map_or("", String::as_str))
}

/// A signature as its page shows it.
pub fn signature(author: &Author) -> String {
    let forms = &data().words.signature;
    let form = match author.form {
        AuthorForm::Plain => &forms.plain,
        AuthorForm::Labelled => &forms.labelled,
        AuthorForm::Source => &forms.source,
    };
    form.replace("{name}", &author.name)
}

fn toolbar(world: &World, story: &Story) -> String {
    let s = world.options.skin;
    let date = story.date.map(date).unwrap_or_default();
    let tools = fill(piece("tools"), &[("larger", word("larger")), ("smaller", word("smaller"))]);
    let lead =
        story.lead.as_deref().map(|lead| with_text(skin(s, "lead"), lead)).unwrap_or_default();
    let url = escape(world.absolute(&world.path(story)).as_str());
    let words =
        [("print", word("print")), ("mail", word("mail")), ("share", word("share")), ("url", &url)];
    let share = fill(piece("share"), &words);
    let values = [
        ("date", escape(&date)),
        ("tools", tools),
        ("title", escape(&story.title)),
        ("lead", lead),
        ("share", share),
    ];
    fill(skin(s, "toolbar"), &values.each_ref().map(|(slot, value)| (*slot, value.as_str())))
}

fn view(world: &World, story: &Story) -> String {
    let s = world.options.skin;
    let body: String =
        story.body.iter().enumerate().map(|(n, step)| markup(world, n, step)).collect();
    let author = story
        .author
        .as_ref()
        .map(|author| with_text(skin(s, "author"), &signature(author)))
        .unwrap_or_default();
    let views = format!(
        "{} {}",
        word("views"),
        world.views.get(&story.number).copied().unwrap_or(0) + u64::from(story.number % 97)
    );
    fill(
        skin(s, "view"),
        &[("body", &body), ("author", &author), ("files", &files(story)), ("views", &views)],
    )
}

fn markup(world: &World, place: usize, step: &Piece) -> String {
    let s = world.options.skin;
    let paragraph = |html: &str| fill(skin(s, "paragraph"), &[("text", html)]);
    match step {
        Piece::Paragraph(text) => paragraph(&inline(text, place)),
        Piece::Glued(first, second) => paragraph(&format!("{}{}", escape(first), escape(second))),
        Piece::Heading(text) => with_text(skin(s, "heading"), text),
        Piece::Quote(text) => with_text(piece("quote"), text),
        Piece::List(numbered, items) => {
            let items: String = items.iter().map(|item| with_text(piece("bullet"), item)).collect();
            fill(piece(if *numbered { "numbers" } else { "bullets" }), &[("text", &items)])
        }
        Piece::Table(rows) => {
            let row = |(n, cells): (usize, &Vec<String>)| {
                let cells: String = cells
                    .iter()
                    .map(|cell| with_text(piece(if n == 0 { "column" } else { "cell" }), cell))
                    .collect();
                fill(piece("row"), &[("text", &cells)])
            };
            fill(piece("table"), &[("text", &rows.iter().enumerate().map(row).collect::<String>())])
        }
        Piece::Picture(path, caption) => {
            let caption = caption
                .as_deref()
                .map(|text| with_text(skin(s, "caption"), text))
                .unwrap_or_default();
            fill(skin(s, "picture"), &[("src", path), ("alt", ""), ("caption", &caption)])
        }
    }
}

/// A paragraph with now and then a clause set off; its text stays the same.
fn inline(text: &str, place: usize) -> String {
    match text.split_once(", ") {
        Some((first, rest)) if place == 1 => {
            format!("<strong>{}</strong>, {}", escape(first), escape(rest))
        }
        Some((first, rest)) if place == 4 => {
            format!("{}, <em>{}</em>", escape(first), escape(rest))
        }
        _ => escape(text),
    }
}

fn files(story: &Story) -> String {
    if story.files.is_empty() {
        return String::new();
    }
    let item = |paper: &super::story::Paper| {
        fill(piece("link"), &[("url", &paper.path), ("text", &escape(&paper.title))])
    };
    let items: String = story.files.iter().map(item).collect();
    fill(piece("files"), &[("label", word("files")), ("items", &items)])
}

fn related(world: &World, story: &Story) -> String {
    let shown = world.shown(story.section);
    let place = shown.iter().position(|(other, _)| other.number == story.number).unwrap_or(0);
    let near: Vec<&Story> = shown
        .iter()
        .skip(place.saturating_sub(2))
        .map(|(other, _)| *other)
        .filter(|other| other.number != story.number)
        .take(5)
        .collect();
    side::links(world, &near)
}
