//! What the rules of blocks ask of a page: its tree answers always, its outline where it is sure.

use std::borrow::Cow;

use crate::extract::rules::engine::Shape;

/// A page's elements, in whatever form it is at hand.
pub(crate) trait Elements {
    /// An element.
    type Element: Copy + PartialEq;
    /// Why the page cannot tell.
    type Unsure;

    /// The elements that have one of these shapes, in the page's order, each with known borders.
    fn shaped(&self, shapes: &[Shape]) -> Result<Vec<Self::Element>, Self::Unsure>;
    /// Whether an element has one of these shapes.
    fn fits(&self, shapes: &[Shape], element: Self::Element) -> Result<bool, Self::Unsure>;
    /// What an element stands in.
    fn parent(&self, element: Self::Element) -> Option<Self::Element>;
    /// Whether an element stands inside of another.
    fn stands_in(&self, element: Self::Element, outer: Self::Element) -> bool;
    /// Whether the inner one is all that the outer one holds.
    fn is_all_of(&self, inner: Self::Element, outer: Self::Element) -> Result<bool, Self::Unsure>;
    /// The elements inside of one, in the page's order.
    fn inside(&self, element: Self::Element) -> impl Iterator<Item = Self::Element>;
    /// Whether an element can be left out of a block that it stands in.
    fn can_leave_out(&self) -> Result<(), Self::Unsure>;
    /// Whether an element is a heading by name.
    fn is_heading(&self, element: Self::Element) -> bool;
    /// An attribute's value as a parser reads it.
    fn attr(&self, element: Self::Element, key: &str)
    -> Result<Option<Cow<'_, str>>, Self::Unsure>;
    /// The first element of that id.
    fn by_id(&self, id: &str) -> Result<Option<Self::Element>, Self::Unsure>;
    /// The text of an element that is a name, even if style hides it: chrome is hidden, its name is
    /// not void.
    fn written(&self, element: Self::Element) -> Result<String, Self::Unsure>;
    /// The comments right before an element, the nearest first, and first inside it, blank text
    /// apart.
    fn comments_beside(&self, element: Self::Element) -> Result<Vec<Cow<'_, str>>, Self::Unsure>;
    /// The comments that stand before the page's root.
    fn comments_before_root(&self) -> Result<Vec<Cow<'_, str>>, Self::Unsure>;
}
