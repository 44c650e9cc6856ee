//! The title: the most prominent of the lines that a toolbar leaves over.

use std::ops::Range;

use crate::domain::run::BOLD;
use crate::extract::article::reading::Reading;
use crate::extract::lines::line::{Kind, Line};
use crate::text::compare::{ends_sentence, opens};

/// Letters below which a line is rather a tool or a section's name.
const SHORT: usize = 15;
/// Letters from which a line that ends in a full stop is a lead.
const SENTENCE: usize = 50;
/// Letters from which a sentence alone is a lead whose title is missing.
const ALONE: usize = 120;
/// Lines that a title goes over at most.
const MOST_LINES: usize = 4;
/// Letters that a title has at most.
const LONGEST: usize = 500;

/// Takes the title out of the lines; what stands before it is left out.
pub(crate) fn take(lines: &mut Vec<Line>, reading: &mut Reading<'_>) -> Option<String> {
    let (at, rule) = match confirmed(lines, reading) {
        Some((at, who)) => (at, reading.rule(|_| format!("title: as {who} says"))),
        None => match choose(lines).filter(|(at, _)| may_be(&lines[*at], reading)) {
            Some((at, rule)) => (at..at + 1, rule.into()),
            None => return said(reading),
        },
    };
    let title: Vec<String> = lines.drain(at.clone()).map(|line| line.text).collect();
    for line in lines.drain(..at.start) {
        reading.left("stands before the title", &line.text);
    }
    let title = title.join(" ");
    reading.took("title", rule, &title);
    Some(title)
}

/// The lines that others say to be the title, and who; it may go over several.
fn confirmed(lines: &[Line], reading: &Reading<'_>) -> Option<(Range<usize>, &'static str)> {
    let runs = (1..=MOST_LINES).rev().flat_map(|count| {
        (0..(lines.len() + 1).saturating_sub(count)).map(move |from| from..from + count)
    });
    let who = |run: Range<usize>| {
        let texts: Vec<&str> = lines[run.clone()].iter().map(|line| line.text.as_str()).collect();
        Some((run, reading.witnesses.of_title(&texts.join(" "))?))
    };
    runs.filter_map(who).next()
}

/// Whether a line may be the title though nobody says just that: where listing and head agree on
/// one, it must be a longer or a shorter form of it.
fn may_be(line: &Line, reading: &Reading<'_>) -> bool {
    let agreed = reading.witnesses.agreed_title();
    agreed.is_none_or(|title| opens(&line.text, title) || opens(title, &line.text))
}

/// The title that is said elsewhere, where the article's blocks show none.
fn said(reading: &mut Reading<'_>) -> Option<String> {
    let witnesses = reading.witnesses;
    let title = witnesses.agreed_title().or_else(|| witnesses.listed_title())?.to_owned();
    reading.took("title", "title: said by the listing alone", &title);
    Some(title)
}

fn choose(lines: &[Line]) -> Option<(usize, &'static str)> {
    let heading = |n: u8| lines.iter().position(|l| l.kind == Kind::Heading(n));
    if let Some(at) = heading(1) {
        return Some((at, "title: first heading of level 1"));
    }
    if lines.len() == 1 && is_sentence(&lines[0]) && lines[0].letters() >= ALONE {
        return None;
    }
    // A lead may be marked as loudly as a title; what ends like a sentence is no title if another
    // line is left.
    let item = |l: &Line| matches!(l.kind, Kind::Item(..));
    let listed = lines.iter().all(item);
    let fits = |l: &&(usize, &Line)| {
        !is_sentence(l.1) && (listed || !item(l.1)) && l.1.letters() <= LONGEST && !linked(l.1)
    };
    let all: Vec<(usize, &Line)> = lines.iter().enumerate().collect();
    let long: Vec<&(usize, &Line)> =
        all.iter().filter(fits).filter(|(_, l)| l.letters() >= SHORT).collect();
    let best = |list: &[&(usize, &Line)]| {
        list.iter().rev().max_by_key(|(_, l)| loudness(l)).map(|(at, _)| *at)
    };
    if let Some(at) = best(&long) {
        return Some((at, "title: most prominent line"));
    }
    // Lines that all end like sentences: a loud or an earlier and shorter one is the title.
    let loud = all
        .iter()
        .find(|(_, l)| l.inline.all(BOLD) && l.letters() <= LONGEST)
        .filter(|_| lines.iter().any(|l| !l.inline.all(BOLD)) || lines.len() == 1);
    if let Some((at, _)) = loud {
        return Some((*at, "title: bold line"));
    }
    if let Some((at, _)) = all
        .windows(2)
        .find(|w| {
            w[0].1.letters() >= SHORT && w[0].1.letters() < w[1].1.letters() && !linked(w[0].1)
        })
        .map(|w| w[0])
    {
        return Some((at, "title: first line"));
    }
    let short = all.first().filter(|l| fits(l) && !is_sentence(l.1));
    short.map(|(at, _)| (*at, "title: only line"))
}

fn loudness(line: &Line) -> u8 {
    match line.kind {
        Kind::Heading(n) => 8 - n.min(6),
        _ => u8::from(line.inline.all(BOLD)),
    }
}

fn linked(line: &Line) -> bool {
    let (linked, all) = line.inline.linked();
    all > 0 && linked == all
}

/// Whether a line reads like a sentence rather than like a title.
pub(crate) fn is_sentence(line: &Line) -> bool {
    let stop =
        line.text.trim_end_matches(['"', '”', '’', '»', ')', ' ']).ends_with(['.', '…', '。']);
    stop && ends_sentence(&line.text) && line.letters() >= SENTENCE
}
