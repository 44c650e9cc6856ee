//! Layers laid upon one another, and the whole that they make: what it says, and which file says
//! it.

use std::sync::Arc;

use super::layers::{Merged, Misfit, Whole, merge};
use super::located::Located;
use super::text::Text;
use super::tree::Node;
use crate::domain::Fault;
use crate::domain::rules::origins::{Layer, Origins};

/// Layers being laid upon one another, the most specific first.
#[derive(Default)]
pub(super) struct Pile {
    layers: Vec<Node>,
    texts: Vec<Arc<Text>>,
}

/// A whole with the texts of its layers.
#[derive(Debug)]
pub(super) struct Resolved {
    /// What they say together.
    pub merged: Merged,
    /// By their layers' numbers.
    texts: Vec<Arc<Text>>,
}

impl Pile {
    pub fn lay(&mut self, text: &Arc<Text>, root: Node) {
        self.layers.push(root);
        self.texts.push(text.clone());
    }

    /// The whole, and what of its layers says nothing.
    pub fn whole(self, faults: &mut Vec<Located>) -> Option<Resolved> {
        let layers: Vec<(usize, &Node)> = self.layers.iter().enumerate().collect();
        let (merged, misfits) = merge(&layers);
        let located =
            |Misfit { layer, span, fault }| Located::new(&self.texts[layer], &span, fault);
        faults.extend(misfits.into_iter().map(located));
        Some(Resolved { merged: merged?, texts: self.texts })
    }
}

impl Resolved {
    /// The whole as TOML; each value names the file and line that say it.
    pub fn shown(&self) -> String {
        let mut out = String::new();
        self.show(&self.merged, &mut Vec::new(), &mut out);
        out
    }

    fn show(&self, merged: &Merged, path: &mut Vec<String>, out: &mut String) {
        let Whole::Table(table) = &merged.value else { return };
        let is_table = |value: &Merged| matches!(value.value, Whole::Table(_));
        for (key, value) in table.iter().filter(|(_, value)| !is_table(value)) {
            out.push_str(&self.value(&format!("{key} = "), value, 0, "\n"));
        }
        for (key, value) in table.iter().filter(|(_, value)| is_table(value)) {
            path.push(key.clone());
            out.push_str(&format!("\n[{}]\n", path.join(".")));
            self.show(value, path, out);
            path.pop();
        }
    }

    /// A value with what stands before and behind it; of a list each item on a line.
    fn value(&self, before: &str, value: &Merged, depth: usize, behind: &str) -> String {
        let indent = "  ".repeat(depth);
        match &value.value {
            Whole::List(items) if !items.is_empty() => {
                let item = |item| self.value("", item, depth + 1, ",\n");
                let items: String = items.iter().map(item).collect();
                format!("{indent}{before}[\n{items}{indent}]{behind}")
            }
            _ => {
                let (comma, place) = (behind.trim_end(), self.place(value));
                format!("{indent}{before}{}{comma} # {place}\n", value.plain())
            }
        }
    }

    /// The file and line of a value.
    pub fn place(&self, value: &Merged) -> String {
        let text = &self.texts[value.layer];
        format!("{}:{}", text.path.display(), text.position(value.span.start).0)
    }

    /// Which layers said what its lists hold; a layer is called as its file.
    pub fn origins(&self) -> Origins {
        let layer = |text: &Arc<Text>| Layer {
            name: text.path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            engine: text.path.parent().is_some_and(|folder| folder.ends_with("engines")),
        };
        let mut origins = Origins::new(self.texts.iter().map(layer).collect());
        note(&self.merged, "", &mut origins);
        origins
    }

    /// A fault of the whole where its value was said.
    pub fn locate(&self, fault: Fault) -> Located {
        let said = self.merged.at(&fault.path);
        self.located(said, fault)
    }

    /// A fault where a value of the whole was said.
    pub fn located(&self, said: &Merged, fault: Fault) -> Located {
        Located::new(&self.texts[said.layer], &said.span, fault)
    }
}

fn note(merged: &Merged, path: &str, origins: &mut Origins) {
    match &merged.value {
        Whole::One(_) => {}
        Whole::List(items) => {
            origins.note(path.to_owned(), items.iter().map(|item| item.layer).collect());
        }
        Whole::Table(table) => table.iter().for_each(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            note(value, &path, origins);
        }),
    }
}
