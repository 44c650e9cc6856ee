//! A whole page: its zones in the master page of the chrome, with form inputs, menus and the usual
//! ballast.

use super::data::{data, master, piece, word};
use super::dice::Dice;
use super::part::{self, Part, escape, fill};
use super::postback::State;
use super::side;
use super::world::World;

/// What makes a page this one.
pub struct Sheet {
    /// The document's title.
    pub title: String,
    /// Further elements of the head.
    pub head: String,
    /// Where its form posts to.
    pub action: String,
    /// The parts of the main zone.
    pub main: Vec<Part>,
    /// The form's state, where it turns a listing.
    pub state: Option<State>,
}

/// Characters of inline style and script.
const STYLE: usize = 7_000;
const SCRIPT: usize = 16_000;

/// The page as HTML.
pub fn html(world: &World, sheet: &Sheet) -> String {
    let options = &world.options;
    let mut count = 0;
    let mut zone = |parts: &[Part]| part::zone(options, parts, &mut count);
    let values = [
        ("title", escape(&sheet.title)),
        ("head", sheet.head.clone()),
        ("style", ballast(world, "row_rule", STYLE * options.weight / 100)),
        ("action", escape(&sheet.action)),
        ("inputs", inputs(world, sheet.state.as_ref())),
        ("top", zone(&side::top(world))),
        ("menu", side::menu()),
        ("left", zone(&side::left(world))),
        ("main", zone(&sheet.main)),
        ("right", zone(&side::right(world))),
        ("footer", escape(word("footer"))),
        ("script", ballast(world, "script_rule", SCRIPT * options.weight / 100)),
    ];
    fill(master(options.chrome), &values.each_ref().map(|(slot, value)| (*slot, value.as_str())))
}

/// A page of plain text: menus lead to such, and so does what is missing.
pub fn text(title: &str, text: &str, target: &str) -> Sheet {
    let inner = fill(piece("text_page"), &[("title", &escape(title)), ("text", &escape(text))]);
    Sheet {
        title: format!("{title} - {}", data().site.title),
        head: String::new(),
        action: target.to_owned(),
        main: vec![Part::new("page", inner)],
        state: None,
    }
}

/// The front page: the newest articles of every section.
pub fn home(world: &World) -> Sheet {
    let newest: Vec<_> =
        world.stories.values().rev().filter(|story| story.withdrawn.is_none()).take(12).collect();
    let inner =
        fill(piece("titled"), &[("label", word("fresh")), ("items", &side::links(world, &newest))]);
    Sheet {
        title: format!("{} - {}", word("home"), data().site.title),
        head: String::new(),
        action: "/Pages/default.aspx".to_owned(),
        main: vec![Part::new("fresh", inner)],
        state: None,
    }
}

fn inputs(world: &World, state: Option<&State>) -> String {
    let seed = world.options.seed;
    let other = State { section: 255, page: 0, nonce: world.served, session: String::new() };
    let state = state.unwrap_or(&other);
    let values = [
        ("state", state.view(&world.options)),
        ("validation", state.validation(seed)),
        ("generator", state.generator(seed)),
        ("digest", state.digest(seed)),
    ];
    fill(piece("inputs"), &values.each_ref().map(|(slot, value)| (*slot, value.as_str())))
}

/// Rules that nothing on the page uses, as real pages have them by the thousand.
fn ballast(world: &World, rule: &str, length: usize) -> String {
    let mut dice = Dice::of(world.options.seed, rule);
    let mut out = String::from("\n");
    while out.len() < length {
        let (a, b, n) = (dice.hex(5), format!("x{}", dice.hex(6)), dice.below(40).to_string());
        out.push_str(&fill(piece(rule), &[("a", &a), ("b", &b), ("n", &n)]));
    }
    out
}
