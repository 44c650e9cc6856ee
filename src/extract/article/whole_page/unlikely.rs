//! What of a page is unlikely to be text of its article, by its markup: by selector, by the names
//! it is given, by its role.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::domain::Role;
use crate::extract::article::source::Source;
use crate::extract::blocks::area::Area;
use crate::extract::html::dom::{Node, Step};
use crate::extract::html::visible::{self, Hidden};
use crate::extract::rules::profile::PageSelectors;

/// Letters of a text from which it is taken for a part of a paragraph.
const TEXT: usize = 60;
/// What is called so and holds more of a page's paragraphs is none, in percent.
const MOST_CALLED: usize = 40;
/// The same for what a selector names.
const MOST_NAMED: usize = 90;
/// What its markup hides and holds more is shown by scripts, in percent.
const MOST_HIDDEN: usize = 60;

/// What is left out of a page before it is read, and what only looks hidden; both sorted keys.
#[derive(Debug, Default)]
pub(super) struct Unlikely {
    pub leave: Vec<usize>,
    /// Elements that their markup hides, but that hold most of the page's text: scripts show them.
    pub shown: Vec<usize>,
}

/// Why an element is unlikely to be text.
#[derive(Clone, PartialEq)]
enum Sign {
    /// It is hidden.
    Hidden,
    /// A selector names it.
    Named,
    /// It is called so.
    Called(Arc<str>),
}

/// What is unlikely to be text; its paragraphs, and the page's first headings in it.
struct Suspect {
    key: usize,
    sign: Sign,
    prose: usize,
    titles: usize,
    /// Whether it stands in another one of this sign.
    inner: bool,
}

/// A walk through a page.
#[derive(Default)]
struct Walk<'a> {
    prose: usize,
    titles: usize,
    links: usize,
    open: Vec<Suspect>,
    suspects: Vec<Suspect>,
    known: HashMap<&'a str, Option<Arc<str>>>,
}

/// What of a page is unlikely to be text. What holds most of a page's text is none, nor is what is
/// only called so and holds the page's first heading.
pub(super) fn of(source: &Source<'_>, rules: &PageSelectors, root: Node<'_>) -> Unlikely {
    let mut walk = Walk::default();
    root.walk(|node, step| match step {
        Step::Enter => walk.enter(node, root, source.hidden, rules),
        Step::Leave => {
            walk.leave(node);
            true
        }
    });
    let Walk { prose, titles, suspects, .. } = walk;
    let mut called: HashMap<&str, usize> = HashMap::new();
    for suspect in suspects.iter().filter(|s| !s.inner) {
        if let Sign::Called(name) = &suspect.sign {
            *called.entry(name).or_default() += suspect.prose;
        }
    }
    let few = |own: usize, most: usize| own * 100 <= prose * most;
    // Comments may be longer than the article: what else is unlikely is told by what they leave.
    let named = suspects.iter().filter(|s| s.sign == Sign::Named && !s.inner);
    let left = prose - named.map(|s| s.prose).filter(|own| few(*own, MOST_NAMED)).sum::<usize>();
    let unlikely = |s: &&Suspect| match &s.sign {
        Sign::Hidden => false,
        Sign::Named => few(s.prose, MOST_NAMED),
        Sign::Called(name) => {
            called.get(&**name).copied().unwrap_or(0) * 100 <= left * MOST_CALLED
                && (s.titles == 0 || titles > s.titles)
        }
    };
    let other = |a: &&Area<'_>| {
        matches!(a.role, Role::Navigation | Role::Related | Role::MostRead | Role::Listing)
    };
    let others = source.areas.iter().filter(other).map(|a| a.node.key());
    let leave = suspects.iter().filter(unlikely).map(|s| s.key).chain(others);
    let leave = leave.collect::<BTreeSet<_>>().into_iter().collect();
    let shown = suspects.iter().filter(|s| s.sign == Sign::Hidden && !few(s.prose, MOST_HIDDEN));
    let shown = shown.map(|s| s.key).collect::<BTreeSet<_>>().into_iter().collect();
    Unlikely { leave, shown }
}

impl<'a> Walk<'a> {
    fn enter(
        &mut self,
        node: Node<'a>,
        root: Node<'a>,
        hidden: &Hidden,
        rules: &PageSelectors,
    ) -> bool {
        let Some(name) = node.name() else {
            let letters = node.text().map_or(0, |text| text.trim().len());
            self.prose += if letters >= TEXT && self.links == 0 { letters } else { 0 };
            return true;
        };
        if visible::is_silent(name) {
            return false;
        }
        if node != root
            && let Some(sign) = self.sign(node, hidden, rules)
        {
            let inner = self.open.iter().any(|open| open.sign == sign);
            let (prose, titles) = (self.prose, self.titles);
            self.open.push(Suspect { key: node.key(), sign, prose, titles, inner });
        }
        self.titles += usize::from(name == "h1");
        self.links += usize::from(name == "a");
        true
    }

    fn leave(&mut self, node: Node<'_>) {
        if let Some(suspect) = self.open.pop_if(|open| open.key == node.key()) {
            let prose = self.prose - suspect.prose;
            let titles = self.titles - suspect.titles;
            self.suspects.push(Suspect { prose, titles, ..suspect });
        }
        self.links = self.links.saturating_sub(usize::from(node.name() == Some("a")));
    }

    /// What speaks against an element.
    fn sign(&mut self, node: Node<'a>, hidden: &Hidden, rules: &PageSelectors) -> Option<Sign> {
        if hidden.hides(node) {
            return Some(Sign::Hidden);
        }
        if rules.leave.fit(node) {
            return Some(Sign::Named);
        }
        if rules.unlikely.is_empty() {
            return None;
        }
        let mut called = |attribute: &str| {
            let written = node.attr(attribute)?;
            let held = || rules.unlikely.held(written).map(Arc::from);
            self.known.entry(written).or_insert_with(held).clone()
        };
        called("class").or_else(|| called("id")).map(Sign::Called)
    }
}
