//! Plain types of the house: what a site, a page, an article, a capture and a feed are.
//!
//! No I/O, no async, no DOM and no wire format may enter here; every other room speaks in these
//! words.

pub mod article;
pub mod bound;
pub mod capture;
pub mod count;
pub mod date;
pub mod draft;
pub mod engine;
pub mod fault;
pub mod feed;
pub mod language;
pub mod listing;
pub mod markup;
pub mod name;
pub mod page;
pub mod portal;
pub mod role;
pub mod run;
pub mod settings;
pub mod site;
pub mod source;
pub mod state;
pub mod time;

pub use article::{
    Article, Attachment, BlockName, Listed, Precision, Published, Record, RecordState,
};
pub use bound::Bound;
pub use capture::{Checkpoint, Exchange, Place, Synced, Validators};
pub use date::DateForms;
pub use draft::{Draft, Part, Trace, Written};
pub use engine::Engine;
pub use fault::Fault;
pub use listing::{Lists, RoleNames};
pub use name::{SectionId, SiteId};
pub use page::{Block, Link, Listing, Page, Teaser, Turn, Way};
pub use portal::Portal;
pub use role::Role;
pub use run::Run;
pub use site::{History, Host, Section, Site};
pub use source::{
    Abroad, Calm, Fingerprint, Health, Owed, SectionState, Source, Target, TargetState,
};
pub use state::{State, StateKind, States};
