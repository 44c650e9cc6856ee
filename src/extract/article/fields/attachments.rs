//! Attached documents: in a box behind its heading, or linked from the text.

use std::borrow::Cow;

use crate::domain::draft::Cell;
use crate::domain::run::{self, Step};
use crate::extract::article::marked::{Body, Taken};
use crate::extract::article::partial::Partial;
use crate::extract::article::reading::Reading;
use crate::extract::lines::inline::leads;
use crate::extract::lines::line::{Kind, Line};
use crate::extract::rules::profile::Profile;
use crate::text::compare::trim;

/// Attachments of one article at most.
const MOST: usize = 200;

/// Whether an address is a document's, by its ending or by the script that brings it.
pub(crate) fn is_document(href: &str, profile: &Profile) -> bool {
    document(href, profile).is_some()
}

/// A document's address and the name that its script gives.
fn document(href: &str, profile: &Profile) -> Option<(String, String)> {
    for script in &profile.scripts.each {
        if let Some(call) = script.captures(href) {
            let group = |name: &str| {
                call.name(name).map(|m| m.as_str().trim().to_owned()).unwrap_or_default()
            };
            return Some((group("url"), group("title"))).filter(|(url, _)| leads(url));
        }
    }
    let path = href.split(['#', '?']).next().unwrap_or_default();
    let ends = |text: &str| {
        let ending = text.rsplit_once('.').map(|(_, e)| e.trim().to_ascii_lowercase());
        ending.is_some_and(|e| profile.data.attachments.endings.contains(&e))
    };
    let query = href.split_once('?').is_some_and(|(_, q)| {
        q.split('&').any(|pair| pair.split_once('=').is_some_and(|(_, v)| ends(v)))
    });
    (leads(href) && (ends(path) || query)).then(|| (href.to_owned(), String::new()))
}

/// Whether a text is a document's name: by its ending, or by its size behind it.
fn names_document(text: &str, profile: &Profile) -> bool {
    let sized = profile.notes.find(text).any(|m| !text[m.end..].contains(char::is_alphanumeric));
    sized
        || text.trim().rsplit_once('.').is_some_and(|(_, e)| {
            profile.data.attachments.endings.contains(&e.to_ascii_lowercase())
        })
}

/// Takes the documents of a body; a box of them is left out of it.
pub(crate) fn take(body: &mut Body<'_>, partial: &mut Partial, reading: &mut Reading<'_>) {
    let profile = reading.profile;
    let mut found = Vec::new();
    let mut boxed = false;
    let mut rule = Cow::default();
    body.take_each(Taken::Field("attachments"), |line| {
        let documents = collect(line, &mut found, reading);
        let goes_on = boxed;
        boxed = is_boxed(line, documents, boxed, profile);
        if is_label(line, documents, profile) {
            let kind = "box of attachments under";
            rule = reading.rule(|p| p.word(kind, &p.attachments, "attachments.labels", &line.text));
        } else if !goes_on {
            rule = "box of attachments".into();
        }
        if boxed {
            reading.left(rule.clone(), &line.text);
        }
        boxed
    });
    partial.draft.attachments.extend(found);
    if profile.data.attachments.closing_box {
        let only = |(_, l): &(usize, &Line)| matches!(l.kind, Kind::Item(..)) && bare(l, profile);
        let mut items: Vec<(usize, &Line)> = body.kept().rev().take_while(only).collect();
        items.reverse();
        for (_, line) in &items {
            reading.left("closing list of documents", &line.text);
        }
        let items: Vec<usize> = items.into_iter().map(|(n, _)| n).collect();
        body.take(items, Taken::Field("attachments"));
    }
}

/// Whether a line of so many documents is the heading of a box of them, or begins with it.
fn is_label(line: &Line, documents: usize, profile: &Profile) -> bool {
    line.is_text()
        && (profile.attachments.is(&line.text)
            || documents > 0 && profile.attachments.label(&line.text).is_some())
}

/// Whether a line of so many documents belongs to a box of them; `boxed`: the line before does.
fn is_boxed(line: &Line, documents: usize, boxed: bool, profile: &Profile) -> bool {
    let note = || {
        line.is_text() && (profile.notes.whole(&line.text) || names_document(&line.text, profile))
    };
    is_label(line, documents, profile)
        || boxed && (documents > 0 || note())
        || documents > 0 && listing(line, profile)
}

/// Whether a table is a list of documents: every row but a head links to one, and a cell says what
/// it is for.
fn listing(line: &Line, profile: &Profile) -> bool {
    let Kind::Table(rows) = &line.kind else { return false };
    let documents = line.inline.links().iter().filter(|(to, _)| is_document(to, profile)).count();
    documents + 1 >= rows.len() && rows.iter().flatten().any(|c| profile.attachments.is(&c.text()))
}

/// The longest other cell of the row of a table that the link of this number stands in, for a link
/// that only says what it does.
fn row_title(line: &Line, number: usize, text: &str) -> Option<String> {
    let Kind::Table(rows) = &line.kind else { return None };
    let links =
        |cell: &Cell| run::steps(&cell.runs).filter(|step| matches!(step, Step::Link(_))).count();
    let row = rows
        .iter()
        .flat_map(|row| std::iter::repeat_n(row, row.iter().map(links).sum()))
        .nth(number)?;
    let others = row.iter().map(Cell::text).filter(|other| other != text);
    others.max_by_key(|other| other.len()).map(Cow::into_owned)
}

/// Whether a line is nothing but links to documents.
fn bare(line: &Line, profile: &Profile) -> bool {
    let links = line.inline.links();
    let (linked, all) = line.inline.linked();
    let notes: usize = profile
        .notes
        .find(&line.text)
        .map(|m| line.text[m].chars().filter(|c| c.is_alphanumeric()).count())
        .sum();
    !links.is_empty()
        && links.iter().all(|(to, _)| is_document(to, profile))
        && linked + notes >= all
}

/// Collects the documents that a line links to; gives how many.
fn collect(line: &Line, found: &mut Vec<(String, String)>, reading: &mut Reading<'_>) -> usize {
    let profile = reading.profile;
    let mut count = 0;
    for (number, (to, text)) in line.inline.links().into_iter().enumerate() {
        let Some((url, named)) = document(&to, profile) else { continue };
        count += 1;
        if found.len() >= MOST || found.iter().any(|(known, _)| *known == url) {
            continue;
        }
        let text = profile
            .notes
            .find(&text)
            .last()
            .filter(|m| m.end == text.len() && m.start > 0)
            .map_or(text.as_str(), |m| &text[..m.start]);
        let other = if profile.attachments.is(text) { row_title(line, number, text) } else { None };
        let text = other.as_deref().unwrap_or(text);
        let title = if text.contains(char::is_alphanumeric) { trim(text) } else { named.as_str() };
        reading.took("attachments", "link to a document", &format!("{title} {url}"));
        found.push((url, title.to_owned()));
    }
    count
}
