//! Plain types of the house: what a site, a page, an article, a capture and a feed are.
//!
//! No I/O, no async, no DOM and no wire format may enter here; every other room speaks in these
//! words.

pub mod article;
pub mod bound;
pub mod capture;
pub mod count;
pub mod draft;
pub mod fault;
pub mod feed;
pub mod known_page;
pub mod language;
pub mod link;
pub mod markup;
pub mod name;
pub mod page;
pub mod page_forms;
pub mod page_memory;
pub mod role;
pub mod rules;
pub mod run;
pub mod settings;
pub mod site;
pub mod site_state;
pub mod state;
pub mod time;

pub use article::{
    Article, Attachment, BlockName, Listed, Precision, Published, Record, RecordState,
};
pub use bound::Bound;
pub use capture::{Checkpoint, Exchange, Place, Synced, Validators};
pub use draft::{Draft, Part, Trace, Written};
pub use fault::Fault;
pub use known_page::{Fingerprint, KnownPage};
pub use link::{Link, LinkState, Reread, Why};
pub use name::{SectionId, SiteId};
pub use page::{Anchor, Block, Listing, Page, PageRequest, Teaser, Way};
pub use page_forms::{FIELDS, MemorySettings};
pub use page_memory::{Habits, Lesson, PageMemory};
pub use role::Role;
pub use rules::dates::{DateForms, DateOrder};
pub use rules::engine::Engine;
pub use rules::html::HtmlRules;
pub use rules::letters::{LegacyFont, OldWriting, Syllables};
pub use rules::lists::{ListRules, RoleRule};
pub use rules::origins::Origins;
pub use rules::profile::{EnginePage, ProfileRules, ReadBy};
pub use rules::{Rules, Subject};
pub use run::Run;
pub use site::{History, Host, Section, Site};
pub use site_state::{Abroad, Health, Owed, SectionState, SiteState};
pub use state::{State, StateKind, States};
