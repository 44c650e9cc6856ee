//! Blocks to a draft: what an article page says, field by field.

pub(crate) mod compose;
pub(crate) mod evidence;
pub(crate) mod fields;
pub(crate) mod foreign;
pub(crate) mod furniture;
pub(crate) mod marked;
pub(crate) mod partial;
pub(crate) mod read;
pub(crate) mod reading;
pub(crate) mod source;
pub(crate) mod text_capture;
pub(crate) mod whole_page;
pub(crate) mod witnesses;
