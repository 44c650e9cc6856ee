//! Pages whose blocks do not tell title and body apart: the whole page is read, and the running text shows where its article is.

use std::collections::BTreeSet;

use super::article::{Rest, Source, begin, fill};
use super::dom::Node;
use super::fields::author::Named;
use super::fields::date::Dates;
use super::fields::{Notes, images};
use super::head::Head;
use super::lines::{Kind, Line, Lines, Sight};
use super::profile::{Frame, Profile};
use super::visible;
use super::words::same;
use crate::domain::{Draft, Role};

/// Letters of a line from which it counts as running text.
const RUNNING: usize = 25;
/// Lines round the title in which a labelled date is looked for.
const NEAR: usize = 8;
/// Letters that a title has at most.
const LONGEST: usize = 500;
/// A place that the profile names must hold one part in this of the densest place's text.
const SHARE: usize = 3;

/// A title and whether two places of the page agree on it.
struct Title {
    text: String,
    sure: bool,
}

/// Reads the article of a page at large, or says why there is none.
pub(crate) fn read(source: &Source<'_>, rules: &Frame, head: &Head, notes: &mut Notes) -> Result<Draft, String> {
    let profile = source.profile;
    let Some(root) = source.tree.root().descendants().find(|n| n.is(&["body"])) else { return Err("the page has no body".to_owned()) };
    let leave = leave(source, rules, root);
    let picture = |node: Node<'_>| images::address(node, profile);
    let mut page = Lines::read(root, Sight { hidden: source.hidden, leave: &leave, layout: false, picture: &picture });
    page.lines.retain(|l| !l.action || !l.inline.links().is_empty() && profile.scripts.any(&l.inline.links()[0].0));
    let (body, letters, why) = place(source, rules, root, &page).ok_or("the page has no running text")?;
    let title = title(source, rules, head, root, &leave, &page, body, notes);
    let least = profile.data.page.as_ref().map_or(0, |p| p.least);
    let sure = title.as_ref().is_some_and(|t| t.sure);
    if letters < if sure { least / 4 } else { least } {
        return Err(format!("the page has {letters} letters of running text"));
    }
    let (from, to) = span(&page, body);
    let heading = title.as_ref().and_then(|t| page.lines[..to].iter().rposition(|l| l.is_text() && same(&l.text, &t.text)));
    let start = heading.filter(|at| *at >= from).map_or(from, |at| at + 1);
    let mut draft = begin(profile);
    draft.title = title.map(|t| t.text);
    let mut rest = Rest { dates: Dates::default(), named: Named::default(), plain: false };
    date(source, rules, head, root, &leave, (&page, heading.unwrap_or(from)), &mut rest.dates, notes);
    draft.lead = first_text(&rules.leads, root, &leave, source).filter(|l| l.chars().count() > RUNNING);
    for node in seen(rules.authors.all(root), &leave, source) {
        rest.named.author(&visible::line(node, source.hidden), "page.authors", profile, notes);
    }
    notes.took("body", why, "");
    let lines = page.lines.drain(start..to).collect();
    fill(&mut draft, Lines { lines, homes: page.homes }, &mut rest, profile, notes);
    draft.published = rest.dates.published(profile);
    draft.authors = rest.named.names();
    if draft.body.is_empty() { Err("the body is empty".to_owned()) } else { Ok(draft) }
}

/// What is never part of an article: by selector, and blocks whose role is another.
fn leave(source: &Source<'_>, rules: &Frame, root: Node<'_>) -> Vec<usize> {
    let selected = root.descendants().filter(|n| n.name().is_some() && rules.leave.fit(*n)).map(|n| n.key());
    let others = source.areas.iter().filter(|a| matches!(a.role, Role::Navigation | Role::Related | Role::MostRead | Role::Listing)).map(|a| a.node.key());
    selected.chain(others).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Those of the elements that are seen and not left out.
fn seen<'n>(nodes: Vec<Node<'n>>, leave: &[usize], source: &Source<'_>) -> Vec<Node<'n>> {
    let left = |n: &Node<'_>| leave.binary_search(&n.key()).is_ok();
    nodes.into_iter().filter(|n| !left(n) && !n.ancestors().any(|a| left(&a)) && !source.hidden.covers(*n)).collect()
}

fn first_text(selectors: &super::profile::Selectors, root: Node<'_>, leave: &[usize], source: &Source<'_>) -> Option<String> {
    let nodes = seen(selectors.all(root), leave, source);
    nodes.into_iter().map(|n| visible::line(n, source.hidden)).find(|t| !t.is_empty())
}

/// The index of the home that holds the body, the letters of running text in it, and the rule that found it.
fn place(source: &Source<'_>, rules: &Frame, root: Node<'_>, page: &Lines) -> Option<(usize, usize, &'static str)> {
    let weights: Vec<isize> = page.lines.iter().map(weight).collect();
    let sum = |home: usize| -> isize { page.lines.iter().zip(&weights).filter(|(l, _)| page.stands_in(l.home, home)).map(|(_, w)| *w).sum() };
    let densest = densest(page, &weights);
    let most = densest.map_or(0, sum);
    let named = source.areas.iter().filter(|a| a.role == Role::ViewData).map(|a| (a.node, "block of the body"));
    let selected = rules.bodies.all(root).into_iter().map(|n| (n, "page.bodies"));
    for (node, why) in named.chain(selected) {
        let Some(home) = page.homes.iter().position(|h| h.key == node.key()) else { continue };
        let letters = sum(home);
        if letters > 0 && letters * SHARE as isize >= most {
            return Some((home, letters.unsigned_abs(), why));
        }
    }
    densest.filter(|_| most > 0).map(|home| (home, most.unsigned_abs(), "place with the most running text"))
}

/// Letters of running text; links count against it.
fn weight(line: &Line) -> isize {
    let (linked, all) = line.inline.linked();
    let plain = isize::try_from(all.saturating_sub(2 * linked)).unwrap_or(0) - isize::try_from(linked.saturating_sub(all / 2)).unwrap_or(0);
    match &line.kind {
        Kind::Table(rows) => isize::try_from(rows.iter().flatten().map(|c| c.text.chars().count()).sum::<usize>()).unwrap_or(0),
        Kind::Item(..) => plain / 2,
        Kind::Picture(..) => 0,
        _ if line.letters() < RUNNING => plain / 4,
        _ => plain,
    }
}

/// The element round the paragraphs with the most running text: each counts for what holds it, half for the next one out.
fn densest(page: &Lines, weights: &[isize]) -> Option<usize> {
    let mut scores = vec![0_isize; page.homes.len()];
    for (line, weight) in page.lines.iter().zip(weights) {
        let mut home = line.home;
        let own = page.homes[home].look.0.as_str();
        if matches!(own, "p" | "li" | "blockquote" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dd" | "dt") {
            home = page.homes[home].parent;
        }
        let mut part = *weight;
        for _ in 0..4 {
            scores[home] += part;
            if home == 0 {
                break;
            }
            home = page.homes[home].parent;
            part = part * 3 / 4;
        }
    }
    (0..scores.len()).max_by_key(|home| scores[*home]).filter(|home| scores[*home] > 0)
}

/// The lines that stand in a home: from, to.
fn span(page: &Lines, home: usize) -> (usize, usize) {
    let inside = |l: &Line| page.stands_in(l.home, home);
    let from = page.lines.iter().position(inside).unwrap_or(0);
    let to = page.lines.iter().rposition(inside).map_or(from, |at| at + 1);
    (from, to)
}

/// The title: an element that `title` or its meta agrees with, else meta, else a heading of the body, else `title` itself.
#[allow(clippy::too_many_arguments)]
fn title(source: &Source<'_>, rules: &Frame, head: &Head, root: Node<'_>, leave: &[usize], page: &Lines, body: usize, notes: &mut Notes) -> Option<Title> {
    let metas = source.profile.data.page.iter().flat_map(|p| &p.title_meta).filter_map(|name| head.meta(name));
    let metas: Vec<&str> = metas.collect();
    let elements = seen(rules.titles.all(root), leave, source);
    let texts = elements.iter().filter(|n| !all_linked(**n)).map(|n| visible::line(*n, source.hidden));
    let texts: Vec<String> = texts.filter(|t| !t.is_empty() && t.chars().count() <= LONGEST).collect();
    let agreed = |t: &&String| metas.iter().any(|m| same(m, t)) || head.title().is_some_and(|whole| holds(whole, t));
    if let Some(text) = texts.iter().filter(agreed).max_by_key(|t| t.chars().count()) {
        notes.took("title", "page.titles, as the page's head says", text);
        return Some(Title { text: text.clone(), sure: true });
    }
    if let Some(meta) = metas.first() {
        notes.took("title", "page.title_meta", meta);
        return Some(Title { text: (*meta).to_owned(), sure: true });
    }
    let (from, to) = span(page, body);
    let heading = page.lines[..to].iter().enumerate().rev().find(|(n, l)| *n <= from + NEAR && l.kind == Kind::Heading(1) && l.inline.linked().0 == 0);
    if let Some(text) = heading.map(|(_, l)| l.text.clone()).or_else(|| texts.last().cloned()) {
        notes.took("title", "heading before the body", &text);
        return Some(Title { text, sure: false });
    }
    let text = own_part(head.title()?);
    notes.took("title", "title of the page", text);
    Some(Title { text: text.to_owned(), sure: false })
}

fn all_linked(node: Node<'_>) -> bool {
    let letters = |n: Node<'_>| n.descendants().filter_map(|t| t.text()).flat_map(str::chars).filter(|c| c.is_alphanumeric()).count();
    let links: usize = node.descendants().filter(|n| n.is(&["a"])).map(letters).sum();
    links > 0 && links >= letters(node)
}

/// Whether the page's whole title holds a text as one of its parts.
fn holds(whole: &str, text: &str) -> bool {
    let bare = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let text = bare(text);
    text.chars().count() > 3 && bare(whole).contains(&text)
}

/// The longest part of a title that names site and section too.
fn own_part(title: &str) -> &str {
    title.split(" | ").flat_map(|p| p.split(" – ")).flat_map(|p| p.split(" - ")).fold("", longer)
}

fn longer<'t>(a: &'t str, b: &'t str) -> &'t str {
    if b.trim().chars().count() > a.chars().count() { b.trim() } else { a }
}

/// The date: by selector, by meta, by its label near the title, or on a line of its own beside the title.
#[allow(clippy::too_many_arguments)]
fn date(source: &Source<'_>, rules: &Frame, head: &Head, root: Node<'_>, leave: &[usize], (page, title): (&Lines, usize), dates: &mut Dates, notes: &mut Notes) {
    let profile = source.profile;
    for node in seen(rules.dates.all(root), leave, source) {
        let text = node.attr("datetime").map(str::to_owned).unwrap_or_else(|| visible::line(node, source.hidden));
        dates.labelled(&text, profile, notes);
    }
    for name in profile.data.page.iter().flat_map(|p| &p.date_meta) {
        if let Some(value) = head.meta(name) {
            dates.labelled(value, profile, notes);
        }
    }
    if dates.published_any().is_some() {
        return;
    }
    let near = title.saturating_sub(NEAR)..(title + NEAR).min(page.lines.len());
    if let Some(text) = near.map(|n| &page.lines[n].text).find(|t| labelled(t, profile)) {
        dates.labelled(text, profile, notes);
    }
    for n in [title.wrapping_sub(1), title + 1] {
        if let Some(line) = page.lines.get(n).filter(|l| l.is_text() && dates.published_any().is_none() && l.letters() < NEAR * 10) {
            dates.take(&line.text, &[], profile, notes);
        }
    }
}

/// Whether a line is a date behind a label.
fn labelled(text: &str, profile: &Profile) -> bool {
    let at = profile.date_labels.label(text);
    at.is_some_and(|at| profile.dates.find(&text[at..]).is_some_and(|f| !text[at..at + f.span.start].contains(char::is_alphanumeric)))
}
