//! A portal profile compiled: its words, patterns, selectors and date forms ready to be asked.

use regex::Regex;

use super::dates::Forms;
use super::patterns::Patterns;
use super::prefilter::Prefilter;
use super::roles::Roles;
use super::wildcard::{Pattern, regex};
use super::words::Words;
use crate::domain::{Fault, Portal};
use crate::extract::html::dom::{Node, Selector};

/// A compiled profile; the rules that are plain numbers and switches stay in `data`.
#[derive(Debug)]
pub struct Profile {
    /// The profile as written.
    pub data: Portal,
    /// Block names to roles.
    pub roles: Roles,
    pub(crate) items: Vec<Regex>,
    pub(crate) dates: Forms,
    pub(crate) edited: Words,
    pub(crate) tools: Words,
    /// Whether tools or counters can stand in a line or at an end of it.
    pub(crate) tool_glance: Prefilter,
    pub(crate) counters: Patterns,
    pub(crate) title_labels: Words,
    pub(crate) lead_labels: Words,
    pub(crate) date_labels: Words,
    pub(crate) body_labels: Words,
    pub(crate) other_labels: Words,
    pub(crate) author_labels: Words,
    pub(crate) source_labels: Words,
    pub(crate) related: Words,
    pub(crate) leave: Patterns,
    /// Whether a line that is left out can begin so.
    pub(crate) leave_glance: Prefilter,
    pub(crate) messages: Patterns,
    pub(crate) captions: Patterns,
    pub(crate) attachments: Words,
    pub(crate) scripts: Patterns,
    pub(crate) notes: Patterns,
    pub(crate) pictures_left: Patterns,
    pub(crate) block_names: Patterns,
    pub(crate) frame: Option<Frame>,
}

/// The selectors of a page without blocks of its own.
#[derive(Debug)]
pub(crate) struct Frame {
    pub titles: Selectors,
    pub leads: Selectors,
    pub dates: Selectors,
    pub authors: Selectors,
    pub bodies: Selectors,
    pub leave: Selectors,
    pub strangers: Vec<Pattern>,
    pub vendors: Vec<Pattern>,
}

/// Selectors in order of preference.
#[derive(Debug, Default)]
pub(crate) struct Selectors(Vec<Selector>);

impl Selectors {
    fn compile(path: &str, list: &[String], faults: &mut Vec<Fault>) -> Self {
        let mut out = Vec::new();
        for (n, css) in list.iter().enumerate() {
            match Selector::compile(css) {
                Ok(selector) => out.push(selector),
                Err(e) => faults.push(Fault::new(
                    &format!("{path}.{n}"),
                    format!("no selector: {e}"),
                    "write it as in CSS",
                )),
            }
        }
        Self(out)
    }

    /// The elements that match, those of the first selector first.
    pub fn all<'n>(&self, root: Node<'n>) -> Vec<Node<'n>> {
        self.0.iter().flat_map(|s| root.select(s)).collect()
    }

    /// Whether the element matches one of them.
    pub fn fit(&self, node: Node<'_>) -> bool {
        self.0.iter().any(|s| node.matches(s))
    }
}

impl Profile {
    /// Compiles a profile, or gives all its faults by key path.
    pub fn compile(data: Portal) -> Result<Profile, Vec<Fault>> {
        let mut faults = Vec::new();
        let dates = Forms::compile(&data.dates)
            .map_err(|list| faults.extend(list.into_iter().map(|f| under("dates", f))))
            .ok();
        let items = data.items.iter().enumerate().filter_map(|(n, p)| {
            match regex(&format!("items.{n}"), p, 1) {
                Ok(item) => Some(item),
                Err(fault) => {
                    faults.push(fault);
                    None
                }
            }
        });
        let items = items.collect();
        let f = &mut faults;
        let frame = data.page.as_ref().map(|page| Frame {
            titles: Selectors::compile("page.titles", &page.titles, f),
            leads: Selectors::compile("page.leads", &page.leads, f),
            dates: Selectors::compile("page.dates", &page.dates, f),
            authors: Selectors::compile("page.authors", &page.authors, f),
            bodies: Selectors::compile("page.bodies", &page.bodies, f),
            leave: Selectors::compile("page.leave", &page.leave, f),
            strangers: page.strangers.iter().map(|p| Pattern::new(p)).collect(),
            vendors: page.vendors.iter().map(|p| Pattern::new(p)).collect(),
        });
        let profile = Profile {
            roles: Roles::compile(&data.roles),
            items,
            edited: Words::compile("edited.labels", &data.edited.labels, f),
            tools: Words::compile("tools.words", &data.tools.words, f),
            tool_glance: Prefilter::compile(&data.tools.words, &data.tools.counters),
            counters: Patterns::compile("tools.counters", &data.tools.counters, f),
            title_labels: Words::compile("labels.title", &data.labels.title, f),
            lead_labels: Words::compile("labels.lead", &data.labels.lead, f),
            date_labels: Words::compile("labels.date", &data.labels.date, f),
            body_labels: Words::compile("labels.body", &data.labels.body, f),
            other_labels: Words::compile("labels.none", &data.labels.none, f),
            author_labels: Words::compile("authors.labels", &data.authors.labels, f),
            source_labels: Words::compile("authors.sources", &data.authors.sources, f),
            related: Words::compile("body.related", &data.body.related, f),
            leave: Patterns::each("body.leave", &data.body.leave, f),
            leave_glance: Prefilter::compile(&[], &data.body.leave),
            messages: Patterns::compile("body.messages", &data.body.messages, f),
            captions: Patterns::compile("captions.patterns", &data.captions.patterns, f),
            attachments: Words::compile("attachments.labels", &data.attachments.labels, f),
            scripts: Patterns::compile("attachments.scripts", &data.attachments.scripts, f),
            notes: Patterns::compile("attachments.notes", &data.attachments.notes, f),
            pictures_left: Patterns::compile("images.leave", &data.images.leave, f),
            block_names: Patterns::compile("capture.names", &data.capture.names, f),
            dates: match dates {
                Some(dates) => dates,
                None => return Err(faults),
            },
            frame,
            data,
        };
        if faults.is_empty() { Ok(profile) } else { Err(faults) }
    }
}

/// A fault of a table, named from the file's root.
fn under(table: &str, mut fault: Fault) -> Fault {
    fault.path.insert(0, table.to_owned());
    fault
}
