//! A small portal on loopback in several forms of the same blocks.

use std::sync::{Arc, Mutex};

use bantin::demo::Dice;

use super::forms::Form;
use crate::attack::pages;
use crate::attack::server::{Server, answer, html};

const SYLLABLES: [&str; 40] = [
    "bà",
    "con",
    "thôn",
    "xã",
    "huyện",
    "mùa",
    "lúa",
    "cây",
    "đường",
    "trường",
    "họp",
    "làng",
    "sông",
    "núi",
    "chợ",
    "nhà",
    "trẻ",
    "thầy",
    "cô",
    "ruộng",
    "nước",
    "suối",
    "cầu",
    "mới",
    "xây",
    "trồng",
    "học",
    "làm",
    "vui",
    "sớm",
    "chiều",
    "sáng",
    "năm",
    "tháng",
    "ngày",
    "đội",
    "hội",
    "lễ",
    "rừng",
    "giống",
];
const NAMES: [&str; 6] =
    ["Trần Văn An", "Lê Thị Bình", "Phạm Minh Châu", "Đỗ Quang Duy", "Vũ Thu Hà", "Ngô Gia Khánh"];

/// An article as it is.
#[derive(Clone, Debug)]
pub struct Told {
    number: usize,
    pub title: String,
    pub paragraphs: Vec<String>,
    pub author: &'static str,
}

impl Told {
    fn of(number: usize) -> Self {
        let mut dice = Dice::of(7, &format!("article {number}"));
        let mut phrase = |words: usize| {
            let words: Vec<&str> =
                (0..words).filter_map(|_| dice.pick(&SYLLABLES).copied()).collect();
            let text = words.join(" ");
            text.chars().take(1).flat_map(char::to_uppercase).chain(text.chars().skip(1)).collect()
        };
        let title: String = phrase(9);
        let paragraphs = (0..3 + number % 3).map(|n| format!("{}.", phrase(22 + 3 * n))).collect();
        Self { number, title, paragraphs, author: NAMES[number % NAMES.len()] }
    }

    /// Its day as feeds write it.
    pub fn day(&self) -> String {
        format!("2020-{:02}-{:02}", 3 + self.number / 28, 1 + self.number % 28)
    }

    /// Its day as pages write it.
    fn date(&self) -> String {
        format!("{:02}/{:02}/2020", 1 + self.number % 28, 3 + self.number / 28)
    }

    fn target(&self) -> String {
        format!("/Pages/tin.aspx?ItemID={}", 101 + self.number)
    }
}

struct World {
    /// The form of pages, by the number from which they have it.
    forms: Vec<(usize, Form)>,
    articles: Vec<Told>,
    requests: usize,
    profile: &'static str,
}

/// A portal that answers.
pub struct Portal {
    home: String,
    world: Arc<Mutex<World>>,
}

impl Portal {
    /// A portal of so many articles that this profile reads.
    pub fn open(ip: &str, profile: &'static str, articles: usize) -> Self {
        let articles = (0..articles).map(Told::of).collect();
        let world = World { forms: vec![(0, Form::First)], articles, requests: 0, profile };
        let world = Arc::new(Mutex::new(world));
        let kept = world.clone();
        let answer = move |target: &str, _| match kept.lock().unwrap().page(target) {
            Some(page) => html(page),
            None => answer("404 Not Found", "Content-Type: text/html\r\n", "<h1>404</h1>"),
        };
        let server = Server::start(ip, Arc::new(answer));
        Self { home: server.home, world }
    }

    pub fn redesign(&mut self, form: Form) {
        self.world.lock().unwrap().forms = vec![(0, form)];
    }

    /// Articles from this number on have another form than those before.
    pub fn vary(&mut self, from: usize, form: Form) {
        self.world.lock().unwrap().forms.push((from, form));
    }

    pub fn publish(&mut self) {
        let mut world = self.world.lock().unwrap();
        let number = world.articles.len();
        world.articles.push(Told::of(number));
    }

    /// Appends a paragraph to an article.
    pub fn edit(&mut self, number: usize, paragraph: &str) {
        let mut world = self.world.lock().unwrap();
        world.articles[number].paragraphs.push(paragraph.to_owned());
    }

    pub fn count(&self) -> usize {
        self.world.lock().unwrap().articles.len()
    }

    pub fn article(&self, number: usize) -> Told {
        self.world.lock().unwrap().articles[number].clone()
    }

    pub fn url(&self, number: usize) -> String {
        format!("{}{}", self.home.trim_end_matches('/'), Told::of(number).target())
    }

    /// The site file.
    pub fn site(&self) -> String {
        let home = &self.home;
        format!(
            "title = \"Cổng\"\nhome = \"{home}\"\nportal = \"{}\"\n\
             language = \"vi\"\ntimezone = \"Asia/Ho_Chi_Minh\"\nevery = \"1h\"\n\
             [[sections]]\nid = \"tin\"\ntitle = \"Tin\"\nurl = \"{home}Pages/list.aspx\"\n\
             history = \"all\"\n",
            self.world.lock().unwrap().profile
        )
    }
}

impl World {
    fn page(&mut self, target: &str) -> Option<String> {
        self.requests += 1;
        if target == "/Pages/list.aspx" {
            let links = self.articles.iter().rev();
            let links: Vec<_> =
                links.map(|told| (told.target(), told.title.clone(), told.date())).collect();
            return Some(pages::list_of(&links, ""));
        }
        let told = self.articles.iter().find(|told| told.target() == target)?;
        let [toolbar, data] = self.blocks(told);
        Some(match self.profile {
            "web" => format!(
                "<!DOCTYPE html><html lang=vi><head><title>{} - Cổng</title></head><body>\
                 <div class=nav><a href=/>Trang chủ</a> <a href=/gt>Giới thiệu</a></div>\
                 <div class=page><div>{toolbar}</div><div>{data}</div></div>\
                 <div class=foot>Cơ quan chủ quản: Ủy ban nhân dân</div></body></html>",
                told.title
            ),
            _ => pages::blocks(&toolbar, &data),
        })
    }

    /// The inside of the blocks of title and body.
    fn blocks(&self, told: &Told) -> [String; 2] {
        let number = told.number;
        let form = self.forms.iter().rev().find(|(from, _)| *from <= number);
        let form = form.map_or(Form::First, |(_, form)| *form);
        let other = |n: usize| &self.articles[(number + n) % self.articles.len()];
        let link =
            |other: &Told| format!("<li><a href='{}'>{}</a></li>", other.target(), other.title);
        let paragraphs = told.paragraphs.iter().map(|p| format!("<p>{p}</p>"));
        let said = [
            ("TITLE", told.title.clone()),
            ("DATE", told.date()),
            ("AUTHOR", told.author.to_owned()),
            ("SEEN", (self.requests * 7 + 300).to_string()),
            ("TEXT", paragraphs.collect()),
            ("BROKEN", told.paragraphs.join("<br><br>")),
            ("OTHERS", [5, 10, 15].map(other).map(link).concat()),
            ("ANOTHER", other(5).paragraphs[0].clone()),
        ];
        form.inside().map(|inside| {
            said.iter().fold(inside.to_owned(), |text, (name, said)| text.replace(name, said))
        })
    }
}
