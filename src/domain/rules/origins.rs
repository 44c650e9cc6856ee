//! Which layer of rules said what of a whole.

use std::collections::BTreeMap;

/// A layer of rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// What it is called: its file.
    pub name: String,
    /// Whether it is an engine's: what a profile has under `page` stands there under `article`.
    pub engine: bool,
}

/// Who said the items of a profile's lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origins {
    /// By their numbers.
    layers: Vec<Layer>,
    /// The layer of each item, by the list's path.
    lists: BTreeMap<String, Vec<usize>>,
}

impl Origins {
    /// Those of a whole of these layers.
    pub fn new(layers: Vec<Layer>) -> Self {
        Self { layers, lists: BTreeMap::new() }
    }

    /// Notes who said the items of a list.
    pub fn note(&mut self, path: String, layers: Vec<usize>) {
        self.lists.insert(path, layers);
    }

    /// Notes what other origins know; of lists that both know they count.
    pub fn lay(&mut self, others: &Self) {
        let first = self.layers.len();
        self.layers.extend_from_slice(&others.layers);
        for (path, layers) in &others.lists {
            self.note(path.clone(), layers.iter().map(|layer| first + layer).collect());
        }
    }

    /// The layer that said an item, and where: `vi labels.date`; the path alone for one of no known
    /// origin.
    pub fn of(&self, path: &str, place: usize) -> String {
        let layer = self.lists.get(path).and_then(|list| self.layers.get(*list.get(place)?));
        let Some(Layer { name, engine }) = layer else { return path.to_owned() };
        match path.strip_prefix("page.").filter(|_| *engine) {
            Some(key) => format!("{name} article.{key}"),
            None => format!("{name} {path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_has_its_layer() {
        let layer = |name: &str, engine| Layer { name: name.to_owned(), engine };
        let mut origins = Origins::new(vec![layer("sharepoint", true), layer("vi", false)]);
        origins.note("labels.date".to_owned(), vec![0, 1]);
        origins.note("page.bodies".to_owned(), vec![0, 1]);
        let mut others = Origins::new(vec![layer("drupal", true)]);
        others.note("page.dates".to_owned(), vec![0]);
        origins.lay(&others);
        for (path, place, said) in [
            ("page.dates", 0, "drupal article.dates"),
            ("labels.date", 1, "vi labels.date"),
            ("labels.date", 2, "labels.date"),
            ("labels.lead", 0, "labels.lead"),
            ("page.bodies", 0, "sharepoint article.bodies"),
            ("page.bodies", 1, "vi page.bodies"),
        ] {
            assert_eq!(origins.of(path, place), said);
        }
    }
}
