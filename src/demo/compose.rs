//! Articles out of word lists and sentence forms, repeatable by seed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::Offset;
use unicode_normalization::UnicodeNormalization;

use super::data::{Words, data};
use super::dice::Dice;
use super::story::{Author, AuthorForm, Paper, Piece, Stamp, Story};

/// The mark that ends an article.
pub const END: &str = "./.";

/// Who writes one article: first choices stay.
struct Writer {
    words: &'static Words,
    dice: Dice,
    chosen: BTreeMap<String, String>,
    /// Sentence forms not yet used.
    fresh: Vec<&'static String>,
}

/// The article of that number, written for a section at an instant.
pub fn story(seed: u64, number: u32, section: usize, at: Timestamp) -> Story {
    let mut writer = Writer {
        words: &data().words,
        dice: Dice::of(seed, &format!("story {number}")),
        chosen: BTreeMap::new(),
        fresh: Vec::new(),
    };
    let title = writer.one(&writer.words.forms.title);
    let lead = writer.dice.chance(88).then(|| writer.one(&writer.words.forms.lead));
    let body = writer.body(number);
    let author = writer.author();
    let date = writer.date(at);
    let files = writer.files(number);
    Story {
        number,
        section,
        slug: slug(&title),
        title,
        lead,
        body,
        author,
        date,
        files,
        changed: Timestamp::from_second(at.as_second()).unwrap_or(at),
        revision: 0,
        withdrawn: None,
    }
}

/// The start of the day of `at` in the portal's zone.
pub fn day(at: Timestamp) -> Timestamp {
    let zone = i64::from(data().words.dates.zone_s);
    let local = at.as_second() + zone;
    Timestamp::from_second(local - local.rem_euclid(86_400) - zone).unwrap_or(at)
}

/// A date in a written form such as `{dd}/{mm}/{yyyy}`.
pub fn written(at: Timestamp, form: &str) -> String {
    let dates = &data().words.dates;
    let local = Offset::from_seconds(dates.zone_s).unwrap_or(Offset::UTC).to_datetime(at);
    let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
    form.replace("{weekday}", dates.weekday.get(weekday).map_or("", String::as_str))
        .replace("{dd}", &format!("{:02}", local.day()))
        .replace("{mm}", &format!("{:02}", local.month()))
        .replace("{yyyy}", &local.year().to_string())
        .replace("{d}", &local.day().to_string())
        .replace("{m}", &local.month().to_string())
        .replace("{hh}", &format!("{:02}", local.hour()))
        .replace("{min}", &format!("{:02}", local.minute()))
}

/// A title as a path: base letters, digits and hyphens.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.to_lowercase().nfd() {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            '\u{111}' => slug.push('d'),
            '\u{300}'..='\u{36f}' => {}
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(60);
    slug.trim_end_matches('-').to_owned()
}

impl Writer {
    fn one(&mut self, forms: &[String]) -> String {
        let form = self.dice.pick(forms).cloned().unwrap_or_default();
        self.say(&form)
    }

    /// Fills the slots of a form.
    fn say(&mut self, form: &str) -> String {
        let mut said = String::new();
        let mut rest = form;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else { break };
            said.push_str(before);
            let word = self.word(name);
            said.push_str(&word);
            rest = tail;
        }
        said.push_str(rest);
        said
    }

    fn word(&mut self, name: &str) -> String {
        match name {
            "n" => return (11 + self.dice.below(88)).to_string(),
            "k" => return (2 + self.dice.below(8)).to_string(),
            "m" => return format!("{}.{}00", 1 + self.dice.below(9), 1 + self.dice.below(9)),
            "person" => {
                return format!(
                    "{} {} {}",
                    self.raw("family"),
                    self.raw("middle"),
                    self.raw("given")
                );
            }
            _ => {}
        }
        if let Some(word) = self.chosen.get(name) {
            return word.clone();
        }
        let form = self.raw(name);
        let word = self.say(&form);
        self.chosen.insert(name.to_owned(), word.clone());
        word
    }

    fn raw(&mut self, list: &str) -> String {
        self.words
            .lists
            .get(list)
            .and_then(|list| self.dice.pick(list))
            .cloned()
            .unwrap_or_default()
    }

    fn paragraph(&mut self) -> String {
        let mut sentences: Vec<String> = Vec::new();
        for _ in 0..2 + self.dice.below(4) {
            if self.fresh.is_empty() {
                self.fresh = self.words.forms.sentence.iter().collect();
            }
            let place = self.dice.below(self.fresh.len());
            let form = self.fresh.swap_remove(place);
            sentences.push(self.say(form));
        }
        sentences.join(" ")
    }

    fn body(&mut self, number: u32) -> Vec<Piece> {
        let forms = &self.words.forms;
        let mut body = vec![Piece::Paragraph(self.paragraph())];
        let pictures = [60, 25].into_iter().filter(|percent| self.dice.chance(*percent)).count();
        for place in 0..4 + self.dice.below(4) {
            if place < pictures {
                let caption = self.dice.chance(80).then(|| self.one(&forms.caption));
                body.push(Piece::Picture(
                    format!("/PublishingImages/{number}-{place}.png"),
                    caption,
                ));
            }
            if self.dice.chance(12) {
                body.push(Piece::Heading(self.one(&forms.heading)));
            }
            body.push(Piece::Paragraph(self.paragraph()));
            if self.dice.chance(7) {
                body.push(Piece::Quote(self.one(&forms.quote)));
            }
        }
        if self.dice.chance(20) {
            let numbered = self.dice.chance(40);
            body.push(Piece::List(
                numbered,
                (0..2 + self.dice.below(3)).map(|_| self.one(&forms.item)).collect(),
            ));
        }
        if self.dice.chance(15) {
            body.push(Piece::Table(self.table()));
        }
        body.push(self.closing());
        body
    }

    fn table(&mut self) -> Vec<Vec<String>> {
        let kind = self.dice.below(self.words.forms.columns.len());
        let mut rows = vec![self.words.forms.columns.get(kind).cloned().unwrap_or_default()];
        let form = self.words.forms.row.get(kind).cloned().unwrap_or_default();
        for _ in 0..2 + self.dice.below(4) {
            rows.push(form.iter().map(|cell| self.say(cell)).collect());
        }
        rows
    }

    fn closing(&mut self) -> Piece {
        let text = self.one(&self.words.forms.closing);
        match self.dice.below(10) {
            0 => Piece::Glued(format!("{text}{END}"), self.one(&self.words.forms.after)),
            1..=6 => Piece::Paragraph(format!("{text}{END}")),
            _ => Piece::Paragraph(format!("{text}.")),
        }
    }

    fn author(&mut self) -> Option<Author> {
        let (form, list) = match self.dice.below(10) {
            0..=4 => (AuthorForm::Plain, "pen"),
            5 | 6 => (AuthorForm::Labelled, "pen"),
            7 | 8 => (AuthorForm::Source, "agency"),
            _ => return None,
        };
        Some(Author { name: self.raw(list), form })
    }

    fn date(&mut self, at: Timestamp) -> Option<Stamp> {
        let minute = self.dice.chance(55);
        let form = self.dice.below(if minute {
            self.words.dates.minute.len()
        } else {
            self.words.dates.day.len()
        });
        let at = if minute {
            Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at)
        } else {
            day(at)
        };
        (!self.dice.chance(5)).then_some(Stamp { at, minute, form })
    }

    fn files(&mut self, number: u32) -> Vec<Paper> {
        let count = if self.dice.chance(18) { 1 + self.dice.below(3) } else { 0 };
        let endings = ["pdf", "doc", "xls"];
        (0..count)
            .map(|n| Paper {
                path: format!("/Documents/{number}-{n}.{}", endings[n % 3]),
                title: self.one(&self.words.forms.file),
            })
            .collect()
    }
}
