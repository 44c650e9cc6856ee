//! How a portal writes addresses: those of its articles, what canonical links say, sessions.

use super::{Piece, SECTIONS, World};
use crate::faults::Dice;
use crate::identity::traits::{Canonical, Links, Session, Shape};

impl World {
    /// An article's address, below its host.
    pub fn address(&self, number: usize) -> String {
        self.address_in(number, self.pieces[number].folder)
    }

    pub(super) fn address_in(&self, number: usize, folder: usize) -> String {
        let Piece { number, slug, .. } = &self.pieces[number];
        let below = if folder == 0 { String::new() } else { format!("/{}", SECTIONS[folder].0) };
        let folder = SECTIONS[folder].0;
        match self.traits.shape {
            Shape::Query => format!("{below}/Pages/chi-tiet.aspx?ItemID={number}"),
            Shape::FurtherQuery => {
                format!("{below}/Pages/chi-tiet.aspx?CateID={}&ItemID={number}", folder.len())
            }
            Shape::SlugNumber => format!("/{folder}/{slug}-{}.aspx", number + 100_000),
            Shape::Slug => format!("/{folder}/{slug}.aspx"),
            Shape::LiferaySlug => {
                format!("/web/guest/{folder}/-/asset_publisher/Xy1z/content/{slug}")
            }
            Shape::LiferayId => {
                format!("/web/guest/{folder}/-/asset_publisher/Xy1z/content/id/{number}")
            }
        }
    }

    /// The further address of an article that its title does not change.
    pub(super) fn second(&self, number: usize) -> String {
        format!("/bai-viet/xem.aspx?ma=b{}", self.pieces[number].number)
    }

    pub(super) fn home(&self) -> &str {
        self.homes.last().unwrap().trim_end_matches('/')
    }

    /// What an article's canonical link says.
    pub(super) fn canonical(&self, number: usize) -> Option<String> {
        use Canonical as C;
        let (home, own) = (self.home(), self.address(number));
        let living: Vec<usize> = (0..self.pieces.len()).filter(|n| self.pieces[*n].alive).collect();
        let lost = || match own.split_once("ItemID=") {
            Some((before, _)) => before.trim_end_matches(['?', '&']).to_owned(),
            None => own[..own.rfind('/').unwrap()].to_owned(),
        };
        let (folder, _) = SECTIONS[self.pieces[number].section];
        Some(match self.traits.canonical {
            C::None => return None,
            C::Own => format!("{home}{own}"),
            C::OwnRelative => own,
            C::OwnHttps => format!("{home}{own}").replacen("http:", "https:", 1),
            C::OwnWww => format!("{home}{own}").replacen("://", "://www.", 1),
            C::OwnCapitals => format!("{home}{}", capitals(&own)),
            C::Second => format!("{home}{}", self.second(number)),
            C::Front => format!("{home}/"),
            C::Section => format!("{home}/Pages/{folder}.aspx"),
            C::SectionElsewhere => format!("{home}/chuyen-muc/{folder}"),
            C::Lost => format!("{home}{}", lost()),
            C::LostCapitals => format!("{home}{}", capitals(&lost())),
            C::Word => match own.split_once("ItemID=") {
                Some((before, _)) => format!("{home}{before}ItemID=bai-viet"),
                None => format!("{home}{}/bai-viet.aspx", lost()),
            },
            C::First => format!("{home}{}", self.address(living[0])),
            C::Next => {
                let next = living.iter().find(|n| **n > number).unwrap_or(&living[0]);
                format!("{home}{}", self.address(*next))
            }
        })
    }

    /// An address with the session that the portal writes into links now.
    pub(super) fn with_session(&self, address: &str) -> String {
        let token = Dice::of(
            self.salt,
            if self.traits.fresh { self.requests } else { self.visit } as usize,
        )
        .next();
        let (path, query) = address
            .split_once('?')
            .map_or((address, String::new()), |(path, query)| (path, format!("?{query}")));
        let mark = if query.is_empty() { '?' } else { '&' };
        match self.traits.session {
            Session::None => address.to_owned(),
            Session::Java => format!("{path};jsessionid={token:016X}{:016X}{query}", !token),
            Session::JavaNode => {
                format!("{path};jsessionid={token:016X}{:016X}.node2{query}", !token)
            }
            // Of the path's beginning, after the host if there is one.
            Session::AspNet => {
                let at = path.find("://").map_or(0, |scheme| scheme + 3);
                let at = at + path[at..].find('/').unwrap();
                format!("{}/(S({:024x})){}{query}", &path[..at], token, &path[at..])
            }
            Session::Php => format!("{address}{mark}PHPSESSID={token:016x}{:010x}", !token >> 24),
            Session::Sid => format!("{address}{mark}sid={token:016x}{:016x}", !token),
        }
    }

    pub(super) fn link(&self, address: &str) -> String {
        let written = match self.traits.links {
            Links::Relative => address.to_owned(),
            Links::Absolute => format!("{}{address}", self.home()),
        };
        self.with_session(&written).replace('&', "&amp;")
    }
}

/// Capitals that a server of Windows does not look at.
pub(super) fn capitals(address: &str) -> String {
    let (path, query) =
        address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
    let word = |word: &str| {
        word.chars()
            .take(1)
            .map(|c| c.to_ascii_uppercase())
            .chain(word.chars().skip(1))
            .collect::<String>()
    };
    let path = path.split('/').map(word).collect::<Vec<_>>().join("/");
    query.map_or(path.clone(), |query| format!("{path}?{query}"))
}

/// One spelling of a target: without session, capitals and parameters that the portal does not look
/// at.
pub(super) fn spelt(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path: Vec<&str> = path
        .split('/')
        .filter(|part| !part.starts_with("(S("))
        .map(|part| part.split(';').next().unwrap())
        .collect();
    let path = path.join("/").to_lowercase();
    let counts = |part: &&str| part.starts_with("ItemID=") || part.starts_with("ma=");
    query.split('&').find(counts).map_or(path.clone(), |part| format!("{path}?{part}"))
}
