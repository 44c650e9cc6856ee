//! What the pages of a site have in common: lines that stand on most of them are furniture,
//! whatever they say and in whatever language.
//!
//! A pure value: no clock, no chance. What is learned again from the same pages in the same order
//! is the same value.

use std::collections::VecDeque;

use super::page_forms::{self, Form, MemorySettings};

/// Lines that are counted; with 16 bytes each they stay under 48 KiB.
const MOST_LINES: usize = 3_000;
/// Pages, and percent of all, that open a line with the same words before it is a label.
const LABEL_PAGES: u32 = 4;
const LABEL_PERCENT: u32 = 20;
/// Pages after which a line that was seen once is one page's own.
const ONCE: u32 = 20;
/// Pages that a line's marks go back.
const MOST_PAGES: u32 = 64;

/// What one page brings to what is known of its site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lesson {
    /// Fingerprint of its body's text.
    pub body: u64,
    /// Fingerprints of its lines: even; odd are the looks of its elements, which tell its form and
    /// on which no reading depends.
    pub lines: Vec<u64>,
}

/// Pairs of numbers, as a memory is stored.
pub type Pairs = Vec<(u64, u64)>;

/// What the pages of a site have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageMemory {
    /// Address and body of the pages that count, the newest last.
    pages: VecDeque<(u64, u64)>,
    /// Lines by their fingerprints, each with the pages that had it: bit 0 for the newest.
    lines: Vec<(u64, u64)>,
}

impl PageMemory {
    /// It out of [`PageMemory::parts`].
    pub fn of(pages: Pairs, lines: Pairs) -> Self {
        Self { pages: pages.into(), lines }
    }

    /// Address and body of each page that counts, and the marks of each line, as they are stored.
    pub fn parts(&self) -> (Pairs, Pairs) {
        (self.pages.iter().copied().collect(), self.lines.clone())
    }

    /// How many pages it knows, up to those that count.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Learns what the page of this address brings, unless one of its address or of its body is
    /// among those that count; whether it did.
    pub fn learn(&mut self, address: u64, lesson: &Lesson, settings: MemorySettings) -> bool {
        let known = |(at, body): &(u64, u64)| *at == address || *body == lesson.body;
        if self.pages.iter().any(known) {
            return false;
        }
        let most = settings.pages.clamp(1, MOST_PAGES);
        self.pages.push_back((address, lesson.body));
        while self.pages.len() > usize::try_from(most).unwrap_or(usize::MAX) {
            self.pages.pop_front();
        }
        let mask = u64::MAX >> (MOST_PAGES - most);
        for (_, marks) in &mut self.lines {
            *marks = *marks << 1 & mask;
        }
        let known = self.lines.len();
        for line in &lesson.lines {
            match self.lines[..known].binary_search_by_key(line, |(line, _)| *line) {
                Ok(at) => self.lines[at].1 |= 1,
                Err(_) => self.lines.push((*line, 1)),
            }
        }
        self.lines.retain(|(_, marks)| {
            *marks != 0 && (marks.count_ones() > 1 || marks.trailing_zeros() < ONCE)
        });
        self.forget();
        self.lines.sort_unstable();
        self.lines.dedup_by_key(|(line, _)| *line);
        true
    }

    /// Lets the lines go that fewest pages had, of those the ones longest not seen.
    fn forget(&mut self) {
        if self.lines.len() > MOST_LINES {
            self.lines.sort_unstable_by_key(|(line, marks)| {
                (std::cmp::Reverse(marks.count_ones()), marks.trailing_zeros(), *line)
            });
            self.lines.truncate(MOST_LINES);
        }
    }

    /// What its pages do alike, once there are enough of them.
    pub fn habits(&self, settings: MemorySettings) -> Habits {
        let all = u64::MAX.checked_shr(64 - u32::try_from(self.pages.len()).unwrap_or(64));
        let all = all.unwrap_or_default();
        let forms = page_forms::of(&self.lines, all, settings);
        let mut furniture = page_forms::common(&self.lines, all, settings);
        // After a redesign the pages of the new form count by themselves.
        furniture.extend(forms.iter().flat_map(Form::lines));
        furniture.sort_unstable();
        furniture.dedup();
        let least = LABEL_PAGES.max(all.count_ones() * LABEL_PERCENT / 100);
        let several = |(_, marks): &&(u64, u64)| marks.count_ones() >= least;
        let repeated = self.lines.iter().filter(several).map(|(line, _)| *line).collect();
        Habits { furniture, repeated, forms }
    }
}

/// What the pages of a site do alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Fingerprints of the lines that most of them have, in order.
    furniture: Vec<u64>,
    /// Those of the lines that several of them have, in order.
    repeated: Vec<u64>,
    /// The forms that enough of them have.
    forms: Vec<Form>,
}

impl Habits {
    /// Whether a page of these lines is of none of the forms that are known.
    pub fn is_strange(&self, lines: &[u64]) -> bool {
        !self.forms.is_empty() && self.form(lines).is_none()
    }

    /// Whether its pages have several forms.
    pub fn vary(&self) -> bool {
        self.forms.len() > 1
    }

    /// Whether two pages, told by their lines, are of one form.
    pub fn are_alike(&self, one: &[u64], other: &[u64]) -> bool {
        match (self.form(one), self.form(other)) {
            (None, None) => self.forms.is_empty() || page_forms::look_alike(one, other),
            (one, other) => one == other,
        }
    }

    /// The form that a page of these lines has.
    fn form(&self, lines: &[u64]) -> Option<usize> {
        let fitting = self.forms.iter().map(|form| form.fits(lines)).enumerate();
        let fitting = fitting.filter_map(|(n, fits)| Some((fits?, n)));
        fitting.max().map(|(_, n)| n)
    }

    /// Whether most pages have this line.
    pub fn is_furniture(&self, line: u64) -> bool {
        self.furniture.binary_search(&line).is_ok()
    }

    /// Whether a page of these lines may be read otherwise with `other`.
    pub fn differ(&self, other: &Habits, lines: &[u64]) -> bool {
        let known = |habits: &Habits, line: u64| (habits.is_furniture(line), habits.is_label(line));
        let is_read = |line: &&u64| line.is_multiple_of(2);
        let differs = |line: &u64| known(self, *line) != known(other, *line);
        self != other && lines.iter().filter(is_read).any(differs)
    }

    /// Whether several pages have this opening of a line: before a colon it is a label.
    pub fn is_label(&self, opening: u64) -> bool {
        self.repeated.binary_search(&opening).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(n: u64, lines: impl IntoIterator<Item = u64>) -> Lesson {
        Lesson { body: n + 1_000_000, lines: lines.into_iter().collect() }
    }

    #[test]
    fn a_line_of_most_pages_is_furniture_once_there_are_enough() {
        let (settings, mut memory) = (MemorySettings::default(), PageMemory::default());
        for n in 0..5 {
            assert!(!memory.habits(settings).is_furniture(6), "after {n}");
            assert!(memory.learn(n, &page(n, [6, 100 + 2 * n]), settings));
        }
        assert!(memory.habits(settings).is_furniture(6));
        assert!(!memory.habits(settings).is_furniture(100));
        // Fifty pages without it: forgotten.
        (5..55).for_each(|n| assert!(memory.learn(n, &page(n, [100 + 2 * n]), settings)));
        assert!(!memory.habits(settings).is_furniture(6));
    }

    #[test]
    fn after_a_redesign_the_new_form_is_learned_by_itself() {
        let (settings, mut memory) = (MemorySettings::default(), PageMemory::default());
        (0..40).for_each(|n| assert!(memory.learn(n, &page(n, [6, 100 + 2 * n]), settings)));
        for n in 40..45 {
            assert!(!memory.habits(settings).is_furniture(8), "page {n}");
            assert!(memory.learn(n, &page(n, [8, 100 + 2 * n]), settings));
        }
        let habits = memory.habits(settings);
        assert!(habits.is_furniture(8) && habits.is_furniture(6));
        assert!(!habits.is_furniture(188));
    }

    #[test]
    fn a_page_is_learned_once() {
        let (settings, mut memory) = (MemorySettings::default(), PageMemory::default());
        assert!(memory.learn(1, &page(1, [6]), settings));
        let known = memory.clone();
        assert!(!memory.learn(1, &Lesson { body: 3, ..page(1, [8]) }, settings), "same address");
        assert!(!memory.learn(3, &page(1, [8]), settings), "same body");
        assert_eq!(memory, known);
    }

    #[test]
    fn it_stays_small_and_keeps_what_stands_everywhere() {
        let (settings, mut memory) = (MemorySettings::default(), PageMemory::default());
        for n in 0..1_000 {
            let own = (0..400).map(|line| 1_000 + 2 * (n * 400 + line));
            memory.learn(n, &page(n, own.chain([6, 8])), settings);
        }
        assert!(memory.lines.len() <= MOST_LINES && memory.pages() == 50);
        assert!(memory.habits(settings).is_furniture(6) && memory.habits(settings).is_furniture(8));
    }
}
