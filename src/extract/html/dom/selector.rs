//! CSS selectors, each with what an element must have to match: most elements lack it.

use scraper::{CaseSensitivity, ElementRef};

/// Signs of a selector of which more than its end would have to be understood.
const MANIFOLD: [char; 6] = [',', '(', '"', '\'', '\\', '|'];

/// A CSS selector out of profile data.
#[derive(Clone, Debug)]
pub struct Selector {
    css: scraper::Selector,
    needs: Need,
}

/// What an element must have to match.
#[derive(Clone, Debug, PartialEq)]
enum Need {
    Class(String),
    Id(String),
    Name(String),
    /// It cannot be told at a glance.
    Anything,
}

impl Selector {
    /// Compiles it, or says what is wrong with it.
    pub fn compile(css: &str) -> Result<Self, String> {
        let needs = Need::of(css.trim());
        scraper::Selector::parse(css).map(|css| Self { css, needs }).map_err(|e| e.to_string())
    }

    /// Whether an element matches.
    pub(super) fn matches(&self, element: ElementRef<'_>) -> bool {
        self.needs.has(element) && self.css.matches(&element)
    }
}

impl Need {
    /// What the last part of a selector asks for.
    fn of(css: &str) -> Self {
        if css.contains(MANIFOLD) || css.contains("~=") {
            return Self::Anything;
        }
        let last = css.rsplit([' ', '>', '+', '~']).next().unwrap_or_default();
        let bare = last.split(['[', ':']).next().unwrap_or_default();
        let end = |name: &str| name.split(['.', '#']).next().unwrap_or_default().to_owned();
        match (bare.split_once('#'), bare.split_once('.')) {
            (Some((_, id)), _) => Self::Id(end(id)),
            (None, Some((_, class))) => Self::Class(end(class)),
            (None, None) if bare.is_empty() || bare == "*" => Self::Anything,
            (None, None) => Self::Name(bare.to_owned()),
        }
    }

    fn has(&self, element: ElementRef<'_>) -> bool {
        let element = element.value();
        match self {
            Self::Class(class) => element.has_class(class, CaseSensitivity::CaseSensitive),
            Self::Id(id) => element.id() == Some(id),
            Self::Name(name) => element.name().eq_ignore_ascii_case(name),
            Self::Anything => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_element_must_have_is_what_the_last_part_asks_for() {
        let class = |name: &str| Need::Class(name.to_owned());
        for (css, need) in [
            (".a .b.c", class("b")),
            ("div > p.lead[lang]:first-child", class("lead")),
            ("#main li#x.y", Need::Id("x".to_owned())),
            (".a.b#x", Need::Id("x".to_owned())),
            ("body > header", Need::Name("header".to_owned())),
            ("TIME[datetime]", Need::Name("TIME".to_owned())),
            ("[id*=footer]", Need::Anything),
            (".a [rel~=b]", Need::Anything),
            (".a, .b", Need::Anything),
            (".a:not(.b)", Need::Anything),
        ] {
            assert_eq!(Need::of(css), need, "{css}");
        }
    }

    /// A glance leaves out nothing that matches, of all selectors that are shipped.
    #[test]
    fn a_glance_leaves_out_nothing_that_matches() {
        let html = scraper::Html::parse_document(
            "<svg><linearGradient class=a></svg><div class='entry-content date A'><h1 id=x>x</h1>\
             <p class='a b' rel='b c'><a href='/author/x'>y</a></p></div><TIME datetime=1>z</TIME>",
        );
        let portals = crate::config::shipped().portals;
        let pages = portals.iter().filter_map(|portal| portal.page.as_ref());
        let shipped = pages.flat_map(|page| page.dates.iter().chain(&page.authors).cloned());
        let own = [".a", ".A", "h1#x", "time", "linearGradient", ".a[rel~=c]", "div > p.b a", "*"];
        let mut met = 0;
        for css in shipped.chain(own.map(str::to_owned)) {
            let selector = Selector::compile(&css).unwrap();
            for element in html.tree.nodes().filter_map(ElementRef::wrap) {
                let matches = selector.css.matches(&element);
                assert_eq!(selector.matches(element), matches, "{css}");
                met += usize::from(matches);
            }
        }
        assert!(met > 10, "{met}");
    }
}
