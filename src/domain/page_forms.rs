//! Forms of a site's pages: a redesign gives them other markup or other words round the article,
//! and what the pages of one form share is learned by itself.
//!
//! A form is told by the looks of its elements (odd fingerprints), and among pages of like looks by
//! the lines that most of them have (even ones) and the fields that nearly all of them have.

/// More than one in so many are most.
const MOST: usize = 2;

/// How much of a site's pages must have a line that is furniture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemorySettings {
    /// The last so many pages count: 1 to 64.
    pub pages: u32,
    /// Before so many pages nothing is furniture.
    pub least: u32,
    /// Percent of them that have such a line.
    pub percent: u32,
}

impl Default for MemorySettings {
    fn default() -> Self {
        Self { pages: 50, least: 5, percent: 60 }
    }
}

/// What stands among a page's lines where it has an author, a date, a lead: when nearly all pages
/// had a field, one without it is of another form.
pub const FIELDS: [u64; 3] = [u64::MAX - 1, u64::MAX - 3, u64::MAX - 5];
/// One in so many, or less, are few.
const FEW: u32 = 8;
/// One in so many of the pages is one of the oldest.
const OLDEST: u32 = 4;
/// Percent of pages that are nearly all.
const NEARLY_ALL: u32 = 90;

/// Fingerprints with the pages that have them: bit 0 for the newest.
type Marks = [(u64, u64)];

/// What the pages of one form share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Looks of elements that most of them have.
    looks: Vec<u64>,
    /// Lines that most of them have.
    lines: Vec<u64>,
    /// Fields that nearly all of them have.
    fields: Vec<u64>,
}

impl Form {
    fn of(marks: &Marks, pages: u64, settings: MemorySettings) -> Self {
        let (looks, mut lines): (Vec<_>, Vec<_>) =
            common(marks, pages, settings).into_iter().partition(is_look);
        lines.retain(|line| !FIELDS.contains(line));
        Self { looks, lines, fields: fields(marks, pages) }
    }

    /// The lines that most pages of the form have.
    pub fn lines(&self) -> impl Iterator<Item = u64> {
        self.lines.iter().copied()
    }

    /// How much of it a page of these lines has; none if it has another form.
    pub fn fits(&self, lines: &[u64]) -> Option<usize> {
        let has = |signs: &[u64]| signs.iter().filter(|sign| lines.contains(sign)).count();
        let (looks, shared, fields) = (has(&self.looks), has(&self.lines), has(&self.fields));
        let fits = (self.looks.is_empty() || looks * MOST > self.looks.len())
            && shared * MOST >= self.lines.len()
            && fields == self.fields.len();
        fits.then_some(looks + shared + fields)
    }
}

/// The forms that enough of these pages have.
pub fn of(marks: &Marks, all: u64, settings: MemorySettings) -> Vec<Form> {
    let enough = |pages: &u64| pages.count_ones() >= settings.least.max(1);
    let groups = by_looks(marks, all, settings).into_iter().filter(enough);
    let groups = groups.flat_map(|pages| by_lines(marks, pages, settings)).filter(enough);
    groups.map(|pages| Form::of(marks, pages, settings)).collect()
}

/// The lines and looks that most of these pages have, if there are enough of them.
pub fn common(marks: &Marks, pages: u64, settings: MemorySettings) -> Vec<u64> {
    let of = pages.count_ones();
    let most =
        |(_, marks): &&(u64, u64)| (marks & pages).count_ones() * 100 >= of * settings.percent;
    let enough = of >= settings.least.max(1);
    marks.iter().filter(|_| enough).filter(most).map(|(line, _)| *line).collect()
}

/// Whether two pages share more than half of the looks of either.
pub fn look_alike(one: &[u64], other: &[u64]) -> bool {
    let looks = |lines: &[u64]| lines.iter().filter(|line| is_look(line)).count();
    let most = looks(one).max(looks(other));
    let shared = one.iter().filter(|look| is_look(look) && other.contains(look)).count();
    most == 0 || shared * MOST > most
}

/// The fields that nearly all of these pages have.
fn fields(marks: &Marks, pages: u64) -> Vec<u64> {
    let nearly_all = |(field, marks): &&(u64, u64)| {
        FIELDS.contains(field)
            && (marks & pages).count_ones() * 100 >= pages.count_ones() * NEARLY_ALL
    };
    marks.iter().filter(nearly_all).map(|(field, _)| *field).collect()
}

fn is_look(line: &u64) -> bool {
    !line.is_multiple_of(2)
}

/// Groups of pages whose elements look alike. What only adds looks of its own, such as a pasted
/// table, is no other form: its pages look like the others too.
fn by_looks(marks: &Marks, all: u64, settings: MemorySettings) -> Vec<u64> {
    let looks: Vec<(u64, u64)> = marks.iter().filter(|(line, _)| is_look(line)).copied().collect();
    let (mut groups, mut rest, mut seeds) = (Vec::new(), all, all);
    while seeds != 0 {
        let like = like_newest(&looks, seeds, rest, settings);
        let others = rest & !like;
        seeds &= !like;
        if lacks(&looks, like, others, settings)
            && (come_later(like, others) || lacks(&looks, others, like, settings))
        {
            groups.push(like);
            rest = others;
        }
    }
    groups.push(rest);
    groups
}

/// Whether some pages come after nearly all others, as after a redesign.
fn come_later(pages: u64, others: u64) -> bool {
    let since = u64::MAX.checked_shr(pages.leading_zeros()).unwrap_or_default();
    pages != 0 && (others & since).count_ones() * FEW <= others.count_ones()
}

/// Whether most of these pages have not most of the looks that the others share.
fn lacks(looks: &Marks, pages: u64, others: u64, settings: MemorySettings) -> bool {
    let core = common(looks, others, settings);
    !core.is_empty() && with_most(looks, &core, pages).count_ones() * 2 < pages.count_ones()
}

/// The pages that look most like the newest of the `seeds`, by looks that a form may share.
fn like_newest(looks: &Marks, seeds: u64, rest: u64, settings: MemorySettings) -> u64 {
    let newest = seeds & seeds.wrapping_neg();
    let least = (settings.least * settings.percent / 100).max(2);
    let shared: Vec<u64> =
        looks.iter().map(|(_, marks)| marks & rest).filter(|m| m.count_ones() >= least).collect();
    let has = |page: u64| shared.iter().filter(|marks| *marks & page != 0).count();
    let both = |page: u64| {
        let both = |marks: &&u64| *marks & page != 0 && *marks & newest != 0;
        shared.iter().filter(both).count()
    };
    let like = |page: &u64| {
        let most = has(*page).max(has(newest));
        most == 0 || both(*page) * MOST > most
    };
    each(rest).filter(like).fold(newest, |with, page| with | page)
}

/// Those of the pages that have more than half of these lines.
fn with_most(marks: &Marks, lines: &[u64], pages: u64) -> u64 {
    let of_lines: Vec<u64> =
        marks.iter().filter(|(line, _)| lines.contains(line)).map(|(_, marks)| *marks).collect();
    let has = |page: &u64| of_lines.iter().filter(|marks| *marks & page != 0).count();
    each(pages).filter(|page| has(page) * MOST > lines.len()).fold(0, |with, page| with | page)
}

/// Pages that look alike, divided into those with the lines and fields that the oldest ones share
/// and later ones without.
fn by_lines(marks: &Marks, pages: u64, settings: MemorySettings) -> [u64; 2] {
    let some = (pages.count_ones() / OLDEST).max(settings.least) as usize;
    let oldest = each(pages).collect::<Vec<_>>();
    let oldest = oldest.iter().rev().take(some).fold(0, |with, page| with | page);
    let mut lines = common(marks, oldest, settings);
    lines.retain(|line| !is_look(line) && !FIELDS.contains(line));
    let with = if lines.is_empty() { pages } else { with_most(marks, &lines, pages) };
    let fields = fields(marks, oldest);
    let fields = marks.iter().filter(|(field, _)| fields.contains(field));
    let with = fields.fold(with, |with, (_, marks)| with & marks);
    let without = pages & !with;
    if come_later(without, with) { [with, without] } else { [pages, 0] }
}

/// Each of the pages by itself, the newest first.
fn each(pages: u64) -> impl Iterator<Item = u64> {
    (0..64).map(|n| 1 << n).filter(move |page| pages & page != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Habits, Lesson, PageMemory};

    #[test]
    fn what_some_of_the_first_pages_share_is_no_furniture() {
        let signed: &[u64] = &[1, 3, 5, 10, 70];
        let plain: &[u64] = &[1, 3, 5, 10];
        let habits = habits(&[(4, signed), (8, plain), (5, signed), (8, plain)]);
        assert!(!habits.is_furniture(70) && habits.is_furniture(10));
        assert!(!habits.is_strange(plain) && !habits.is_strange(signed));
    }

    /// A site's habits after pages of these looks and lines; each has a line of its own too.
    fn habits(pages: &[(usize, &[u64])]) -> Habits {
        let (settings, mut memory) = (MemorySettings::default(), PageMemory::default());
        let all = pages.iter().flat_map(|(count, lines)| (0..*count).map(|_| *lines));
        for (n, lines) in (0..).zip(all) {
            let lines = lines.iter().copied().chain([1_000 + 2 * n]).collect();
            memory.learn(n, &Lesson { body: n, lines }, settings);
        }
        memory.habits(settings)
    }

    #[test]
    fn a_page_without_a_field_that_nearly_all_have_is_of_another_form() {
        let with: &[u64] = &[1, 3, 5, 10, FIELDS[0]];
        let without: &[u64] = &[1, 3, 5, 10];
        assert!(habits(&[(20, with)]).is_strange(without));
        assert!(!habits(&[(20, with), (5, without)]).is_strange(without));
        let mixed = [(2, with), (1, without), (3, with), (2, without), (9, with)];
        assert!(!habits(&mixed).is_strange(without));
    }

    const OLD: &[u64] = &[1, 3, 5, 10, 12];
    const NEW: &[u64] = &[1, 21, 23, 30, 32];

    #[test]
    fn a_new_form_is_strange_until_enough_pages_have_it() {
        for (old, new, known) in [(3, 0, true), (20, 0, false), (20, 4, false), (20, 5, true)] {
            let habits = habits(&[(old, OLD), (new, NEW)]);
            assert_eq!(!habits.is_strange(NEW), known, "{new} after {old}");
            assert!(!habits.is_strange(OLD), "{new} after {old}");
        }
    }

    #[test]
    fn its_furniture_is_known_at_any_time_of_the_change() {
        for new in 5..30 {
            let habits = habits(&[(20, OLD), (new, NEW)]);
            for line in [10, 12, 30, 32] {
                assert!(habits.is_furniture(line), "{line} with {new} new pages");
            }
            assert!(!habits.are_alike(OLD, NEW));
        }
    }

    #[test]
    fn other_words_in_the_same_markup_are_another_form() {
        let words: &[u64] = &[1, 3, 5, 40, 42];
        for new in [5, 12, 30] {
            let habits = habits(&[(20, OLD), (new, words)]);
            assert!(habits.is_furniture(40) && !habits.is_strange(words), "{new}");
        }
        assert!(habits(&[(20, OLD)]).is_strange(words));
    }

    #[test]
    fn pages_with_looks_of_their_own_are_of_the_same_form() {
        // Five weekly plans, pasted from elsewhere: what they share is their content.
        let plan: &[u64] = &[1, 3, 5, 51, 53, 55, 57, 10, 12, 60, 62];
        let habits = habits(&[(20, OLD), (5, plan), (10, OLD)]);
        assert!(!habits.is_furniture(60) && habits.is_furniture(10));
        assert!(!habits.is_strange(plan) && habits.are_alike(OLD, plan));
    }
}
