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
pub mod html;
pub mod known_page;
pub mod language;
pub mod letters;
pub mod link;
pub mod list_rules;
pub mod markup;
pub mod name;
pub mod origin;
pub mod page;
pub mod portal;
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
pub use date::{DateForms, DateOrder};
pub use draft::{Draft, Part, Trace, Written};
pub use engine::Engine;
pub use fault::Fault;
pub use html::HtmlRules;
pub use known_page::{Fingerprint, KnownPage};
pub use letters::{LegacyFont, OldWriting, Syllables};
pub use link::{Link, LinkState, Why};
pub use list_rules::{Lists, RoleNames};
pub use name::{SectionId, SiteId};
pub use origin::Origins;
pub use page::{Anchor, Block, Listing, Page, Teaser, Turn, Way};
pub use portal::{Portal, ReadBy};
pub use role::Role;
pub use rules::{Rules, Subject};
pub use run::Run;
pub use site::{History, Host, Section, Site};
pub use site_state::{Abroad, Health, Owed, SectionState, SiteState};
pub use state::{State, StateKind, States};
