//! Pages whose blocks do not tell title and body apart: the whole page is read, and the running
//! text shows where its article is.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::compose::{Rest, begin, fill};
use super::fields::author::Named;
use super::fields::date::Dates;
use super::fields::{Notes, images};
use super::foreign;
use super::source::Source;
use crate::domain::{Draft, Role};
use crate::extract::blocks::area::Area;
use crate::extract::html::dom::Node;
use crate::extract::html::visible;
use crate::extract::lines::build;
use crate::extract::lines::density::{RUNNING, densest, span, sum, weight};
use crate::extract::lines::inline::Inline;
use crate::extract::lines::line::{Kind, Line, LineOptions, Lines};
use crate::extract::page::head::Head;
use crate::extract::rules::profile::{Frame, Profile};
use crate::extract::rules::selectors::Selectors;
use crate::text::compare::same;

/// Lines round the title in which a labelled date is looked for.
const NEAR: usize = 8;
/// Letters that a title has at most.
const LONGEST: usize = 500;
/// A place that the profile names must hold one part in this of the densest place's text.
const SHARE: isize = 3;
/// A title that the page's head confirms lets an article be this many times shorter.
const SURE: usize = 8;
/// A heading that nothing confirms, without date and author, needs this many times as much text
/// under it.
const UNTOLD: usize = 5;
/// Letters of a line beside the title that may be a date.
const BESIDE: usize = 80;
/// Elements of one selector that are looked at.
const MOST: usize = 50;
/// Lines that say the title again and are looked at.
const MOST_TITLES: usize = 4;

/// Elements that are headings by name.
const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// What speaks for a title.
#[derive(Clone, Copy, PartialEq)]
enum TitleEvidence {
    /// The page's head: two places agree, or it says so itself.
    Head,
    /// A heading beside the body that the head says nothing of.
    Heading,
    /// A part of the page's own title, in a heading or alone.
    Part,
}

/// A title and what speaks for it.
struct Title {
    text: String,
    by: TitleEvidence,
}

/// A whole page on the table.
struct Whole<'s, 'a> {
    source: &'s Source<'a>,
    rules: &'s Frame,
    head: &'s Head,
    root: Node<'a>,
    leave: Vec<usize>,
    page: Lines<'a>,
}

/// Reads the article of a page at large, or says why there is none.
pub(crate) fn read(
    source: &Source<'_>,
    rules: &Frame,
    head: &Head,
    notes: &mut Notes,
) -> Result<Draft, String> {
    let profile = source.profile;
    if let Some(why) = foreign::by_names(source, rules) {
        return Err(why);
    }
    let whole = Whole::lay(source, rules, head).ok_or("the page has no body")?;
    let (body, letters, why) = whole.place().ok_or("the page has no running text")?;
    let (from, to) = span(&whole.page, body);
    let title = whole.title(from, to, notes);
    let least = profile.data.page.as_ref().map_or(0, |p| p.least);
    let by = title.as_ref().map(|t| t.by);
    if letters < if by == Some(TitleEvidence::Head) { least / SURE } else { least } {
        return Err(format!("the page has {letters} letters of running text"));
    }
    if let Some(why) =
        foreign::by_parts(source, rules, title.as_ref().map(|t| t.text.as_str()), letters)
    {
        return Err(why);
    }
    let heading = title.as_ref().and_then(|t| whole.heading_line(&t.text, to, letters));
    let start = heading.filter(|at| *at >= from).map_or(from, |at| at + 1);
    let mut draft = begin(profile);
    draft.title = title.map(|t| t.text);
    draft.lead = whole
        .told(&rules.leads)
        .into_iter()
        .map(|(_, text)| text)
        .find(|l| l.chars().count() > RUNNING);
    let dated = whole.seen(&rules.dates);
    let mut rest = Rest {
        dates: whole.dates(&dated, heading.unwrap_or(from), notes),
        named: Named::default(),
        plain: false,
        edges: false,
    };
    let authors = whole.told(&rules.authors);
    for (node, text) in &authors {
        let rule = profile.selector(&rules.authors, "page.authors", *node);
        rest.named.author(text, rule, profile, notes);
    }
    // Front pages are full of headings.
    if by == Some(TitleEvidence::Heading)
        && rest.dates.published_any().is_none()
        && authors.is_empty()
        && letters < least * UNTOLD
    {
        return Err(format!(
            "{letters} letters of running text under a heading that the page's head does not know, without date or author"
        ));
    }
    notes.took("body", why, "");
    let fields: Vec<String> = authors
        .into_iter()
        .map(|(_, text)| text)
        .chain(dated.into_iter().map(|n| whole.text(n)))
        .filter(|t| !t.is_empty() && t.chars().count() < BESIDE)
        .collect();
    let Lines { mut lines, containers } = whole.page;
    lines.truncate(to);
    lines.drain(..start);
    leave_fields(&mut lines, &fields);
    fill(&mut draft, Lines { lines, containers }, &mut rest, profile, notes);
    draft.published = rest.dates.published(profile);
    draft.authors = rest.named.names();
    if draft.body.is_empty() { Err("the body is empty".to_owned()) } else { Ok(draft) }
}

impl<'s, 'a> Whole<'s, 'a> {
    fn lay(source: &'s Source<'a>, rules: &'s Frame, head: &'s Head) -> Option<Self> {
        let root = source.tree.root().descendants().find(|n| n.is(&["body"]))?;
        let leave = leave(source, rules, root);
        let picture = |node: Node<'_>| images::address(node, source.profile);
        let mut page = build::read(
            root,
            LineOptions { hidden: source.hidden, leave: &leave, layout: false, picture: &picture },
        );
        let document =
            |l: &Line| l.inline.links().iter().any(|(to, _)| source.profile.scripts.any(to));
        page.lines.retain(|l| !l.action || !l.is_text() || document(l));
        Some(Self { source, rules, head, root, leave, page })
    }

    /// The elements of these selectors that are seen and not left out.
    fn seen(&self, selectors: &Selectors) -> Vec<Node<'a>> {
        let left = |n: &Node<'_>| self.leave.binary_search(&n.key()).is_ok();
        let nodes = selectors.all(self.root).into_iter().take(MOST);
        nodes
            .filter(|n| {
                !left(n) && !n.ancestors().any(|a| left(&a)) && !self.source.hidden.covers(*n)
            })
            .collect()
    }

    fn text(&self, node: Node<'_>) -> String {
        Inline::plain(&visible::line(node, self.source.hidden)).text()
    }

    /// These elements with their texts, where they have any.
    fn told(&self, selectors: &Selectors) -> Vec<(Node<'a>, String)> {
        let texts = self.seen(selectors).into_iter().map(|n| (n, self.text(n)));
        texts.filter(|(_, text)| !text.is_empty()).collect()
    }

    /// The index of the container that holds the body, the letters of running text in it, and the
    /// rule that found it.
    fn place(&self) -> Option<(usize, usize, Cow<'static, str>)> {
        let page = &self.page;
        let weights: Vec<isize> = page.lines.iter().map(weight).collect();
        let densest = densest(page, &weights);
        let most = densest.map_or(0, |container| sum(page, &weights, container));
        let named =
            self.source.areas.iter().filter(|a| a.role == Role::ViewData).map(|a| (a.node, true));
        let bodies = &self.rules.bodies;
        let selected = bodies.all(self.root).into_iter().map(|n| (n, false));
        for (node, is_block) in named.chain(selected).take(MOST) {
            let Some(container) = page.containers.iter().position(|h| h.key == node.key()) else {
                continue;
            };
            let letters = sum(page, &weights, container);
            if letters > 0 && letters.saturating_mul(SHARE) >= most {
                let why = match is_block {
                    true => "block of the body".into(),
                    false => self.source.profile.selector(bodies, "page.bodies", node).into(),
                };
                return Some((container, letters.unsigned_abs(), why));
            }
        }
        densest.filter(|_| most > 0).map(|container| {
            (container, most.unsigned_abs(), "place with the most running text".into())
        })
    }

    /// The last line before `to` that is the title and stands over most of the text, else the first
    /// one.
    fn heading_line(&self, title: &str, to: usize, letters: usize) -> Option<usize> {
        let lines = &self.page.lines[..to];
        let behind = |at: usize| lines[at + 1..].iter().map(weight).sum::<isize>();
        let titled =
            (0..to).rev().filter(|at| lines[*at].is_text() && same(&lines[*at].text, title));
        let titled: Vec<usize> = titled.take(MOST_TITLES).collect();
        let over = |at: &&usize| {
            behind(**at).saturating_mul(2) >= isize::try_from(letters).unwrap_or(isize::MAX)
        };
        titled.iter().find(over).or(titled.last()).copied()
    }

    /// The title: an element that the page's head agrees with, else meta, else a trail or a heading
    /// beside the body, else `title`.
    fn title(&self, from: usize, to: usize, notes: &mut Notes) -> Option<Title> {
        let profile = self.source.profile;
        let names = profile.data.page.as_ref().map_or(&[][..], |p| &p.title_meta);
        let metas: Vec<(&str, &String)> =
            names.iter().filter_map(|name| Some((self.head.meta(name)?, name))).collect();
        let by = |node| profile.selector(&self.rules.titles, "page.titles", node);
        let elements: Vec<(Node<'a>, String)> = self.titles();
        let agreed = |(_, t): &&(Node<'a>, String)| {
            metas.iter().any(|(m, _)| same(m, t))
                || self.head.title().is_some_and(|whole| holds(whole, t))
        };
        let (rule, text, evidence) = if let Some((node, text)) =
            elements.iter().filter(agreed).max_by_key(|(_, t)| t.chars().count())
        {
            let rule = format!("{}, as the page's head says", by(*node));
            (rule, text.clone(), TitleEvidence::Head)
        } else if let Some((meta, name)) = metas.first() {
            let rule = profile.meta(names, "page.title_meta", name);
            (rule, (*meta).to_owned(), TitleEvidence::Head)
        } else if let Some(text) = self.heading(&elements, from, to) {
            // In languages without blanks between words only the whole part is told.
            let known = self
                .head
                .title()
                .is_some_and(|whole| holds(&text, own_part(whole)) || shares(whole, &text));
            let element = elements.iter().find(|(_, known)| *known == text);
            let rule = element.map_or("heading beside the body".to_owned(), |(node, _)| by(*node));
            (rule, text, if known { TitleEvidence::Part } else { TitleEvidence::Heading })
        } else {
            let text = own_part(self.head.title()?).to_owned();
            ("title of the page".to_owned(), text, TitleEvidence::Part)
        };
        notes.took("title", rule, &text);
        Some(Title { text, by: evidence })
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

    /// The date: by selector, by meta, by its label near the title, or on a line of its own beside
    /// the title.
    fn dates(&self, selected: &[Node<'a>], title: usize, notes: &mut Notes) -> Dates {
        let (profile, lines) = (self.source.profile, &self.page.lines);
        let mut dates = Dates::default();
        for node in selected {
            let text = node
                .attr("datetime")
                .map_or_else(|| visible::line(*node, self.source.hidden), str::to_owned);
            let rule = profile.selector(&self.rules.dates, "page.dates", *node);
            dates.labelled(&text, rule, profile, notes);
        }
        let names = profile.data.page.as_ref().map_or(&[][..], |p| &p.date_meta);
        for name in names {
            if let Some(value) = self.head.meta(name) {
                dates.labelled(value, profile.meta(names, "page.date_meta", name), profile, notes);
            }
        }
        if dates.published_any().is_some() {
            return dates;
        }
        let near = title.saturating_sub(NEAR)..(title + NEAR).min(lines.len());
        if let Some(text) = near.map(|n| &lines[n].text).find(|t| labelled(t, profile)) {
            let rule = profile.label(&profile.date_labels, "labels.date", text);
            dates.labelled(text, rule, profile, notes);
        }
        for n in [title.wrapping_sub(1), title + 1] {
            if let Some(line) = lines
                .get(n)
                .filter(|l| l.is_text() && dates.published_any().is_none() && l.letters() < BESIDE)
            {
                dates.take(&line.text, &[], profile, notes);
            }
        }
        dates
    }
}

/// Leaves out lines that are fields; what stands over one and is no running text is another one.
fn leave_fields(lines: &mut Vec<Line>, fields: &[String]) {
    let field = |line: &Line| line.is_text() && fields.contains(&line.text);
    let short = |line: &&Line| line.is_text() && (line.letters() < RUNNING || field(line));
    let over = lines.iter().take(NEAR).take_while(short).count();
    let over = lines[..over].iter().rposition(field).map_or(0, |at| at + 1);
    lines.drain(..over);
    lines.retain(|line| !field(line));
}

/// What is never part of an article: by selector, and blocks whose role is another.
fn leave(source: &Source<'_>, rules: &Frame, root: Node<'_>) -> Vec<usize> {
    let selected =
        root.descendants().filter(|n| n.name().is_some() && rules.leave.fit(*n)).map(|n| n.key());
    let other = |a: &&Area<'_>| {
        matches!(a.role, Role::Navigation | Role::Related | Role::MostRead | Role::Listing)
    };
    let others = source.areas.iter().filter(other).map(|a| a.node.key());
    selected.chain(others).collect::<BTreeSet<_>>().into_iter().collect()
}

fn all_linked(node: Node<'_>) -> bool {
    let letters = |n: Node<'_>| {
        n.descendants()
            .filter_map(|t| t.text())
            .flat_map(str::chars)
            .filter(|c| c.is_alphanumeric())
            .count()
    };
    let lead = |n: &Node<'_>| {
        n.name() == Some("a") && n.attr("href").is_some_and(crate::extract::lines::inline::leads)
    };
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

/// Whether a line is a date behind a label.
fn labelled(text: &str, profile: &Profile) -> bool {
    let at = profile.date_labels.label(text);
    at.is_some_and(|at| {
        profile
            .dates
            .find(&text[at..])
            .is_some_and(|f| !text[at..at + f.span.start].contains(char::is_alphanumeric))
    })
}
