//! Elements with rules of their own: choices, formatting, forms and parts of tables.

use super::{Open, OpenElements};
use crate::extract::html::scan::tag_names::{Class, Name, name};
use crate::extract::html::scan::{Element, NONE, Unsure};

const A: Name = name("a");
const NOBR: Name = name("nobr");
const OPTION: Name = name("option");
const LISTS: [Name; 2] = [name("ol"), name("ul")];

impl OpenElements {
    pub(crate) fn choice(
        &mut self,
        elements: &mut [Element],
        name: Name,
        token: u32,
    ) -> Result<bool, Unsure> {
        if name != OPTION && self.selects == 0 {
            return Err(Unsure("an option group without a select"));
        }
        if self.misnested {
            return Ok(false);
        }
        while let Some(top) = self.open.last().filter(|o| o.class == Class::Choice) {
            if name == OPTION && top.name != OPTION {
                break;
            }
            self.pop_to(elements, self.open.len() - 1, token, false)?;
        }
        Ok(true)
    }

    pub(crate) fn format(&mut self, elements: &mut [Element], name: Name, element: u32) -> bool {
        let twice = (name == A || name == NOBR)
            && self.find(|o| o.name == name, |o| o.class.is_marker()).is_some();
        if twice && !self.misnested {
            self.soil(elements);
            self.popped = true;
        }
        self.formats.push(element);
        !self.misnested
    }

    pub(crate) fn end_format(
        &mut self,
        elements: &mut [Element],
        name: Name,
        token: u32,
    ) -> Result<bool, Unsure> {
        if self.misnested {
            return if self.in_grid() {
                Err(Unsure("formatting between the cells of a table"))
            } else {
                Ok(true)
            };
        }
        if self.open.last().is_some_and(|o| o.name == name) {
            self.formats.pop();
            return self.pop_to(elements, self.open.len() - 1, token, true).map(|()| true);
        }
        if self.find(|o| o.name == name, |o| o.class.is_marker()).is_none() {
            return Ok(false);
        }
        if self.in_grid() {
            return Err(Unsure("formatting between the cells of a table"));
        }
        self.soil(elements);
        Ok(true)
    }

    /// Begins the page's form; whether it goes on the stack.
    pub(crate) fn form(
        &mut self,
        elements: &mut [Element],
        element: u32,
        token: u32,
    ) -> Result<bool, Unsure> {
        self.form = Some(element);
        // A form between cells is closed at once, but counts as open.
        let push = !self.in_grid();
        self.popped = !push;
        if push {
            self.close_p(elements, token)?;
        }
        Ok(push)
    }

    pub(crate) fn end_form(
        &mut self,
        elements: &mut [Element],
        token: u32,
    ) -> Result<bool, Unsure> {
        let Some(form) = self.form.take() else { return Ok(false) };
        let Some(at) = self.in_scope(|o| o.element == form) else {
            // Whatever began since then holds a change that is felt outside of it.
            let from = elements.get(form as usize).map_or(0, |e| e.from);
            for open in &self.open {
                if let Some(element) =
                    elements.get_mut(open.element as usize).filter(|e| e.from > from)
                {
                    element.loose = false;
                }
            }
            return Ok(false);
        };
        let implied =
            |o: &Open| matches!(o.class, Class::Term | Class::Li | Class::Choice | Class::P);
        let keep =
            self.open.iter().rposition(|o| !implied(o)).map_or(0, |last| last + 1).max(at + 1);
        if keep < self.open.len() {
            self.pop_to(elements, keep, token, false)?;
        }
        if keep == at + 1 {
            return self.pop_to(elements, at, token, true).map(|()| true);
        }
        self.loosen_none(elements, at);
        if let Some(element) = elements.get_mut(form as usize) {
            element.to = token + 1;
        }
        self.open.remove(at);
        Ok(true)
    }

    /// Makes room for a part of a table; whether there is a table.
    pub(crate) fn part(
        &mut self,
        elements: &mut [Element],
        class: Class,
        token: u32,
    ) -> Result<bool, Unsure> {
        let Some(at) = self
            .find(|o| matches!(o.class, Class::Cell | Class::Caption | Class::Table), |_| false)
        else {
            return Ok(false);
        };
        if self.open.get(at).is_some_and(|o| o.class != Class::Table) {
            self.pop_to(elements, at, token, false)?;
        }
        loop {
            let top = self.open.last().map(|o| o.class);
            let implied = match (top, class) {
                (Some(Class::Table), Class::Cell | Class::Row) => (Class::Body, name("tbody")),
                (Some(Class::Table), Class::Column) => (Class::Columns, name("colgroup")),
                (Some(Class::Body), Class::Cell) => (Class::Row, name("tr")),
                (Some(Class::Table), _) | (Some(Class::Columns), Class::Column) => return Ok(true),
                (Some(Class::Body), Class::Row) | (Some(Class::Row), Class::Cell) => {
                    return Ok(true);
                }
                (Some(Class::Columns | Class::Body | Class::Row), _) => {
                    self.pop_to(elements, self.open.len() - 1, token, false)?;
                    continue;
                }
                _ => return Err(Unsure("a cell outside of its table")),
            };
            self.open.push(Open { element: NONE, class: implied.0, name: implied.1 });
        }
    }

    /// Whether a table stands where it is written: always, where that is followed.
    pub(crate) fn takes_table(&self) -> Result<bool, Unsure> {
        match self.p_in_scope() {
            _ if self.in_grid() => Err(Unsure("a table between the cells of a table")),
            Some(_) => Err(Unsure("a table in a paragraph")),
            None => Ok(true),
        }
    }

    /// Which open element an end tag ends.
    pub(crate) fn ended(&self, class: Class, name: Name) -> Option<usize> {
        match class {
            Class::P => self.p_in_scope(),
            Class::Block | Class::Button | Class::Select | Class::Term | Class::Walled => {
                self.in_scope(|o| o.name == name)
            }
            Class::Heading => self.in_scope(|o| o.class == Class::Heading),
            Class::Li => self
                .find(|o| o.class == Class::Li, |o| o.class.is_wall() || LISTS.contains(&o.name)),
            Class::Table
            | Class::Cell
            | Class::Caption
            | Class::Row
            | Class::Body
            | Class::Columns => self.find(|o| o.name == name, |o| o.class == Class::Table),
            Class::Ordinary | Class::Choice => {
                self.find(|o| o.name == name, |o| o.class.is_special())
            }
            _ => None,
        }
    }
}
