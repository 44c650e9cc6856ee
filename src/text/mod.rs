//! Plain text as a reader sees it. Knows no markup and no page.

pub mod blank;
pub mod compare;
pub mod latin;
