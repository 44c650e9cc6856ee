//! The title of a whole page: what its head and its headings agree on.

use std::collections::BTreeSet;

use super::laid::Whole;
use crate::extract::article::reading::Reading;
use crate::extract::html::dom::Node;
use crate::extract::lines::inline;
use crate::extract::lines::line::Kind;
use crate::extract::rules::profile::Profile;
use crate::text::compare::same;

/// Lines round the body in which a heading is looked for.
const NEAR: usize = 8;
/// Letters that a title has at most.
const LONGEST: usize = 500;

/// Elements that are headings by name.
const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// What speaks for a title.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum TitleEvidence {
    /// The page's head: two places agree, or it says so itself.
    Head,
    /// A heading beside the body that the head says nothing of.
    Heading,
    /// A part of the page's own title, in a heading or alone.
    Part,
}

/// A title and what speaks for it.
pub(crate) struct Title {
    pub text: String,
    pub by: TitleEvidence,
}

impl<'a> Whole<'_, 'a> {
    /// The title: an element that the page's head agrees with, else meta, else a trail or a heading
    /// beside the body, else `title`.
    pub fn title(&self, from: usize, to: usize, reading: &mut Reading<'_>) -> Option<Title> {
        let profile = self.source.profile;
        let names = profile.data.page.as_ref().map_or(&[][..], |p| &p.title_meta);
        let metas: Vec<(&str, &String)> =
            names.iter().filter_map(|name| Some((self.head.meta(name)?, name))).collect();
        let selected =
            |profile: &Profile, node| profile.selector(&self.rules.titles, "page.titles", node);
        let elements: Vec<(Node<'a>, String)> = self.titles();
        let agreed = |(_, t): &&(Node<'a>, String)| {
            metas.iter().any(|(m, _)| same(m, t))
                || self.head.title().is_some_and(|whole| holds(whole, t))
        };
        let (rule, text, by) = if let Some((node, text)) =
            elements.iter().filter(agreed).max_by_key(|(_, t)| t.chars().count())
        {
            let rule = reading.rule(|p| format!("{}, as the page's head says", selected(p, *node)));
            (rule, text.clone(), TitleEvidence::Head)
        } else if let Some((meta, name)) = metas.first() {
            let rule = reading.rule(|p| p.meta(names, "page.title_meta", name));
            (rule, (*meta).to_owned(), TitleEvidence::Head)
        } else if let Some(text) = self.heading(&elements, from, to) {
            // Without blanks between words, as in Thai, only a whole part can be compared.
            let known = self
                .head
                .title()
                .is_some_and(|whole| holds(&text, own_part(whole)) || shares(whole, &text));
            let element = elements.iter().find(|(_, known)| *known == text);
            let rule = reading.rule(|p| {
                element.map_or("heading beside the body".into(), |(node, _)| selected(p, *node))
            });
            (rule, text, if known { TitleEvidence::Part } else { TitleEvidence::Heading })
        } else {
            let text = own_part(self.head.title()?).to_owned();
            ("title of the page".into(), text, TitleEvidence::Part)
        };
        reading.took("title", rule, &text);
        Some(Title { text, by })
    }

    /// What may be a title: elements of the profile's selectors, but no links elsewhere, no chrome
    /// of blocks, no heading over a list of other articles.
    fn titles(&self) -> Vec<(Node<'a>, String)> {
        let chrome = |t: &str| {
            self.source.profile.related.is(t)
                || self.source.areas.iter().any(|a| a.chrome && a.name == t)
        };
        let elements = self.seen(&self.rules.titles).into_iter().filter(|n| !all_linked(*n));
        let texts = elements.map(|n| (n, self.text(n)));
        texts.filter(|(_, t)| !t.is_empty() && t.chars().count() <= LONGEST && !chrome(t)).collect()
    }

    /// A title that nothing in the head confirms.
    fn heading(&self, elements: &[(Node<'a>, String)], from: usize, to: usize) -> Option<String> {
        let lines = &self.page.lines;
        let trail = elements.iter().find(|(n, _)| !n.is(&HEADINGS));
        let near_body = lines[from.saturating_sub(NEAR)..to.min(from + 2)].iter().rev();
        let headings = near_body.filter_map(|l| elements.iter().find(|(_, t)| same(&l.text, t)));
        // The highest heading beside the body; of equal ones the closest.
        let beside = || headings.min_by_key(|(n, _)| n.name());
        let any = trail.or_else(beside).or_else(|| elements.first()).map(|(_, t)| t.clone());
        let near = || {
            lines[..to.min(from + NEAR)]
                .iter()
                .rev()
                .find(|l| l.kind == Kind::Heading(1) && l.inline.linked().0 == 0)
        };
        any.or_else(|| near().map(|l| l.text.clone()))
    }
}

fn all_linked(node: Node<'_>) -> bool {
    let letters = |n: Node<'_>| {
        n.descendants()
            .filter_map(|t| t.text())
            .flat_map(str::chars)
            .filter(|c| c.is_alphanumeric())
            .count()
    };
    let lead = |n: &Node<'_>| n.name() == Some("a") && n.attr("href").is_some_and(inline::leads);
    let links: usize = node.descendants().filter(lead).map(letters).sum();
    links > 0 && links >= letters(node)
}

/// Whether the page's whole title holds a text as one of its parts.
fn holds(whole: &str, text: &str) -> bool {
    let bare = |t: &str| {
        t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    let text = bare(text);
    text.chars().count() > 3 && bare(whole).contains(&text)
}

/// Whether the page's whole title has a third of the words of a text.
fn shares(whole: &str, text: &str) -> bool {
    let words = |t: &str| {
        t.split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect::<BTreeSet<_>>()
    };
    let (whole, text) = (words(whole), words(text));
    text.intersection(&whole).count() * 3 >= text.len()
}

/// The longest part of a title that names site and section too.
fn own_part(title: &str) -> &str {
    title.split(" | ").flat_map(|p| p.split(" – ")).flat_map(|p| p.split(" - ")).fold("", longer)
}

fn longer<'t>(a: &'t str, b: &'t str) -> &'t str {
    if b.trim().chars().count() > a.chars().count() { b.trim() } else { a }
}
