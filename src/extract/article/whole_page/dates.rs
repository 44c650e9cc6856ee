//! The date of a whole page: what its elements, the lines beside its title, its head and its
//! address agree on.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::day_order::order;
use super::declared::Declared;
use super::laid::Whole;
use super::of_address::of_address;
use super::place::Place;
use crate::domain::{DateOrder, Written};
use crate::extract::article::evidence::{Evidence, Kind, Witness};
use crate::extract::article::fields::date::{Dates, Said, find, said};
use crate::extract::article::reading::Reading;
use crate::extract::html::dom::Node;
use crate::extract::lines::line::{Kind as LineKind, Line};
use crate::extract::rules::dates::Found;
use crate::extract::rules::profile::Profile;
use crate::text::compare::ends_sentence;

/// Weights of witnesses, by where they stand.
const LABELLED: u32 = 60;
const SELECTED: u32 = 45;
const DECLARED: u32 = 42;
const APART: u32 = 44;
const AMONG: u32 = 34;
const UNSEEN: u32 = 38;
const OVER: u32 = 28;
const ADDRESS: u32 = 30;
const INSTANT: u32 = 20;
const CLOSING: u32 = 22;
const OPENING: u32 = 26;
const DATELINE: u32 = 24;
const ONLY: u32 = 24;
const MONTH: u32 = 10;
const FAR: u32 = 12;
/// Less than this is no evidence.
const LEAST: u32 = 20;
/// Letters of a line that says a date without a label.
const SHORT: usize = 100;
/// Letters of a line that says place and date.
const DATELINE_LETTERS: usize = 50;

/// A date by its day; the time is kept beside it.
#[derive(Clone, Copy, Debug)]
struct Day(Written);

impl PartialEq for Day {
    fn eq(&self, other: &Self) -> bool {
        self.0.date == other.0.date
    }
}

/// A day whose numbers say no order, and who says it.
struct Open {
    found: Found,
    text: String,
    witness: Witness,
}

/// What was heard of dates.
struct Heard {
    evidence: Evidence<Day>,
    open: Vec<Open>,
    zone: Option<TimeZone>,
    /// Days that elements say which are made for dates.
    marked: Vec<(i16, i8, i8)>,
}

/// The date of publication, and the lines that say dates alone.
pub(super) fn published(
    whole: &Whole<'_, '_>,
    declared: &Declared,
    place: &Place<'_>,
    reading: &mut Reading<'_>,
) -> (Dates, Vec<String>) {
    let profile = reading.profile;
    let zone = profile.data.timezone.as_deref().and_then(|name| TimeZone::get(name).ok());
    let mut heard =
        Heard { evidence: Evidence::of("published"), open: Vec::new(), zone, marked: Vec::new() };
    let beside = place.beside();
    let mut own = Vec::new();
    for (node, shown) in whole.named(&whole.rules.dates) {
        own.extend(heard.element((node, shown), whole, (place, &beside), reading));
    }
    heard.only();
    for n in &beside {
        heard.line(*n, whole, place, reading);
    }
    for date in &declared.published {
        heard.hear(&date.value, Witness::declared(DECLARED, date.place.clone()), profile);
    }
    heard.dateline(place, profile);
    heard.address(whole);
    heard.settle(whole, place, reading);
    let won = heard.evidence.decide(LEAST, reading);
    (won.map_or_else(Dates::default, |won| Dates::of(won.value.0)), own)
}

impl Heard {
    /// Hears a witness for the first date of a text.
    fn hear(&mut self, text: &str, witness: Witness, profile: &Profile) -> Option<Written> {
        let mut found = find(text, profile)?;
        if found.turned.is_some() {
            let text = text[found.span.clone()].to_owned();
            self.open.push(Open { found, text, witness });
            return None;
        }
        if witness.kind == Kind::Declared {
            found.written = self.local(found.written);
        }
        self.tell(found.written, &text[found.span], witness);
        Some(found.written)
    }

    fn tell(&mut self, written: Written, text: &str, witness: Witness) {
        let known = self.evidence.hear(Day(written), text, witness);
        if exactness(&written) > exactness(&known.value.0) {
            known.value = Day(written);
        }
    }

    /// A selected element; its text if that is one of the article's lines.
    fn element(
        &mut self,
        (node, shown): (Node<'_>, String),
        whole: &Whole<'_, '_>,
        (place, beside): (&Place<'_>, &[usize]),
        reading: &Reading<'_>,
    ) -> Option<String> {
        let profile = reading.profile;
        let rule = reading.rule(|p| p.selector(&whole.rules.dates, "page.dates", node));
        let near = place.line_with(&shown, beside);
        let line = near.and_then(|n| place.page.lines.get(n));
        if whole.rules.edited.fit(node) || line.is_some_and(|l| edited(&l.text, &shown, profile)) {
            return None;
        }
        let weight = match near {
            Some(n) if place.is_banner(n, whole) && !is_marked(node) => FAR,
            Some(n) if place.over(n) => OVER + 4,
            Some(n) if place.closing(n) => CLOSING + 4,
            Some(n) => SELECTED - place.distance(n),
            None => FAR,
        };
        let value = ["datetime", "content", "data-datetime", "data-date", "title"]
            .iter()
            .find_map(|key| node.attr(key).filter(|value| find(value, profile).is_some()));
        let seen = self.hear(&shown, Witness::seen(weight, rule.clone()), profile);
        if let Some(value) = value {
            let unseen = shown.is_empty() && node.ancestors().any(|n| n.is(&["article", "main"]));
            let same = seen
                .is_some_and(|s| find(value, profile).is_some_and(|v| v.written.date == s.date));
            let witness = match (near, seen) {
                // It tells the time of the same day.
                _ if same => Witness::seen(0, ""),
                (Some(_), None) => Witness::seen(weight, rule),
                (Some(_), Some(_)) => Witness::declared(INSTANT, rule),
                (None, _) => Witness::declared(if unseen { UNSEEN } else { FAR }, rule),
            };
            self.hear(value, witness, profile);
        }
        let dated = value.or(Some(shown.as_str())).and_then(|text| find(text, profile));
        self.marked.extend(dated.filter(|_| is_marked(node)).map(|found| found.written.date));
        Some(shown).filter(|text| !text.is_empty())
    }

    /// A line beside the title.
    fn line(
        &mut self,
        n: usize,
        whole: &Whole<'_, '_>,
        place: &Place<'_>,
        reading: &mut Reading<'_>,
    ) {
        let (profile, lines) = (reading.profile, &place.page.lines);
        let Some(line) = place.beside_title(n) else { return };
        let over = n < place.text + 3 || place.closing(n);
        let label = n.checked_sub(1).map(|before| lines[before].text.as_str()).unwrap_or_default();
        let mut rest = line.text.as_str();
        while let Some(found) = find(rest, profile) {
            let mut told = said(rest, &found, &[], profile);
            if rest.len() == line.text.len() && found.span.start == 0 {
                told = match told {
                    Said::Apart if profile.date_labels.is(label) => Said::Labelled(0),
                    Said::Apart if profile.edited.is(label) => Said::Edited(0),
                    other => other,
                };
            }
            let end = found.span.end;
            let among = || {
                over && is_short(line)
                    && !ends_sentence(&line.text)
                    && (!matches!(line.kind, LineKind::Heading(_)) || Some(n) == place.heading)
            };
            let (weight, rule) = match told {
                Said::Edited(_) => (0, "date of an edit".into()),
                Said::Labelled(at) => (
                    LABELLED,
                    reading.rule(|p| p.label(&p.date_labels, "labels.date", &rest[at..end])),
                ),
                Said::Apart if is_short(line) => (APART, "date that stands apart".into()),
                Said::Within if among() => (AMONG, "date beside the title".into()),
                Said::Apart | Said::Within if opens(rest, &found, place, n) => {
                    (OPENING, "date that opens the text".into())
                }
                _ => (0, "date in a text".into()),
            };
            let weight = match weight {
                0 | LABELLED => weight,
                _ if place.is_banner(n, whole) => FAR,
                _ if place.over(n) => weight.min(OVER),
                _ if place.closing(n) => weight.min(CLOSING),
                _ => weight - place.distance(n),
            };
            let text = &rest[found.span.clone()];
            match weight {
                0 => reading.left(rule, text),
                _ => drop(self.hear(text, Witness::seen(weight, rule), profile)),
            }
            rest = &rest[end..];
        }
    }

    /// A line of the body that says no more than a place and a date, as letters and releases begin.
    fn dateline(&mut self, place: &Place<'_>, profile: &Profile) {
        for line in &place.page.lines[place.from..place.to] {
            if !line.is_text() || line.letters() > DATELINE_LETTERS {
                continue;
            }
            let Some(found) = find(&line.text, profile) else { continue };
            let (before, after) = (&line.text[..found.span.start], &line.text[found.span.end..]);
            let bare = !after.chars().any(char::is_alphanumeric);
            let place_only = before.trim_end().ends_with(',') || before.contains(',');
            if bare && place_only && said(&line.text, &found, &[], profile) == Said::Within {
                self.hear(&line.text, Witness::seen(DATELINE, "place and date on a line"), profile);
                return;
            }
        }
    }

    /// The only day that elements of dates say, wherever they stand.
    fn only(&mut self) {
        if let ([only], marked) = (self.evidence.all(), &self.marked)
            && marked.contains(&only.value.0.date)
        {
            self.evidence
                .support(|_| Some(Witness::seen(ONLY, "no other date stands in an element")));
        }
    }

    /// The day that the page's address says, or the month.
    fn address(&mut self, whole: &Whole<'_, '_>) {
        let Some((day, month)) = whole.source.url.and_then(|url| of_address(url.path())) else {
            return;
        };
        let witness = |weight| Witness { kind: Kind::Address, weight, place: "address".into() };
        match day {
            Some(date) => {
                let text = format!("{:04}-{:02}-{:02}", date.0, date.1, date.2);
                self.tell(Written { date, time: None, offset_s: None }, &text, witness(ADDRESS));
            }
            None => self.evidence.support(|c| {
                let (y, m, _) = c.value.0.date;
                ((y, m) == month).then(|| witness(MONTH))
            }),
        }
    }

    /// Orders days and months, and hears instants for the days that they fall on elsewhere.
    fn settle(&mut self, whole: &Whole<'_, '_>, place: &Place<'_>, reading: &mut Reading<'_>) {
        if !self.open.is_empty() {
            let order = order(whole, place, reading.profile);
            for Open { found, text, witness } in std::mem::take(&mut self.open) {
                let ways = [Some(found.written.date), found.turned];
                let known = |date: &(i16, i8, i8)| {
                    self.evidence.all().iter().any(|c| c.value.0.date == *date)
                };
                let told: Vec<_> = ways.into_iter().flatten().filter(known).collect();
                let date = match (told.as_slice(), order) {
                    ([one], _) => Some(*one),
                    _ if text.contains('.') => Some(found.written.date),
                    (_, Some(DateOrder::Mdy)) => found.turned,
                    (_, Some(_)) => Some(found.written.date),
                    (_, None) => None,
                };
                match date {
                    Some(date) => self.tell(Written { date, ..found.written }, &text, witness),
                    None => reading.left("nothing says which number is the day", &text),
                }
            }
        }
        let instants: Vec<Written> = self
            .evidence
            .all()
            .iter()
            .map(|c| c.value.0)
            .filter(|w| w.offset_s.is_some())
            .collect();
        self.evidence.support(|c| {
            let days = |w: &Written| Some((day_of(w)? - day_of(&c.value.0)?).get_days().abs());
            let near = instants.iter().any(|w| days(w) == Some(1));
            (near && c.has(Kind::Page) && c.value.0.offset_s.is_none())
                .then(|| Witness::declared(INSTANT, "an instant of that day elsewhere"))
        });
    }

    /// An instant as the page's zone shows it.
    fn local(&self, written: Written) -> Written {
        let shown = || {
            let zone = self.zone.as_ref()?;
            let offset = Offset::from_seconds(written.offset_s?).ok()?;
            let (hour, minute) = written.time?;
            let civil = day_of(&written)?.at(hour, minute, 0, 0);
            let at = TimeZone::fixed(offset).to_timestamp(civil).ok()?;
            let there = zone.to_datetime(at);
            let date = (there.year(), there.month(), there.day());
            let time = Some((there.hour(), there.minute()));
            Some(Written { date, time, offset_s: Some(zone.to_offset(at).seconds()) })
        };
        shown().unwrap_or(written)
    }
}

fn day_of(written: &Written) -> Option<Date> {
    let (year, month, day) = written.date;
    Date::new(year, month, day).ok()
}

/// How much a date says beside its day; midnight says nothing.
fn exactness(written: &Written) -> u8 {
    match (written.time, written.offset_s) {
        (None | Some((0, 0)), _) => 0,
        (Some(_), None) => 1,
        (Some(_), Some(_)) => 2,
    }
}

/// Whether an element is made for a date.
fn is_marked(node: Node<'_>) -> bool {
    node.is(&["time"]) || node.attr("itemprop").is_some()
}

fn is_short(line: &Line) -> bool {
    line.letters() < SHORT && !(ends_sentence(&line.text) && line.letters() * 2 > SHORT)
}

/// Whether a date opens the running text, with nothing but a place before it.
fn opens(text: &str, found: &Found, place: &Place<'_>, line: usize) -> bool {
    let before = text[..found.span.start].trim();
    let bare = before.is_empty() || before.ends_with(',') && before.split(' ').count() <= 3;
    bare && line >= place.text && line <= place.text + 1
}

/// Whether a line says that a text in it tells of an edit.
fn edited(line: &str, shown: &str, profile: &Profile) -> bool {
    let Some(at) = line.find(shown) else { return false };
    let date = find(&line[at..], profile).map_or(at, |found| at + found.span.start);
    profile.edited.closing(&line[..date]).is_some()
        || find(shown, profile)
            .is_some_and(|f| matches!(said(shown, &f, &[], profile), Said::Edited(_)))
}
