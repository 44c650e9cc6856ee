//! The request that turns a list to its next page: by words, by numbers, by `rel`, by the engine's
//! own calls.

use std::collections::HashSet;

use super::post_form;
use crate::domain::PageRequest;
use crate::extract::html::dom::{Node, Tree};
use crate::extract::html::visible::{self, Hidden};
use crate::extract::page::base::Base;
use crate::extract::rules::engine::Engine;
use crate::extract::rules::list_words::Vocabulary;

/// Arrows that mean one page on; a double one may mean the last page, so it comes second.
const ARROWS: [&[&str]; 2] = [&["›", ">", "→", "▶", "►"], &["»", ">>"]];
/// A row of more page numbers than this is a calendar.
const MOST_NUMBERS: usize = 24;
/// Numbers of a page that are looked at; pagers stand at the end of what they turn.
const LAST_NUMBERS: usize = 300;

/// What a pager is read with.
#[derive(Clone, Copy)]
pub struct Reader<'r> {
    /// The page.
    pub tree: &'r Tree<'r>,
    /// Its engine, where known.
    pub engine: Option<&'r Engine>,
    /// What addresses are relative to.
    pub base: &'r Base,
    /// What nobody sees.
    pub hidden: &'r Hidden,
    /// Words of the portal's lists.
    pub words: &'r Vocabulary,
}

/// A link or button, with the text by which it is known.
struct Control<'a> {
    node: Node<'a>,
    text: String,
}

impl<'r> Reader<'r> {
    /// The next page's request among these visible elements, in document order; `None` if there is
    /// none.
    pub fn next(&self, elements: &[Node<'r>]) -> Option<PageRequest> {
        let controls: Vec<Control<'r>> = elements
            .iter()
            .filter(|n| pressable(**n))
            .map(|n| Control { node: *n, text: visible::label(*n, self.hidden) })
            .collect();
        self.by_engine(&controls)
            .or_else(|| self.by_word(&controls))
            .or_else(|| self.by_number(elements))
            .or_else(|| self.by_choice(elements))
            .or_else(|| self.by_arrow(&controls))
    }

    /// The page that the head announces as the next.
    pub fn announced(&self) -> Option<PageRequest> {
        let link = self.tree.root().descendants().find(|n| n.is(&["link"]) && rel_next(*n))?;
        self.get(link.attr("href")?)
    }

    fn by_engine(&self, controls: &[Control<'r>]) -> Option<PageRequest> {
        let turns = self.engine?.turns();
        let call = |node: Node<'r>| {
            let text = [node.attr("href"), node.attr("onclick")];
            text.into_iter().flatten().find_map(|t| {
                turns.iter().find_map(|p| p.captures(t)?.get(1)).map(|m| unescaped(m.as_str()))
            })
        };
        controls.iter().filter_map(|c| call(c.node)).find_map(|address| self.get(&address))
    }

    fn by_word(&self, controls: &[Control<'r>]) -> Option<PageRequest> {
        let says = |c: &&Control<'r>| {
            let titled = ["title", "aria-label"]
                .iter()
                .any(|k| c.node.attr(k).is_some_and(|t| self.words.is_next(t)));
            self.words.is_next(&c.text)
                || titled
                || rel_next(c.node)
                || self.engine.is_some_and(|e| e.is_next(c.node))
        };
        controls.iter().filter(says).find_map(|c| self.request(c.node))
    }

    fn by_arrow(&self, controls: &[Control<'r>]) -> Option<PageRequest> {
        ARROWS.iter().find_map(|arrows| {
            controls
                .iter()
                .filter(|c| arrows.contains(&c.text.as_str()))
                .find_map(|c| self.request(c.node))
        })
    }

    /// The number after the current one, which is no link, or a link to the page itself or marked
    /// as current.
    fn by_number(&self, elements: &[Node<'r>]) -> Option<PageRequest> {
        let mut numbered: Vec<(Node<'r>, u32)> = elements
            .iter()
            .rev()
            .filter_map(|n| Some((*n, self.number(*n)?)))
            .take(LAST_NUMBERS)
            .collect();
        numbered.reverse();
        let links: Vec<&(Node<'r>, u32)> = numbered.iter().filter(|(n, _)| n.is(&["a"])).collect();
        let in_link: HashSet<usize> =
            links.iter().flat_map(|(n, _)| n.descendants()).map(|n| n.key()).collect();
        for (node, number) in &numbered {
            if in_link.contains(&node.key())
                || !(self.is_current(*node) || node.descendants().all(|n| n.name().is_none()))
            {
                continue;
            }
            let Some(row) = node
                .ancestors()
                .take(4)
                .find(|row| links.iter().any(|(n, _)| n != node && row.contains(*n)))
            else {
                continue;
            };
            let row: Vec<_> = links.iter().filter(|(n, _)| row.contains(*n)).collect();
            if node.is(&["a"]) && !self.is_current(*node) || row.len() > MOST_NUMBERS {
                continue;
            }
            if let Some(request) =
                row.iter().find(|(_, n)| *n == number + 1).and_then(|(n, _)| self.request(*n))
            {
                return Some(request);
            }
        }
        links.iter().find_map(|(link, _)| self.by_bare_number(*link))
    }

    /// The page after the current one where that is a bare number beside this link.
    fn by_bare_number(&self, link: Node<'r>) -> Option<PageRequest> {
        let row = link.parent()?;
        let links: Vec<(Node<'r>, u32)> = row
            .children()
            .filter(|n| n.is(&["a"]))
            .filter_map(|n| Some((n, self.number(n)?)))
            .collect();
        if links.len() > MOST_NUMBERS {
            return None;
        }
        let bare = row
            .children()
            .filter_map(|n| n.text())
            .flat_map(|t| t.split(|c: char| !c.is_alphanumeric()))
            .filter_map(|t| t.parse::<u32>().ok());
        let open: Vec<u32> =
            bare.filter(|n| !links.iter().any(|(_, linked)| linked == n)).collect();
        let [current] = open[..] else { return None };
        links.iter().find(|(_, n)| *n == current + 1).and_then(|(n, _)| self.request(*n))
    }

    /// The option after the current one of a choice of pages.
    fn by_choice(&self, elements: &[Node<'r>]) -> Option<PageRequest> {
        elements.iter().filter(|n| n.is(&["select"])).find_map(|select| {
            let options: Vec<Node<'r>> =
                select.descendants().filter(|n| n.is(&["option"])).take(LAST_NUMBERS).collect();
            let number = |n: &Node<'r>| -> Option<u32> {
                let text = visible::line(*n, self.hidden);
                text.trim_matches(|c: char| !c.is_numeric()).parse().ok()
            };
            let pages =
                options.len() > 1 && (1..).zip(&options).all(|(at, o)| number(o) == Some(at));
            let current = options.iter().position(|o| o.attr("selected").is_some()).unwrap_or(0);
            let next = options.get(current + 1).filter(|_| pages)?.attr("value")?;
            match select
                .attr("onchange")
                .and_then(|t| self.call(t).or_else(|| self.call(&unescaped(t))))
            {
                Some(call) => self.post_back(*select, &call, &[(select.attr("name")?, next)]),
                None => self.get(next).filter(|_| next.contains(['/', '?'])),
            }
        })
    }

    /// An element that shows a page number and nothing else.
    fn number(&self, node: Node<'r>) -> Option<u32> {
        if !node.is(&["a", "b", "strong", "span", "em", "i", "font", "li", "td", "div", "u"]) {
            return None;
        }
        let mut shown = String::new();
        // "Page 2" with a hidden "Page" is a number still.
        let seen = |n: &Node<'_>| n.parent().is_none_or(|p| p == node || !self.hidden.hides(p));
        for text in node.descendants().take(16).filter(seen).filter_map(|n| n.text()) {
            shown.push_str(text.trim());
            if shown.len() > 12 {
                return None;
            }
        }
        let number = shown.trim_matches(|c: char| !c.is_alphanumeric());
        number.parse().ok().filter(|n| (1..100_000).contains(n))
    }

    fn is_current(&self, node: Node<'r>) -> bool {
        let marked = |n: Node<'r>| {
            n.attr("aria-current").is_some_and(|v| v != "false")
                || self.engine.is_some_and(|e| e.is_current(n))
        };
        if !node.is(&["a"]) {
            return node.descendants().all(|n| !n.is(&["a"]));
        }
        let alone = node.parent().filter(|p| p.is(&["li", "span", "td"]));
        let idle = |h: &str| {
            h.starts_with('#')
                || matches!(h, "" | "javascript:;" | "javascript:void(0)" | "javascript:void(0);")
        };
        let here = |h: &str| {
            (idle(h) && node.attr("onclick").is_none())
                || self.base.resolve(h).is_some_and(|u| self.base.is_page(&u))
        };
        marked(node)
            || alone.is_some_and(marked)
            || node.attr("href").is_none_or(|h| here(h.trim()))
    }

    /// What pressing a link or button asks for.
    fn request(&self, node: Node<'r>) -> Option<PageRequest> {
        let off = |n: Node<'r>| {
            n.attr("disabled").is_some()
                || n.attr("aria-disabled") == Some("true")
                || self.engine.is_some_and(|e| e.is_off(n))
        };
        if off(node) || node.parent().is_some_and(|p| p.is(&["li", "span"]) && off(p)) {
            return None;
        }
        let scripts = [node.attr("href"), node.attr("onclick")];
        if let Some(call) = scripts.into_iter().flatten().find_map(|t| self.call(t)) {
            return self.post_back(node, &call, &[]);
        }
        if node.is(&["input", "button"]) {
            let form = post_form::of(self.tree, node)?;
            return post_form::post(
                self.tree,
                form,
                &[(node.attr("name")?, node.attr("value").unwrap_or_default())],
                self.base,
            );
        }
        self.get(node.attr("href")?)
    }

    /// Target and argument of a post-back call.
    fn call(&self, script: &str) -> Option<(String, String)> {
        let calls = &self.engine?.post_back()?.calls;
        let found = calls.iter().find_map(|p| p.captures(script))?;
        Some((
            unescaped(found.get(1)?.as_str()),
            unescaped(found.get(2).map_or("", |m| m.as_str())),
        ))
    }

    fn post_back(
        &self,
        node: Node<'r>,
        call: &(String, String),
        more: &[(&str, &str)],
    ) -> Option<PageRequest> {
        let fields = self.engine?.post_back()?;
        let set = [
            &[
                (fields.target.as_str(), call.0.as_str()),
                (fields.argument.as_str(), call.1.as_str()),
            ],
            more,
        ]
        .concat();
        post_form::post(self.tree, post_form::of(self.tree, node)?, &set, self.base)
    }

    fn get(&self, address: &str) -> Option<PageRequest> {
        let url = self.base.resolve(address)?;
        let url = url.split('#').next().unwrap_or_default().to_owned();
        (!url.is_empty() && !self.base.is_page(&url)).then_some(PageRequest::Get(url))
    }
}

fn pressable(node: Node<'_>) -> bool {
    let button = node.is(&["input"])
        && node.attr("type").is_some_and(|t| {
            matches!(t.to_ascii_lowercase().as_str(), "submit" | "image" | "button")
        });
    node.is(&["a", "button"]) || button
}

fn rel_next(node: Node<'_>) -> bool {
    node.attr("rel")
        .is_some_and(|r| r.split_ascii_whitespace().any(|w| w.eq_ignore_ascii_case("next")))
}

/// A string of a script as it is meant: `\u0026` is `&`, `\/` is `/`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let code = after
            .strip_prefix('u')
            .and_then(|h| h.get(..4))
            .and_then(|h| u32::from_str_radix(h, 16).ok())
            .and_then(char::from_u32);
        let (c, used) = match code {
            Some(c) => (Some(c), 5),
            None => (after.chars().next(), after.chars().next().map_or(0, char::len_utf8)),
        };
        out.extend(c);
        rest = after.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
    out.replace("&amp;", "&")
}
