//! Form 1 of the stored rows. Never edited: rows on users' disks are read by these very structs.
//!
//! Times are nanoseconds since 1970, enums numbers, large texts one zstd frame.

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub site: String,
    pub version: u32,
    pub seq: u64,
    pub first_seen: i128,
    pub updated: i128,
    pub sections: Vec<String>,
    pub via: Option<String>,
    pub aliases: Vec<String>,
    pub capture: Place,
    pub profile: String,
    pub withdrawn: bool,
    pub id: [u8; 16],
    pub url: String,
    pub title: String,
    pub published: Option<Published>,
    pub authors: Vec<String>,
    pub image: Option<String>,
    pub attachments: Vec<(String, String, String)>,
    pub language: Option<String>,
    pub portal: String,
    pub engine: String,
    pub blocks: Vec<(String, u8)>,
    pub item: Option<String>,
    pub digest: [u8; 32],
    pub body_digest: [u8; 32],
    /// Length of `texts` when expanded.
    pub texts_length: u64,
    /// [`Texts`] in postcard, in one zstd frame.
    pub texts: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Texts {
    pub summary: Option<String>,
    #[serde(with = "super::long")]
    pub content_html: String,
    #[serde(with = "super::long")]
    pub content_text: String,
    pub captions: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Published {
    pub at: i128,
    pub offset_s: i32,
    /// 0 day, 1 minute.
    pub precision: u8,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Place {
    pub file: String,
    pub offset: u64,
    pub length: u64,
    pub digest: String,
    pub time: i128,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Source {
    pub visits: u64,
    pub last_visit: Option<i128>,
    pub last_success: Option<i128>,
    pub next_due: Option<i128>,
    pub failures: u32,
    /// 0 healthy, 1 degraded, 2 broken.
    pub health: u8,
    pub reasons: Vec<String>,
    pub sections: Vec<(String, Section)>,
    pub cookies: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Section {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub visits: u64,
    pub first_page: Vec<String>,
    pub walk: Option<Walk>,
    pub walked: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Walk {
    pub url: String,
    /// The fields of a post; `None`: a plain link.
    pub post: Option<Vec<(String, String)>>,
    pub pages: u32,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Target {
    pub site: String,
    pub key: String,
    pub url: String,
    /// 0 unread, 1 article, 2 no article, 3 dead, 4 barred, 5 failed.
    pub state: u8,
    /// Of state 1.
    pub article: Option<[u8; 16]>,
    /// Of state 3.
    pub status: u16,
    pub sections: Vec<String>,
    pub via: String,
    pub teaser: u64,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub last_read: Option<i128>,
    pub due: Option<i128>,
    pub failures: u32,
    pub left: Option<u8>,
}
