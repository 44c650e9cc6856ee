//! Which article a page is (CONTRACT section 3): known by an address, by what answers there, by a
//! canonical link that can be believed, by an item id, by what it says; and which article an
//! address may belong to before its page is read.

mod address;
mod otherwise;
mod owner;
mod verdict;

pub use address::{ALIASES, Addresses, Mark, canonical_key, differs_in, keys, marks};
pub use otherwise::otherwise;
pub use owner::{candidates, found_by, link_at, link_to, links, living, looked_up, unused};
pub use verdict::{Page, Verdict, decide, twin_of};
