//! One file a field: each takes its lines out of a block and notes which rule took them.

pub(crate) mod attachments;
pub(crate) mod author;
pub(crate) mod body;
pub(crate) mod boilerplate;
pub(crate) mod captions;
pub(crate) mod date;
pub(crate) mod images;
pub(crate) mod late;
pub(crate) mod lead;
pub(crate) mod mails;
pub(crate) mod players;
pub(crate) mod special;
pub(crate) mod title;
pub(crate) mod toolbar;
