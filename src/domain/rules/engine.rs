//! An engine as data: how a portal engine marks blocks, and where their names stand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `config/engines/NAME.toml`, a version with what its family has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Engine {
    /// The file's name; filled in by the loader.
    #[serde(skip)]
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What shows that a page was built by this engine.
    pub marks: Vec<Mark>,
    /// The weight of marks from which a page counts as this engine's; of several engines the
    /// heaviest wins.
    pub threshold: i32,
    /// What a block is; an element is one if any rule fits.
    pub blocks: Vec<Shape>,
    /// What becomes of a block inside a block.
    pub nested: Nesting,
    /// Where a block's name stands; the first rule that gives one wins.
    pub names: Vec<NameRule>,
    /// Where else a name stands, such as an id: a block is known by all of these where its shown
    /// name says no role.
    pub aliases: Vec<NameRule>,
    /// Names that say nothing, because the engine gives them by itself; patterns with `*`.
    pub blank_names: Vec<String>,
    /// Classes whose elements nobody sees, such as `ms-hide`.
    pub hidden: Vec<String>,
    /// Elements of the frame that hold menus: no list and no pager is looked for there.
    pub navigation: Vec<Shape>,
    /// Elements of the frame that hold a page's main content: lists there go before lists beside
    /// it.
    pub main: Vec<Shape>,
    /// Links and buttons that turn to the next page whatever they say.
    pub next: Vec<Shape>,
    /// Elements of a pager that show the current page.
    pub current: Vec<Shape>,
    /// Links and buttons, or what holds them alone, that do nothing for now.
    pub off: Vec<Shape>,
    /// Patterns whose first group in an address is the item's id, such as `[?&]ItemID=(\d+)`.
    pub items: Vec<String>,
    /// Patterns whose first group, in a link's `href` or `onclick`, is the address of a list's next
    /// page.
    pub turns: Vec<String>,
    /// How links post a form back.
    pub post_back: Option<PostBack>,
}

/// One piece of evidence; the one condition that is given must hold. All comparisons ignore case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mark {
    /// Text that stands somewhere in the page's source.
    pub text: Option<String>,
    /// Text that stands in `meta generator`.
    pub generator: Option<String>,
    /// What it weighs; below zero it speaks against the engine.
    pub weight: i32,
}

/// What an element must look like: every condition that is given must hold.
/// `*` in a pattern stands for any run of characters; comparisons ignore case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Shape {
    /// Element names, one of which it has; none: any.
    pub tags: Vec<String>,
    /// An attribute that it has.
    pub attribute: Option<String>,
    /// A pattern that its `id` fits.
    pub id: Option<String>,
    /// A pattern that one of its classes fits.
    pub class: Option<String>,
    /// A pattern that its `role` fits.
    pub role: Option<String>,
}

/// What becomes of a block inside a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Nesting {
    /// Both are blocks; the outer one goes without the inner one's content.
    #[default]
    Both,
    /// Only the inner ones are blocks.
    Innermost,
    /// Only the outer one is a block.
    Outermost,
}

/// One place where a block's name may stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum NameRule {
    /// The text, visible or not, of the element whose id is made from the block's: `replace`
    /// becomes `with`, then `suffix` is added. Without text its `title` attribute counts, up to the
    /// description after ` - `.
    Id {
        /// Text in the block's id that is replaced; empty: nothing is.
        #[serde(default)]
        replace: String,
        /// What stands there instead.
        #[serde(default)]
        with: String,
        /// What is added at the end.
        #[serde(default)]
        suffix: String,
    },
    /// The text of the element that an attribute of the block points to by id, such as
    /// `aria-labelledby`.
    Reference {
        /// The attribute.
        attribute: String,
    },
    /// An attribute of the block itself.
    Attribute {
        /// The attribute.
        attribute: String,
        /// A pattern whose first group is the name; none: the whole value.
        #[serde(default)]
        pattern: Option<String>,
    },
    /// The text, visible or not, of the first element of this shape inside the block.
    Inside {
        /// The shape.
        shape: Shape,
    },
    /// A comment right before the block, or the first thing inside it.
    Comment {
        /// A pattern whose first group is the name.
        pattern: String,
    },
    /// Comments before the page's root, one for each block in order; used only if they are as many
    /// as the blocks of the page's `main` part (without one: as all blocks).
    Preamble {
        /// A pattern whose first group is the name.
        pattern: String,
    },
    /// The first heading inside the block.
    Heading,
}

/// How a link posts a form back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PostBack {
    /// Patterns of the call in `href` or `onclick`: group 1 is the target, group 2 the argument.
    pub calls: Vec<String>,
    /// The field that takes the target.
    pub target: String,
    /// The field that takes the argument.
    pub argument: String,
}
