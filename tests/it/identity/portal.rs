//! A small portal on loopback: its articles, what it answers at each address, and what becomes of
//! them between visits.

mod address;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use url::Url;

use super::events::{After, Event, OldHost};
use super::traits::{Canonical, Traits};
use crate::attack::pages;
use crate::attack::server::{Server, Step, answer, html};
use crate::faults::Dice;
use address::{capitals, spelt};

/// Sections: folder and title.
pub const SECTIONS: [(&str, &str); 2] = [("tin-tuc", "Tin tức"), ("nong-nghiep", "Nông nghiệp")];

const SUBJECTS: [(&str, &str); 8] = [
    ("Khánh thành cầu", "khanh-thanh-cau"),
    ("Mùa lúa sớm", "mua-lua-som"),
    ("Họp hội đồng", "hop-hoi-dong"),
    ("Tập huấn khuyến nông", "tap-huan-khuyen-nong"),
    ("Trao nhà tình nghĩa", "trao-nha-tinh-nghia"),
    ("Giải bóng chuyền", "giai-bong-chuyen"),
    ("Lễ hội xuân", "le-hoi-xuan"),
    ("Tiêm phòng gia súc", "tiem-phong-gia-suc"),
];
const PLACES: [(&str, &str); 8] = [
    ("Gia Cốc", "gia-coc"),
    ("Phiêng Kham", "phieng-kham"),
    ("Nà Lạn", "na-lan"),
    ("Bản Mới", "ban-moi"),
    ("Đôn Phong", "don-phong"),
    ("Vi Hương", "vi-huong"),
    ("Cẩm Giàng", "cam-giang"),
    ("Lục Bình", "luc-binh"),
];

/// An article as the portal has it.
#[derive(Clone, Debug)]
pub struct Piece {
    number: usize,
    pub title: String,
    slug: String,
    pub body: String,
    /// The folder of its address.
    folder: usize,
    /// The list that it stands in.
    section: usize,
    /// Its link in the other list too.
    other: Option<String>,
    pub alive: bool,
    /// Whether it has title or body with another one.
    pub twin: bool,
    edits: usize,
}

/// What is at an address.
#[derive(Clone, Debug)]
enum Route {
    Article(usize),
    Moved(u16, String),
    Gone,
}

/// A portal and what it is asked.
pub struct World {
    pub traits: Traits,
    pub pieces: Vec<Piece>,
    /// By address in one spelling.
    routes: BTreeMap<String, Route>,
    /// Its addresses, the one of now last: `http://127.0.1.1:4000/`.
    pub homes: Vec<String>,
    old: OldHost,
    names: Vec<usize>,
    visit: u64,
    requests: u64,
    salt: u64,
}

pub type Shared = Arc<Mutex<World>>;

/// A drawn portal that answers at `ip`.
pub fn open(dice: &mut Dice, ip: &str) -> Shared {
    let traits = Traits::draw(dice);
    let ip = if traits.canonical == Canonical::OwnWww { "localhost" } else { ip };
    let mut world = World {
        traits,
        pieces: Vec::new(),
        routes: BTreeMap::new(),
        homes: Vec::new(),
        old: OldHost::Silent,
        names: dice.shuffled(SUBJECTS.len() * PLACES.len()),
        visit: 0,
        requests: 0,
        salt: dice.next(),
    };
    for _ in 0..4 + dice.index(7) {
        let section = dice.index(world.traits.sections);
        let number = world.publish(section, None, None);
        if world.traits.sections == 2 && dice.one_in(3) {
            world.list_twice(number);
        }
    }
    let world = Arc::new(Mutex::new(world));
    serve(&world, ip);
    world
}

/// Gives the portal a further host, which is its own from now on.
pub fn serve(world: &Shared, ip: &str) {
    let (kept, home) = (world.clone(), world.lock().unwrap().homes.len());
    let server =
        Server::start(ip, Arc::new(move |target, _| kept.lock().unwrap().answer(target, home)));
    let url = Url::parse(&server.home).unwrap();
    world.lock().unwrap().homes.push(format!("http://{ip}:{}/", url.port().unwrap()));
}

impl World {
    /// A new article, with title or body of another if that is asked.
    fn publish(
        &mut self,
        section: usize,
        title_of: Option<usize>,
        body_of: Option<usize>,
    ) -> usize {
        let number = self.pieces.len();
        let (subject, place) = (
            SUBJECTS[self.names[number] / PLACES.len()],
            PLACES[self.names[number] % PLACES.len()],
        );
        let (mut title, mut slug) = (
            format!("{} tại xã {}", subject.0, place.0),
            format!("{}-tai-xa-{}", subject.1, place.1),
        );
        if let Some(other) = title_of {
            title = self.pieces[other].title.clone();
            slug = format!("{}-b", self.pieces[other].slug);
        }
        let body =
            body_of.map_or_else(|| self.text(number, 1), |other| self.pieces[other].body.clone());
        let piece = Piece {
            number: number + 101 + usize::try_from(self.salt % 800).unwrap() * 100,
            title,
            slug,
            body,
            folder: section,
            section,
            other: None,
            alive: true,
            twin: title_of.or(body_of).is_some(),
            edits: 0,
        };
        self.pieces.push(piece);
        for other in title_of.into_iter().chain(body_of) {
            self.pieces[other].twin = true;
        }
        self.settle(number);
        number
    }

    fn text(&self, number: usize, edition: usize) -> String {
        let (_, place) = PLACES[(number + edition) % PLACES.len()];
        format!(
            "<p>Sáng mùng {number}, bà con thôn {place} cùng nhau làm việc lần thứ {edition} của \
             mùa {}.</p><p>Ai cũng vui, vì bài {number} \
             đã có {edition} lần kể. Việc còn lại là của {place}.</p>",
            self.salt % 1000
        )
    }

    /// Puts an article into the second list too, if its portal has such.
    fn list_twice(&mut self, number: usize) {
        let there = 1 - self.pieces[number].section;
        if self.traits.capitals {
            self.pieces[number].other = Some(String::new());
        } else if self.traits.twice {
            let address = self.address_in(number, there);
            self.routes.insert(spelt(&address), Route::Article(number));
            self.pieces[number].other = Some(address);
        }
    }

    /// The article is at its address of now, and at the second one that its canonical link names.
    fn settle(&mut self, number: usize) {
        let address = self.address(number);
        self.routes.insert(spelt(&address), Route::Article(number));
        if self.traits.canonical == Canonical::Second {
            self.routes.insert(spelt(&self.second(number)), Route::Article(number));
        }
    }

    /// A section's list, newest first.
    fn list(&self, section: usize) -> String {
        let mut links = Vec::new();
        for (number, piece) in self.pieces.iter().enumerate().rev().filter(|(_, piece)| piece.alive)
        {
            let own = self.address(number);
            let own = if self.traits.canonical == Canonical::OwnCapitals
                || self.traits.canonical == Canonical::LostCapitals
            {
                own.split_once('?').map_or(own.to_lowercase(), |(path, query)| {
                    format!("{}?{query}", path.to_lowercase())
                })
            } else {
                own
            };
            let address = match &piece.other {
                _ if piece.section == section => own,
                Some(other) if other.is_empty() => capitals(&own),
                Some(other) => other.clone(),
                None => continue,
            };
            links.push((self.link(&address), piece.title.clone(), date(number)[..10].to_owned()));
        }
        pages::list_of(&links, "")
    }

    fn page(&self, number: usize) -> String {
        let piece = &self.pieces[number];
        let page = pages::article_of(&date(number), &piece.title, &piece.body);
        let Some(mut canonical) = self.canonical(number) else { return page };
        if self.traits.session_in_canonical {
            canonical = self.with_session(&canonical);
        }
        let canonical = canonical.replace('&', "&amp;");
        page.replacen("</title>", &format!("</title><link rel=canonical href=\"{canonical}\">"), 1)
    }

    /// The answer of its host number `home`.
    fn answer(&mut self, target: &str, home: usize) -> Vec<Step> {
        self.requests += 1;
        let gone = || answer("404 Not Found", "Content-Type: text/html\r\n", "<h1>404</h1>");
        let moved = |status: u16, to: &str| {
            answer(&format!("{status} Moved"), &format!("Location: {to}\r\n"), "")
        };
        if home + 1 < self.homes.len() && target != "/robots.txt" {
            return match self.old {
                OldHost::Redirects => moved(301, &format!("{}{target}", self.home())),
                OldHost::Gone => gone(),
                OldHost::Silent => Vec::new(),
            };
        }
        let spelt = spelt(target);
        if spelt == "/" {
            return html(
                "<!DOCTYPE html><html><title>Cổng</title><body><h1>Cổng thông \
                 tin</h1></body></html>",
            );
        }
        if let Some(section) =
            (0..self.traits.sections).find(|n| spelt == format!("/pages/{}.aspx", SECTIONS[*n].0))
        {
            return html(self.list(section));
        }
        match self.routes.get(&spelt) {
            Some(Route::Article(number)) => html(self.page(*number)),
            Some(Route::Moved(status, to)) => moved(*status, to),
            Some(Route::Gone) | None => gone(),
        }
    }

    /// The article that answers by itself at a published address.
    pub fn at(&self, url: &str) -> Option<usize> {
        let url = Url::parse(url).ok()?;
        let home = Url::parse(self.homes.last()?).ok()?;
        if (url.host_str()?.trim_start_matches("www."), url.port())
            != (home.host_str()?, home.port())
        {
            return None;
        }
        let target =
            url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        match self.routes.get(&spelt(&target)) {
            Some(Route::Article(number)) => Some(*number),
            _ => None,
        }
    }

    /// Another visit begins.
    pub fn visited(&mut self) {
        self.visit += 1;
    }

    /// Does what an event says, but for opening a further host.
    pub fn happen(&mut self, event: &Event) {
        match *event {
            Event::Edit { of, title, body } => self.edit(of, title, body),
            Event::Rename { of, old } => {
                let before = self.address(of);
                self.edit(of, true, false);
                self.pieces[of].slug =
                    format!("{}-sua-{}", self.pieces[of].slug, self.pieces[of].edits);
                self.leave(of, &before, old);
            }
            Event::Move { of, old } => {
                let before = self.address(of);
                let piece = &mut self.pieces[of];
                piece.folder = 1 - piece.folder;
                if self.traits.sections == 2 && piece.other.is_none() {
                    piece.section = piece.folder;
                }
                self.leave(of, &before, old);
            }
            Event::Delete { of, to } => {
                self.pieces[of].alive = false;
                let to = to.map_or("/".to_owned(), |other| self.address(other));
                let here = |route: &Route| matches!(route, Route::Article(number) if *number == of);
                self.routes
                    .values_mut()
                    .filter(|route| here(route))
                    .for_each(|route| *route = Route::Moved(302, to.clone()));
            }
            Event::TitleTwin { of } => {
                self.publish(self.pieces[of].section, Some(of), None);
            }
            Event::BodyTwin { of } => {
                self.publish(self.pieces[of].section, None, Some(of));
            }
            Event::Second { of } => self.list_twice(of),
            Event::Host { old, .. } => self.old = old,
        }
    }

    fn edit(&mut self, of: usize, title: bool, body: bool) {
        self.pieces[of].edits += 1;
        let edits = self.pieces[of].edits;
        if title {
            self.pieces[of].title = format!(
                "{}, tin bổ sung lần {edits}",
                self.pieces[of].title.split(',').next().unwrap()
            );
        }
        if body {
            self.pieces[of].body = self.text(of, 1 + edits);
        }
    }

    /// The article has another address; what its old one answers.
    fn leave(&mut self, of: usize, before: &str, old: After) {
        let now = self.address(of);
        let route = match old {
            After::Gone => Route::Gone,
            After::Redirects(status) => Route::Moved(status, now),
            After::Answers => Route::Article(of),
        };
        self.routes.insert(spelt(before), route);
        self.settle(of);
    }

    /// Whether the article has a further address in a list that no edit changes.
    pub fn is_twice(&self, of: usize) -> bool {
        self.pieces[of].other.as_ref().is_some_and(|other| !other.is_empty())
    }

    /// Whether a section's list has the article.
    pub fn lists(&self, section: usize, of: usize) -> bool {
        self.pieces[of].section == section || self.pieces[of].other.is_some()
    }

    /// The site file.
    pub fn site(&self, hosts: &[String]) -> String {
        let home = self.homes.last().unwrap();
        let hosts: Vec<_> = hosts.iter().map(|host| format!("\"{host}\"")).collect();
        let head = format!(
            "title = \"Cổng\"\nhome = \"{home}\"\nportal = \"publishing-portal\"\n\
             language = \"vi\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n\
             every = \"1h\"\nhosts = [{}]\n",
            hosts.join(", ")
        );
        SECTIONS.iter().take(self.traits.sections).fold(head, |text, (id, title)| {
            format!(
                "{text}[[sections]]\nid = \"{id}\"\ntitle = \"{title}\"\n\
                 url = \"{home}Pages/{id}.aspx\"\nhistory = \"all\"\n"
            )
        })
    }
}

/// When an article was published, as pages write it: of each another minute.
pub fn date(number: usize) -> String {
    format!("{:02}/04/2020 {:02}:{:02}", number + 1, 7 + number % 12, 5 + number)
}

/// The same as feeds write it.
pub fn published(number: usize) -> String {
    format!("2020-04-{:02}T{:02}:{:02}:00+07:00", number + 1, 7 + number % 12, 5 + number)
}
