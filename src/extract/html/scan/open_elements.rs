//! The stack of open elements as the HTML standard keeps it, with what formatting that is badly
//! nested leaves unknown.

mod special;

use super::tag_names::{Class, Name, name};
use super::{Element, NONE, Unsure};

/// Open elements at most; the parser's own bound is higher.
const DEEPEST: usize = 200;
/// Formatting elements that wait at most.
const MOST_FORMATS: usize = 60;
/// What badly nested formatting may cost the parser.
const MOST_COST: usize = 20_000;
/// Stands for a wall among formatting elements.
const MARK: u32 = NONE;

const HTML: Name = name("html");
const HEAD: Name = name("head");
const BODY: Name = name("body");
const BR: Name = name("br");
/// Special elements that do not keep a list item from ending the one before.
const PASSED: [Name; 3] = [name("address"), name("div"), name("p")];

/// Where in the page the parser is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Start,
    Head,
    AfterHead,
    Body,
    /// Behind the end of the body.
    Over,
}

/// An open element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    /// Its index; `NONE` for one that the parser adds by itself.
    pub element: u32,
    pub class: Class,
    pub name: Name,
}

/// A start tag, as the stack sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// What it opens.
    pub open: Open,
    /// Whether a head may hold it.
    pub in_head: bool,
    /// Whether it may stand between the cells of a table.
    pub fits_grid: bool,
}

/// What is open, and what is known of it.
#[derive(Debug, Default)]
pub(crate) struct OpenElements {
    mode: Mode,
    open: Vec<Open>,
    formats: Vec<u32>,
    /// Formatting is badly nested: which ordinary elements are open is not known.
    misnested: bool,
    /// `misnested` outside of each wall.
    outside: Vec<bool>,
    form: Option<u32>,
    selects: usize,
    popped: bool,
    cost: usize,
}

impl OpenElements {
    /// Whether the page's form has begun and not ended.
    pub fn has_form(&self) -> bool {
        self.form.is_some()
    }
    /// The element that is open.
    pub fn parent(&self) -> u32 {
        self.open.iter().rev().map(|o| o.element).find(|e| *e != NONE).unwrap_or(NONE)
    }
    fn in_grid(&self) -> bool {
        self.open.last().is_some_and(|o| o.class.is_grid())
    }

    /// Text that is not blank.
    pub fn text(&mut self) -> Result<(), Unsure> {
        if !matches!(self.mode, Mode::Over) {
            self.mode = Mode::Body;
        }
        self.cost += if self.misnested { self.formats.len() } else { 0 };
        if self.in_grid() { Err(Unsure("text between the cells of a table")) } else { Ok(()) }
    }

    /// A start tag: whether it goes on the stack, whether it may be left out, whether it is clean;
    /// `None` if it has no effect.
    pub fn start(
        &mut self,
        elements: &mut [Element],
        tag: Start,
        token: u32,
    ) -> Result<Option<(bool, bool, bool)>, Unsure> {
        let Start { open: tag, in_head, fits_grid } = tag;
        let Open { class, name, .. } = tag;
        let quiet = matches!(self.mode, Mode::Head | Mode::Body) && !self.misnested;
        let known = self.mode == Mode::Body || self.mode == Mode::Head && in_head;
        self.begin(name, in_head)?;
        if self.selects > 0 && class != Class::Choice {
            return Err(Unsure("an element inside a select"));
        }
        if self.in_grid() && !fits_grid {
            return Err(Unsure("an element between the cells of a table"));
        }
        self.popped = false;
        let Some(push) = self.make_room(elements, tag, token)? else { return Ok(None) };
        let clean = known && !self.misnested;
        Ok(Some((push, quiet && clean && !self.popped, clean)))
    }

    /// Ends what a start tag ends; whether the element goes on the stack, `None` if the tag has no
    /// effect.
    fn make_room(
        &mut self,
        elements: &mut [Element],
        tag: Open,
        token: u32,
    ) -> Result<Option<bool>, Unsure> {
        let Open { class, name, element } = tag;
        let push = match class {
            Class::Strange => return Err(Unsure("an element that only the parser follows")),
            Class::Root => {
                self.popped = true;
                false
            }
            Class::Void | Class::Foreign | Class::Raw => false,
            Class::Rule | Class::Block | Class::P | Class::Heading => {
                self.close_p(elements, token)?;
                if class == Class::Heading
                    && self.open.last().is_some_and(|o| o.class == Class::Heading)
                {
                    self.pop_to(elements, self.open.len() - 1, token, false)?;
                }
                class != Class::Rule
            }
            Class::Li | Class::Term => {
                self.close_item(elements, class, token)?;
                true
            }
            Class::Form if self.form.is_some() => return Ok(None),
            Class::Form => self.form(elements, element, token)?,
            Class::Button => {
                if let Some(at) = self.in_scope(|o| o.class == Class::Button) {
                    self.pop_to(elements, at, token, false)?;
                }
                true
            }
            Class::Choice => self.choice(elements, name, token)?,
            Class::Formatting => self.format(elements, name, element),
            Class::Table => self.takes_table()?,
            Class::Select | Class::Walled => true,
            Class::Ordinary => !self.misnested,
            _ => {
                let has_table = self.part(elements, class, token)?;
                return Ok(has_table.then_some(class != Class::Column));
            }
        };
        Ok(Some(push))
    }

    /// Puts an element on the stack.
    pub fn push(&mut self, tag: Open) -> Result<(), Unsure> {
        self.open.push(tag);
        self.selects += usize::from(tag.class == Class::Select);
        if tag.class.is_marker() {
            self.formats.push(MARK);
            self.outside.push(std::mem::take(&mut self.misnested));
        }
        self.check()
    }

    /// Whether the parser may reach a bound of its own.
    pub fn check(&mut self) -> Result<(), Unsure> {
        let deep = self.open.len() > DEEPEST || self.formats.len() > MOST_FORMATS;
        if self.misnested {
            self.cost += self.formats.len();
        }
        let deep =
            deep || self.misnested && self.open.len() * (1 + self.formats.len()) > 2 * DEEPEST;
        if deep || self.cost > MOST_COST {
            Err(Unsure("many elements inside one another"))
        } else {
            Ok(())
        }
    }

    /// What a start tag does before the body.
    fn begin(&mut self, name: Name, in_head: bool) -> Result<(), Unsure> {
        self.mode = match self.mode {
            Mode::Start if name == HTML => Mode::Start,
            Mode::Start if name == HEAD || in_head => Mode::Head,
            Mode::Head if name == HEAD || name == HTML || in_head => Mode::Head,
            Mode::AfterHead if name == HEAD || name == HTML || in_head => Mode::AfterHead,
            Mode::Over => Mode::Over,
            _ => Mode::Body,
        };
        Ok(())
    }

    /// An end tag; whether it has an effect on the tree.
    pub fn end(
        &mut self,
        elements: &mut [Element],
        name: Name,
        token: u32,
    ) -> Result<bool, Unsure> {
        let class = Class::of(name);
        match self.mode {
            Mode::Body | Mode::Over => {}
            Mode::Head if name == HEAD => {
                self.mode = Mode::AfterHead;
                return Ok(true);
            }
            _ if name == BR || class == Class::Root => {
                return Err(Unsure("an end tag before the body"));
            }
            _ => return Ok(false),
        }
        if self.selects > 0 && !matches!(class, Class::Choice | Class::Select) {
            return Err(Unsure("an end tag inside a select"));
        }
        if self.in_grid() && (class == Class::P || name == BR) {
            return Err(Unsure("an element between the cells of a table"));
        }
        match class {
            Class::Root if name == BODY || name == HTML => {
                self.mode = Mode::Over;
                self.loosen_none(elements, 0);
                Ok(true)
            }
            Class::Form => self.end_form(elements, token),
            Class::Void if name == BR => Ok(true),
            Class::Formatting => self.end_format(elements, name, token),
            Class::Ordinary | Class::Choice if self.misnested => Ok(true),
            _ => match self.ended(class, name) {
                Some(at) => self.pop_to(elements, at, token, true).map(|()| true),
                // Without a paragraph to end the tag makes an empty one.
                None => Ok(class == Class::P),
            },
        }
    }

    /// Ends the page.
    pub fn finish(&mut self, elements: &mut [Element], token: u32) {
        self.loosen_none(elements, 0);
        for open in &self.open {
            if let Some(element) = elements.get_mut(open.element as usize) {
                element.to = token;
            }
        }
    }

    fn find(&self, wanted: impl Fn(&Open) -> bool, stop: impl Fn(&Open) -> bool) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if wanted(open) {
                return Some(at);
            }
            if stop(open) {
                return None;
            }
        }
        None
    }

    fn in_scope(&self, wanted: impl Fn(&Open) -> bool) -> Option<usize> {
        self.find(wanted, |o| o.class.is_wall())
    }

    fn p_in_scope(&self) -> Option<usize> {
        self.find(|o| o.class == Class::P, |o| o.class.is_wall() || o.class == Class::Button)
    }

    fn close_p(&mut self, elements: &mut [Element], token: u32) -> Result<(), Unsure> {
        match self.p_in_scope() {
            Some(at) => self.pop_to(elements, at, token, false),
            None => Ok(()),
        }
    }

    fn close_item(
        &mut self,
        elements: &mut [Element],
        class: Class,
        token: u32,
    ) -> Result<(), Unsure> {
        let stops = |o: &Open| o.class.is_special() && !PASSED.contains(&o.name);
        if let Some(at) = self.find(|o| o.class == class, stops) {
            self.pop_to(elements, at, token, false)?;
        }
        self.close_p(elements, token)
    }

    /// Takes everything from `at` off; `own`: by the end tag of the element there.
    fn pop_to(
        &mut self,
        elements: &mut [Element],
        at: usize,
        token: u32,
        own: bool,
    ) -> Result<(), Unsure> {
        self.popped = true;
        let (mut leaked, mut form) = (false, false);
        let first = at;
        for at in (first..self.open.len()).rev() {
            let Some(Open { element, class, .. }) = self.open.get(at).copied() else { break };
            if let Some(element) = elements.get_mut(element as usize) {
                element.to = token + u32::from(own && at == first);
                element.loose &= !leaked && !form;
            }
            match class {
                Class::Formatting if self.formats.contains(&element) => {
                    leaked = true;
                    if let Some(element) = elements.get_mut(element as usize) {
                        element.loose = false;
                    }
                }
                Class::Form if self.form == Some(element) => form = true,
                Class::Select => self.selects -= 1,
                Class::Walled if !own || at != first => {
                    return Err(Unsure("an object without an end"));
                }
                _ => {}
            }
            if class.is_marker() {
                let mark = self.formats.iter().rposition(|f| *f == MARK).unwrap_or(0);
                self.formats.truncate(mark);
                self.misnested = self.outside.pop().unwrap_or_default();
                leaked = false;
            }
        }
        self.open.truncate(first);
        if form {
            // It stays the page's form though it is no longer open.
            self.loosen_none(elements, 0);
        }
        if leaked {
            self.soil(elements);
        }
        Ok(())
    }

    /// From here to the next wall outwards formatting is badly nested.
    fn soil(&mut self, elements: &mut [Element]) {
        let wall = self.open.iter().rposition(|o| o.class.is_marker()).map_or(0, |at| at + 1);
        self.loosen_none(elements, wall);
        // The parser may take apart what is open inside of formatting, and leave behind the
        // comments beside it.
        for open in self.open.iter().skip(wall).skip_while(|o| o.class != Class::Formatting) {
            if let Some(element) = elements.get_mut(open.element as usize) {
                element.placed = false;
            }
        }
        self.misnested = true;
        let mut at = 0;
        self.open.retain(|o| {
            at += 1;
            at <= wall || o.class.is_special()
        });
    }

    /// Nothing that is open from `at` may be left out.
    fn loosen_none(&mut self, elements: &mut [Element], at: usize) {
        for open in self.open.iter().skip(at) {
            if let Some(element) = elements.get_mut(open.element as usize) {
                element.loose = false;
            }
        }
    }
}
