//! One TOML file: its text, its tree, the variables that override it, and every fault found in it.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::located::Located;
use super::text::{Text, Unreadable};
use super::tree::{self, Node, Syntax, Value};
use super::walk::{self, Found, Mark};
use crate::domain::Fault;

/// Most faults that are told of one file.
const MOST: usize = 100;

/// A TOML file being checked.
pub(super) struct Document {
    text: Text,
    root: Node,
    overrides: Vec<(Vec<String>, Text)>,
    faults: Vec<Located>,
    /// Lines with a syntax fault.
    syntax: Vec<usize>,
}

impl Document {
    /// Parses `text`, keeping its syntax faults; messages show stars for the values of the table
    /// `secret`.
    pub fn new((mut text, unreadable): (Text, Option<Unreadable>), secret: Option<&str>) -> Self {
        let (root, errors) = tree::parse(&text.body);
        if let Some(table) = secret {
            hide_values(&root, table, &mut text.body);
        }
        let mut document =
            Self { text, root, overrides: Vec::new(), faults: Vec::new(), syntax: Vec::new() };
        if let Some(Unreadable { what, advice }) = unreadable {
            document.faults.push(Located::new(
                &document.text,
                &(0..0),
                Fault::new("", what, advice),
            ));
            document.syntax.push(1);
        }
        errors.into_iter().for_each(|error| document.malformed(error));
        document
    }

    fn malformed(&mut self, error: Syntax) {
        let (line, _) = self.text.position(error.span.start);
        self.syntax.push(line);
        let fault = Fault::new("", format!("not TOML: {}", error.what), "");
        self.faults.push(Located::new(&self.text, &error.span, fault));
    }

    /// Lets a variable's value stand at `path`.
    pub fn override_with(&mut self, path: Vec<String>, variable: Text, value: Value) {
        let span = 0..variable.body.len();
        self.root.insert(&path, Node { span, value });
        self.overrides.push((path, variable));
    }

    /// Checks the shape, and reads what has no fault of shape; `T` must bear that any key is
    /// absent.
    pub fn read<T: DeserializeOwned + Default>(&mut self, schema: &Json) -> T {
        let mut sound = self.root.clone();
        for Found { fault, mark } in walk::walk(&self.root, schema) {
            if mark != Mark::Missing {
                sound.remove(&fault.path);
            }
            self.note(fault, mark);
        }
        match sound.plain().unwrap_or(toml::Value::Table(toml::Table::new())).try_into() {
            Ok(shape) => shape,
            Err(error) => {
                self.unexpected(&error);
                T::default()
            }
        }
    }

    /// Checks the shape of data that is all or nothing; its tree if nothing is wrong.
    pub fn sound(&mut self, schema: &Json) -> Option<Node> {
        walk::walk(&self.root, schema)
            .into_iter()
            .for_each(|found| self.note(found.fault, found.mark));
        self.is_sound().then(|| self.root.clone())
    }

    /// Its text as messages may show it, and its tree.
    pub fn parts(&self) -> (&Text, &Node) {
        (&self.text, &self.root)
    }

    fn unexpected(&mut self, error: &toml::de::Error) {
        if self.faults.is_empty() {
            let what = error.message().trim().replace('\n', ", ");
            self.faults.push(Located::new(
                &self.text,
                &error.span().unwrap_or(0..0),
                Fault::new("", what, ""),
            ));
        }
    }

    /// Adds a fault of a value.
    pub fn fault(&mut self, fault: Fault) {
        self.note(fault, Mark::Value);
    }

    // After a syntax fault a key may only seem missing, and its line says nothing more for certain.
    fn note(&mut self, fault: Fault, mark: Mark) {
        let located = self.locate(fault, mark);
        let doubtful = located.file == self.text.path && self.syntax.contains(&located.line);
        if !doubtful && (self.syntax.is_empty() || mark != Mark::Missing) {
            self.faults.push(located);
        }
    }

    /// The place of a fault's path: in the file, or in the variable that overrides it.
    pub fn locate(&self, fault: Fault, mark: Mark) -> Located {
        match self.overrides.iter().find(|(path, _)| fault.path.starts_with(path)) {
            Some((_, variable)) => Located::new(variable, &(0..variable.body.len()), fault),
            None => Located::new(&self.text, &span(&self.root, &fault.path, mark), fault),
        }
    }

    /// All faults in the order of lines, those of the file first.
    pub fn into_faults(mut self) -> Vec<Located> {
        let own = self.text.path.clone();
        self.faults.sort_by_key(|f| (f.file != own, f.file.clone(), f.line, f.column));
        let more = self.faults.len().saturating_sub(MOST);
        self.faults.truncate(MOST);
        if more > 0 {
            self.faults.push(Located::new(
                &self.text,
                &(0..0),
                Fault::new("", format!("{more} more faults"), "mend the first ones"),
            ));
        }
        self.faults
    }

    /// Whether nothing is wrong so far.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// The span of what `path` names; of its nearest parent's key where it names nothing.
fn span(root: &Node, path: &[String], mark: Mark) -> Range<usize> {
    let (node, key, depth) = root.find(path);
    let whole = depth == path.len();
    match key {
        Some(key) if mark == Mark::Key || (!whole && mark != Mark::Missing) => key.clone(),
        _ => node.span.clone(),
    }
}

/// Puts stars over the values of a table, so that no message shows them; the text keeps its length.
fn hide_values(root: &Node, table: &str, body: &mut String) {
    let (node, _, depth) = root.find(&[table.to_owned()]);
    let (1, Value::Table(values)) = (depth, &node.value) else { return };
    for span in values.values().map(|entry| entry.node.span.clone()) {
        let Some(written) = body.get(span.clone()).filter(|text| !text.contains("file:")) else {
            continue;
        };
        let keep = |b: &u8| matches!(b, b'\n' | b'\r' | b'"' | b'\'');
        let stars: String =
            written.bytes().map(|b| if keep(&b) { char::from(b) } else { '*' }).collect();
        body.replace_range(span, &stars);
    }
}
