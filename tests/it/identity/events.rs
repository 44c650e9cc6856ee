//! What becomes of a portal between two visits.

use super::portal::World;
use crate::faults::Dice;

/// What an address answers once its article has another.
#[derive(Clone, Copy, Debug)]
pub enum After {
    Gone,
    Redirects(u16),
    /// The article, as its new address does.
    Answers,
}

/// What the old host answers once the portal has another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OldHost {
    /// Nothing at all.
    Silent,
    Gone,
    Redirects,
}

/// One thing that happens; articles by their numbers.
#[derive(Clone, Debug)]
pub enum Event {
    Edit {
        of: usize,
        title: bool,
        body: bool,
    },
    /// Its title is edited, and its address is made of the title.
    Rename {
        of: usize,
        old: After,
    },
    /// To the folder of another section.
    Move {
        of: usize,
        old: After,
    },
    /// Its addresses send on to another article, or the front page.
    Delete {
        of: usize,
        to: Option<usize>,
    },
    /// A new one with the title of another.
    TitleTwin {
        of: usize,
    },
    /// A new one with the body of another.
    BodyTwin {
        of: usize,
    },
    /// It stands in the second list too.
    Second {
        of: usize,
    },
    /// The whole portal has a new host; whether the site file goes on naming the old one.
    Host {
        old: OldHost,
        named: bool,
    },
}

impl Event {
    /// What a table of failures is by.
    pub fn name(&self) -> String {
        match self {
            Self::Edit { title, body, .. } => {
                format!(
                    "edit of {}",
                    ["", "the body", "the title", "title and body"]
                        [usize::from(*title) * 2 + usize::from(*body)]
                )
            }
            Self::Rename { old, .. } => format!("title and slug edited, old address: {old:?}"),
            Self::Move { old, .. } => format!("moved to another folder, old address: {old:?}"),
            Self::Delete { to, .. } => format!(
                "deleted, sends on to {}",
                if to.is_some() { "another article" } else { "the front page" }
            ),
            Self::TitleTwin { .. } => "new one with an old title".to_owned(),
            Self::BodyTwin { .. } => "new one with an old body".to_owned(),
            Self::Second { .. } => "listed by a second section later".to_owned(),
            Self::Host { old, named } => {
                format!("new host, old one {}: {old:?}", if *named { "named" } else { "not named" })
            }
        }
    }
}

/// What happens before a visit; nothing before some.
pub fn draw(dice: &mut Dice, world: &World) -> Vec<Event> {
    match dice.below(8) {
        0..2 => Vec::new(),
        2 => {
            let old = *dice.pick(&[OldHost::Silent, OldHost::Gone, OldHost::Redirects]);
            vec![Event::Host { old, named: old != OldHost::Silent && dice.one_in(2) }]
        }
        _ => {
            let living: Vec<usize> =
                (0..world.pieces.len()).filter(|n| world.pieces[*n].alive).collect();
            let order = dice.shuffled(living.len());
            let of: Vec<usize> = order.into_iter().map(|place| living[place]).collect();
            // A further one is where another may send on to.
            let (count, other) = (1 + dice.index(2), *of.last().unwrap());
            of[..of.len() - 1].iter().take(count).map(|of| one(dice, world, *of, other)).collect()
        }
    }
}

/// What happens to one article.
fn one(dice: &mut Dice, world: &World, of: usize, other: usize) -> Event {
    let ways = [After::Gone, After::Redirects(301), After::Redirects(302), After::Answers];
    let traits = &world.traits;
    let (first, last) = (
        world.pieces.iter().position(|piece| piece.alive),
        world.pieces.iter().rposition(|piece| piece.alive),
    );
    // A canonical link to the one whose twin it is might be meant.
    let meant = traits.names_others() && [first, last].contains(&Some(of));
    let may_have_twin = world.pieces.len() < 16 && !meant && !world.pieces[of].twin;
    match dice.below(12) {
        0..3 if traits.has_slugs() => Event::Rename { of, old: *dice.pick(&ways) },
        3..5 if !world.is_twice(of) => Event::Move { of, old: ways[dice.index(3)] },
        5..7 if !world.pieces[of].twin => {
            Event::Delete { of, to: Some(other).filter(|_| dice.one_in(2)) }
        }
        7 if may_have_twin => Event::TitleTwin { of },
        8 if may_have_twin => Event::BodyTwin { of },
        9..11 if traits.capitals || traits.twice => Event::Second { of },
        roll => Event::Edit { of, title: roll % 3 != 0, body: roll % 3 != 1 },
    }
}
