//! Who else speaks of an article than its blocks: the listing that it was found in, the page's
//! head, the site's other pages.

use crate::domain::{Habits, Teaser};
use crate::text::compare::{opens, same};

/// Letters that a title cut short must have to tell which one it is.
const CUT: usize = 15;
/// Signs that a text was cut.
const CUTS: [&str; 2] = ["…", "..."];

/// Who else speaks of an article.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Witnesses<'p> {
    /// What the listing said of it.
    pub teaser: Option<&'p Teaser>,
    /// The title that the page's head gives it.
    pub declared: Option<&'p str>,
    /// What the pages of its site do alike.
    pub habits: Option<&'p Habits>,
}

impl Witnesses<'_> {
    /// Who says that this is the title.
    pub fn of_title(&self, text: &str) -> Option<&'static str> {
        match (self.lists(text), self.declared.is_some_and(|title| says(title, text))) {
            (true, true) => Some("its listing and the page's head"),
            (true, false) => Some("its listing"),
            (false, true) => Some("the page's head"),
            (false, false) => None,
        }
    }

    /// Whether the listing says that this is the title.
    pub fn lists(&self, text: &str) -> bool {
        self.teaser.is_some_and(|teaser| says(&teaser.title, text))
    }

    /// The title that listing and head agree on, though no line of the article's blocks says it.
    pub fn agreed_title(&self) -> Option<&str> {
        let teaser = self.teaser.map(|teaser| teaser.title.as_str())?;
        self.declared.filter(|declared| says(teaser, declared))
    }

    /// The title that the listing gives whole.
    pub fn listed_title(&self) -> Option<&str> {
        let title = self.teaser.map(|teaser| teaser.title.trim())?;
        (!title.is_empty() && !is_cut(title)).then_some(title)
    }

    /// Whether several pages of the site open a line with this label.
    pub fn know_label(&self, fingerprint: u64) -> bool {
        self.habits.is_some_and(|habits| habits.is_label(fingerprint))
    }

    /// Whether most pages of the site have this line.
    pub fn know_line(&self, fingerprint: u64) -> bool {
        self.habits.is_some_and(|habits| habits.is_furniture(fingerprint))
    }
}

/// Whether a title that may be cut short is this one.
fn says(title: &str, text: &str) -> bool {
    let cut = CUTS.iter().find_map(|cut| title.trim_end().strip_suffix(cut));
    match cut {
        Some(begin) => begin.chars().count() >= CUT && opens(text, begin),
        None => same(title, text),
    }
}

fn is_cut(title: &str) -> bool {
    CUTS.iter().any(|cut| title.ends_with(cut))
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn a_title_cut_short_is_known_by_its_beginning() {
        for (title, text, want) in [
            ("Giá nông sản tuần này", "GIÁ NÔNG SẢN TUẦN NÀY", true),
            ("Giá nông sản tuần…", "Giá nông sản tuần này tăng nhẹ", true),
            ("Giá nông sản tuần ...", "Giá nông sản tuần này tăng nhẹ", true),
            ("Giá…", "Giá nông sản tuần này tăng nhẹ", false),
            ("Giá nông sản tuần sau…", "Giá nông sản tuần này tăng nhẹ", false),
            ("Giá nông sản", "Giá nông sản tuần này", false),
            ("", "", false),
        ] {
            assert_eq!(says(title, text), want, "{title}");
        }
    }
}
