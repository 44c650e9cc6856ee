//! The lead: what a toolbar says under the title, or a first paragraph of the body in an element of
//! its own kind.

use super::title::is_sentence;
use crate::domain::run::BOLD;
use crate::extract::article::marked::{Body, Taken};
use crate::extract::article::partial::Partial;
use crate::extract::article::reading::Reading;
use crate::extract::lines::line::{Container, Kind, Line};
use crate::text::compare::ends_sentence;

/// Letters from which a line under the title is a lead.
const LEAST: usize = 20;
/// Letters from which it need not be a sentence.
const ENOUGH: usize = 40;
/// Letters that a lead has at most.
const LONGEST: usize = 2_000;

/// Takes the lead out of what a toolbar left over after its title.
pub(crate) fn of_toolbar(lines: Vec<Line>, reading: &mut Reading<'_>) -> Option<String> {
    let mut lead: Vec<String> = Vec::new();
    for line in lines {
        let (linked, all) = line.inline.linked();
        let running = line.letters() >= if ends_sentence(&line.text) { LEAST } else { ENOUGH }
            && line.letters() <= LONGEST
            && linked * 2 <= all;
        let item = matches!(line.kind, Kind::Item(..));
        if running && (!item || is_sentence(&line)) {
            reading.took("lead", "lead: paragraph under the title", &line.text);
            lead.push(line.text);
        } else {
            reading.left("neither title nor lead", &line.text);
        }
    }
    (!lead.is_empty()).then(|| lead.join(" "))
}

/// Takes the lead off the top of a body, if the first paragraph stands in an element that no other
/// paragraph is like.
pub(crate) fn of_body(body: &mut Body<'_>, partial: &mut Partial, reading: &mut Reading<'_>) {
    if partial.draft.lead.is_some() || !reading.profile.data.body.leads || reading.plain {
        return;
    }
    let kept: Vec<(usize, &Line)> = body.kept().collect();
    let lines: Vec<&Line> = kept.iter().map(|(_, line)| *line).collect();
    let Some((at, line)) = kept.first() else { return };
    let Some(rule) = leads(&lines, body) else { return };
    reading.took("lead", rule, &line.text);
    partial.draft.lead = Some(line.valid());
    body.take([*at], Taken::Field("lead"));
}

/// The rule by which the first of these lines is a lead.
fn leads(lines: &[&Line], body: &Body<'_>) -> Option<&'static str> {
    let (first, rest) = lines.split_first()?;
    let text = |l: &&Line| matches!(l.kind, Kind::Paragraph | Kind::Heading(_));
    let others: Vec<&Line> = rest.iter().copied().filter(text).collect();
    let kind = match first.kind {
        Kind::Paragraph => is_sentence(first) || first.letters() >= LEAST * 4,
        Kind::Heading(_) => is_sentence(first),
        _ => false,
    };
    if !kind
        || others.is_empty()
        || first.right
        || first.letters() > LONGEST
        || first.letters() < LEAST
    {
        return None;
    }
    if set_apart(lines, &others, body) {
        return Some("lead: first paragraph set apart from the text");
    }
    is_of_its_own_kind(lines, &others, body)
        .then_some("lead: first paragraph in an element of its own kind")
}

/// Whether the first line stands alone in an element that those of no other paragraph are like.
fn is_of_its_own_kind(lines: &[&Line], others: &[&Line], body: &Body<'_>) -> bool {
    let Some((first, rest)) = lines.split_first() else { return false };
    let own = &body.containers[first.container];
    let apart = first.container != 0
        && rest.iter().all(|l| {
            l.container != first.container && !body.stands_in(l.container, first.container)
        });
    let unlike =
        |l: &&&Line| l.kind == Kind::Paragraph && !alike(own, &body.containers[l.container]);
    let paragraphs = others.iter().filter(|l| l.kind == Kind::Paragraph).count();
    if !apart || others.iter().filter(unlike).count() < paragraphs || paragraphs == 0 {
        return false;
    }
    // Among its own siblings a class alone tells little: then all others must look the same.
    let sibling = |l: &&&Line| {
        body.containers[l.container].parent == own.parent
            && body.containers[l.container].look.0 == own.look.0
    };
    let siblings: Vec<&(&str, &str)> =
        others.iter().filter(sibling).map(|l| &body.containers[l.container].look).collect();
    let looks: std::collections::BTreeSet<&(&str, &str)> = siblings.iter().copied().collect();
    siblings.len() * 2 <= paragraphs
        || !(looks.len() > 1 || own.look.1.is_empty() || paragraphs < 2)
}

/// Whether the first line stands alone in an element, or bold before all elements, and at least
/// four fifths of the other paragraphs in one beside it.
fn set_apart(lines: &[&Line], others: &[&Line], body: &Body<'_>) -> bool {
    let Some((first, rest)) = lines.split_first() else { return false };
    let holds = |container: usize| rest.iter().any(|l| body.stands_in(l.container, container));
    if holds(first.container) {
        return first.inline.all(BOLD) && rest.iter().all(|l| l.container != first.container);
    }
    let mut own = first.container;
    while own != 0 && !holds(body.containers[own].parent) {
        own = body.containers[own].parent;
    }
    let around = body.containers[own].parent;
    let branch = |line: &&Line| {
        let mut container = line.container;
        while container > around && body.containers[container].parent != around {
            container = body.containers[container].parent;
        }
        (container > around).then_some(container)
    };
    let branches: Vec<Option<usize>> =
        others.iter().filter(|l| l.kind == Kind::Paragraph).map(branch).collect();
    let Some(text) = branches.first().copied().flatten() else { return false };
    let (mine, theirs) = (&body.containers[own].look, &body.containers[text].look);
    // Paragraphs may each stand in an element of their own kind, if the first one's is another
    // around it.
    let alike =
        |b: usize| b == text || own != first.container && body.containers[b].look == *theirs;
    let most = branches.iter().flatten().filter(|b| alike(**b)).count();
    let marked = !mine.1.is_empty() || first.inline.all(BOLD);
    most >= 2 && most * 10 >= branches.len() * 8 && mine != theirs && marked
}

fn alike(a: &Container<'_>, b: &Container<'_>) -> bool {
    a.look == b.look
}
