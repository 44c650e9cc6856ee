//! What is drawn for a portal: how its addresses are made, what its canonical links say, what its
//! sessions leave in links.

use crate::faults::Dice;

/// How an article's address is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// `/Pages/chi-tiet.aspx?ItemID=101`
    Query,
    /// The same with the category before it.
    FurtherQuery,
    /// `/tin-tuc/ten-bai-120101.aspx`
    SlugNumber,
    /// `/tin-tuc/ten-bai.aspx`
    Slug,
    /// `/web/guest/tin-tuc/-/asset_publisher/Xy1z/content/ten-bai`
    LiferaySlug,
    /// The same with a number, which no profile of these pages takes for an item id.
    LiferayId,
}

/// What an article's canonical link names: at first what is its own, then what is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Canonical {
    None,
    Own,
    OwnRelative,
    OwnHttps,
    OwnWww,
    /// As SharePoint stored it, where links are in small letters.
    OwnCapitals,
    /// A further address that answers too.
    Second,
    Front,
    Section,
    /// The section under another path.
    SectionElsewhere,
    /// The address without what tells articles apart.
    Lost,
    LostCapitals,
    /// A word for the id.
    Word,
    /// The real address of one of the articles, on all pages.
    First,
    /// The real address of the next article.
    Next,
}

impl Canonical {
    /// Those that name what is the article's own.
    const HONEST: [Self; 6] = [
        Self::Own,
        Self::OwnRelative,
        Self::OwnHttps,
        Self::OwnWww,
        Self::OwnCapitals,
        Self::Second,
    ];
    /// Those that name what is not.
    const LYING: [Self; 8] = [
        Self::Front,
        Self::Section,
        Self::SectionElsewhere,
        Self::Lost,
        Self::LostCapitals,
        Self::Word,
        Self::First,
        Self::Next,
    ];

    fn draw(dice: &mut Dice) -> Self {
        match dice.below(8) {
            0..3 => Self::None,
            3..5 => *dice.pick(&Self::HONEST),
            _ => *dice.pick(&Self::LYING),
        }
    }
}

/// Where links carry a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Session {
    None,
    Java,
    JavaNode,
    AspNet,
    Php,
    Sid,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Links {
    Relative,
    Absolute,
}

/// What stays as it is for a portal's whole life.
#[derive(Clone, Debug)]
pub struct Traits {
    pub shape: Shape,
    pub canonical: Canonical,
    pub session: Session,
    /// A session for each request, not for each visit.
    pub fresh: bool,
    /// The canonical link has the session too.
    pub session_in_canonical: bool,
    pub links: Links,
    pub sections: usize,
    /// Some articles stand in the second section too, in other capitals.
    pub capitals: bool,
    /// Some articles stand in the second section too, under an address of their own there.
    pub twice: bool,
}

impl Traits {
    pub fn draw(dice: &mut Dice) -> Self {
        use {Session as S, Shape as H};
        let shape = *dice.pick(&[
            H::Query,
            H::FurtherQuery,
            H::SlugNumber,
            H::Slug,
            H::LiferaySlug,
            H::LiferayId,
        ]);
        let canonical = Canonical::draw(dice);
        let session = if dice.one_in(2) {
            S::None
        } else {
            *dice.pick(&[S::Java, S::JavaNode, S::AspNet, S::Php, S::Sid])
        };
        let (fresh, session_in_canonical) = (dice.one_in(2), session != S::None && dice.one_in(4));
        let links = *dice.pick(&[Links::Relative, Links::Absolute]);
        let mut drawn = Self {
            shape,
            canonical,
            session,
            fresh,
            session_in_canonical,
            links,
            sections: 1,
            capitals: false,
            twice: false,
        };
        if dice.one_in(2) {
            drawn.sections = 2;
            // Of living addresses only these say that they are one article's.
            let tells = drawn.has_items() || drawn.is_honest();
            drawn.capitals = tells && dice.one_in(3);
            drawn.twice = tells && !drawn.capitals && dice.one_in(2);
        }
        drawn
    }

    /// Whether addresses hold an item id that the profile knows.
    pub fn has_items(&self) -> bool {
        matches!(self.shape, Shape::Query | Shape::FurtherQuery | Shape::SlugNumber)
    }

    /// Whether an address is made of the title.
    pub fn has_slugs(&self) -> bool {
        matches!(self.shape, Shape::SlugNumber | Shape::Slug | Shape::LiferaySlug)
    }

    /// Whether canonical links are the article's own.
    pub fn is_honest(&self) -> bool {
        Canonical::HONEST.contains(&self.canonical)
    }

    /// Whether canonical links name other articles.
    pub fn names_others(&self) -> bool {
        matches!(self.canonical, Canonical::First | Canonical::Next)
    }

    /// What a table of failures is by.
    pub fn names(&self) -> Vec<String> {
        let truth = match self.canonical {
            Canonical::None => "canonical: none".to_owned(),
            _ if self.is_honest() => format!("canonical, honest: {:?}", self.canonical),
            _ => format!("canonical, lying: {:?}", self.canonical),
        };
        let mut names = vec![
            format!("address: {:?}", self.shape),
            format!("sections: {}", self.sections),
            truth,
            format!("session: {:?}", self.session),
        ];
        names.extend(self.session_in_canonical.then(|| "session in canonical".to_owned()));
        names.extend(self.capitals.then(|| "capitals in a second section".to_owned()));
        names.extend(self.twice.then(|| "two living addresses".to_owned()));
        names
    }
}
