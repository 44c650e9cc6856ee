//! What a browser would send when a form of the page is posted.

use crate::domain::PageRequest;
use crate::extract::html::dom::{Node, Tree};
use crate::extract::page::base::Base;
use crate::text::blank;

/// A form sends no more fields than this.
const MOST_FIELDS: usize = 2_000;

/// The form that a link or button belongs to. Parsers move forms out of tables, so a form without
/// fields stands for them all.
pub fn of<'a>(tree: &'a Tree<'a>, node: Node<'a>) -> Option<Node<'a>> {
    let is_form = |n: &Node<'a>| n.is(&["form"]);
    let posts =
        |n: &Node<'a>| n.attr("method").is_some_and(|m| m.trim().eq_ignore_ascii_case("post"));
    node.ancestors()
        .find(is_form)
        .or_else(|| tree.root().descendants().find(|n| is_form(n) && posts(n)))
}

/// A post of `form` in which `set` fields have other values than the page gave them.
pub fn post(
    tree: &Tree<'_>,
    form: Node<'_>,
    set: &[(&str, &str)],
    base: &Base,
) -> Option<PageRequest> {
    let url = match form.attr("action").map(str::trim).filter(|a| !a.is_empty()) {
        Some(action) => base.resolve(action)?,
        None => base.page.as_ref()?.to_string(),
    };
    let mut fields: Vec<(String, String)> =
        form.descendants().filter_map(field).take(MOST_FIELDS).collect();
    if fields.is_empty() {
        fields = tree.root().descendants().filter_map(field).take(MOST_FIELDS).collect();
    }
    for (name, value) in set {
        match fields.iter_mut().find(|(n, _)| n == name) {
            Some(field) => field.1 = (*value).to_owned(),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    Some(PageRequest::Post { url, fields })
}

/// The name and value that a control sends by itself; buttons send nothing until they are pressed.
fn field(node: Node<'_>) -> Option<(String, String)> {
    let name = node.attr("name").filter(|n| !n.is_empty() && node.attr("disabled").is_none())?;
    let value = match node.name()? {
        "input" => match node.attr("type").unwrap_or("text").to_ascii_lowercase().as_str() {
            "submit" | "button" | "image" | "reset" | "file" => return None,
            "checkbox" | "radio" => {
                node.attr("checked").and(Some(node.attr("value").unwrap_or("on")))?.to_owned()
            }
            _ => node.attr("value").unwrap_or_default().to_owned(),
        },
        "textarea" => node.descendants().filter_map(|n| n.text()).collect(),
        "select" => {
            let options = || node.descendants().filter(|n| n.is(&["option"]));
            let chosen = options().filter(|o| o.attr("selected").is_some()).last();
            let chosen =
                chosen.or_else(|| options().next().filter(|_| node.attr("multiple").is_none()))?;
            match chosen.attr("value") {
                Some(value) => value.to_owned(),
                None => blank::settle(
                    &chosen.descendants().filter_map(|n| n.text()).collect::<String>(),
                ),
            }
        }
        _ => return None,
    };
    Some((name.to_owned(), value))
}
