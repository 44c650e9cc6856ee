//! Markup to tokens, an outline of elements, and trees. Knows no rule and no field.

pub(crate) mod dom;
pub(crate) mod scan;
pub(crate) mod strip;
pub(crate) mod visible;
