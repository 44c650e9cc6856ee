//! Where a page's blocks begin and end, and what they are called, by its engine's rules.

use regex::Regex;

use super::elements::Elements;
use super::name::{clean, derived, group, undescribed};
use crate::domain::rules::engine::Nesting;
use crate::extract::rules::engine::{Engine, Place, Shape};

/// A page's blocks are no more than this; what follows is left out.
pub(crate) const MOST_BLOCKS: usize = 1_000;

/// A block of a page.
#[derive(Debug)]
pub(crate) struct Block<E> {
    /// Its element.
    pub element: E,
    /// Its name; may be empty.
    pub name: String,
    /// What else it is called.
    pub aliases: Vec<String>,
    /// Whether the engine's chrome gives the name, not a heading of the content.
    pub chrome: bool,
    /// What stands in it and is no content of its own: inner blocks, chrome.
    pub left_out: Vec<E>,
}

/// The blocks of a page in reading order, named; empty if the engine's rules find none.
///
/// # Errors
/// The page cannot tell.
pub(crate) fn blocks<P: Elements>(
    page: &P,
    engine: &Engine,
) -> Result<Vec<Block<P::Element>>, P::Unsure> {
    let mut blocks = enclosed(page, engine)?;
    for place in engine.places() {
        match place {
            Place::Preamble(pattern) => name_by_preamble(page, engine, pattern, &mut blocks)?,
            place => name_by(page, engine, place, &mut blocks)?,
        }
    }
    for block in &mut blocks {
        for place in engine.alias_places() {
            let alias = at(page, place, block)?.map(clean);
            block.aliases.extend(alias.filter(|n| !n.is_empty() && *n != block.name));
        }
    }
    Ok(blocks)
}

fn enclosed<P: Elements>(page: &P, engine: &Engine) -> Result<Vec<Block<P::Element>>, P::Unsure> {
    let mut blocks: Vec<Block<P::Element>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for element in page.shaped(engine.shapes())? {
        if blocks.len() >= MOST_BLOCKS {
            break;
        }
        while open.pop_if(|at| !page.stands_in(element, blocks[*at].element)).is_some() {}
        if let Some(outer) = open.last().and_then(|at| blocks.get_mut(*at)) {
            // Then both are the frame of one block.
            let same = page.is_all_of(element, outer.element)?;
            if same || engine.nesting() == Nesting::Outermost {
                continue;
            }
            outer.left_out.push(element);
        }
        open.push(blocks.len());
        blocks.push(Block {
            element,
            name: String::new(),
            aliases: Vec::new(),
            chrome: false,
            left_out: Vec::new(),
        });
    }
    if engine.nesting() == Nesting::Innermost {
        blocks.retain(|block| block.left_out.is_empty());
    }
    Ok(blocks)
}

/// Names by one rule the blocks that have no name yet.
fn name_by<P: Elements>(
    page: &P,
    engine: &Engine,
    place: &Place,
    blocks: &mut [Block<P::Element>],
) -> Result<(), P::Unsure> {
    for block in blocks.iter_mut().filter(|block| block.name.is_empty()) {
        let name = at(page, place, block)?.map(clean).unwrap_or_default();
        if !engine.is_blank(&name) {
            block.chrome = !name.is_empty() && !matches!(place, Place::Heading);
            block.name = name;
        }
        if let Place::Inside(shape) = place {
            // A name that stands inside the block is chrome all the same, no content.
            let frame = inside(page, block, shape)?;
            block.left_out.extend(frame);
        }
    }
    Ok(())
}

/// Which comment names which block is not said, so the counts must agree: with the blocks of the
/// main part, if the frame has one.
fn name_by_preamble<P: Elements>(
    page: &P,
    engine: &Engine,
    pattern: &Regex,
    blocks: &mut [Block<P::Element>],
) -> Result<(), P::Unsure> {
    let comments = page.comments_before_root()?;
    let names: Vec<String> = comments.iter().filter_map(|c| group(pattern, c)).map(clean).collect();
    if names.is_empty() {
        return Ok(());
    }
    let in_main = |block: &Block<P::Element>| {
        let mut outer = std::iter::successors(page.parent(block.element), |at| page.parent(*at));
        outer.try_fold(false, |found, at| {
            Ok::<_, P::Unsure>(found || page.fits(engine.main_shapes(), at)?)
        })
    };
    let main: Vec<bool> = blocks.iter().map(in_main).collect::<Result<_, P::Unsure>>()?;
    let framed = main.contains(&true);
    let meant: Vec<&mut Block<P::Element>> =
        blocks.iter_mut().zip(main).filter(|(_, main)| !framed || *main).map(|(b, _)| b).collect();
    if meant.len() != names.len() {
        return Ok(());
    }
    for (block, name) in meant.into_iter().zip(names).filter(|(b, _)| b.name.is_empty()) {
        block.chrome = true;
        block.name = name;
    }
    Ok(())
}

/// What stands at a place.
fn at<P: Elements>(
    page: &P,
    place: &Place,
    block: &Block<P::Element>,
) -> Result<Option<String>, P::Unsure> {
    let element = block.element;
    Ok(match place {
        Place::Id { replace, with, suffix } => {
            let id = page.attr(element, "id")?.and_then(|id| derived(&id, replace, with, suffix));
            let title = id.map(|id| page.by_id(&id)).transpose()?.flatten();
            match title.filter(|title| *title != element) {
                Some(title) => titled(page, title)?,
                None => None,
            }
        }
        Place::Reference(attribute) => {
            let ids = page.attr(element, attribute)?.unwrap_or_default();
            let mut named = Vec::new();
            for id in ids.split_ascii_whitespace() {
                named.extend(page.by_id(id)?);
            }
            first_written(page, named.into_iter())?
        }
        Place::Attribute(attribute, pattern) => {
            page.attr(element, attribute)?.and_then(|value| match pattern {
                Some(pattern) => group(pattern, &value),
                None => Some(value.into_owned()),
            })
        }
        Place::Inside(shape) => {
            let frame = inside(page, block, shape)?;
            frame.map(|frame| page.written(frame)).transpose()?
        }
        Place::Comment(pattern) => {
            page.comments_beside(element)?.iter().find_map(|c| group(pattern, c))
        }
        Place::Heading => {
            let headings = page.inside(element).filter(|n| page.is_heading(*n));
            first_written(page, headings.filter(|n| is_own(page, block, *n)))?
        }
        Place::Preamble(_) => None,
    })
}

/// The first element of a shape in a block; inner blocks have their own.
fn inside<P: Elements>(
    page: &P,
    block: &Block<P::Element>,
    shape: &Shape,
) -> Result<Option<P::Element>, P::Unsure> {
    page.can_leave_out()?;
    for element in page.inside(block.element) {
        if page.fits(std::slice::from_ref(shape), element)? && is_own(page, block, element) {
            return Ok(Some(element));
        }
    }
    Ok(None)
}

/// Whether an element inside of a block is part of its own content.
fn is_own<P: Elements>(page: &P, block: &Block<P::Element>, element: P::Element) -> bool {
    !block.left_out.iter().any(|left| *left == element || page.stands_in(element, *left))
}

/// What an element says that titles a block: its text, else its own title.
fn titled<P: Elements>(page: &P, title: P::Element) -> Result<Option<String>, P::Unsure> {
    match page.written(title)? {
        text if !text.is_empty() => Ok(Some(text)),
        _ => Ok(page.attr(title, "title")?.map(|title| undescribed(&title))),
    }
}

/// The text of the first element that has any.
fn first_written<P: Elements>(
    page: &P,
    mut elements: impl Iterator<Item = P::Element>,
) -> Result<Option<String>, P::Unsure> {
    let text = elements
        .find_map(|n| page.written(n).map(|t| Some(t).filter(|t| !t.is_empty())).transpose());
    text.transpose()
}
