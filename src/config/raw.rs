//! The shapes of the files as people write them. The comments are the schemas' descriptions.
//!
//! Every key may be absent here, so that one fault hides no other; `required` stands in the schema,
//! which the walk obeys.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::domain::DateOrder;

/// The daemon's settings. Every key is optional.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "bantin.toml")]
pub(super) struct Bantin {
    /// The folder of the site files, one NAME.toml a site. Default: "feeds".
    #[schemars(with = "String")]
    pub feeds: Option<String>,
    /// The HTTP server.
    pub server: Server,
    /// The store of articles.
    pub store: Place,
    /// The archive of captures (WARC).
    pub archive: Archive,
    /// How sites are read.
    pub fetch: Fetch,
    /// What one page may cost.
    pub page: Page,
    /// What the pages of a site have in common.
    pub memory: Memory,
}

/// The HTTP server.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Server {
    /// ADDRESS:PORT to listen at; port 0 picks one. Default: "127.0.0.1:8080".
    #[schemars(with = "String")]
    pub listen: Option<String>,
    /// What feeds call themselves, whatever host was asked. Default: the bound address.
    #[schemars(with = "String")]
    pub public_url: Option<String>,
    /// Documents that are kept ready in memory. Default: "32MiB".
    #[schemars(with = "Size")]
    pub cache: Option<Size>,
    /// Packed forms of documents that are kept on disk, in the store's folder. Default: "256MiB".
    #[schemars(with = "Size")]
    pub disk_cache: Option<Size>,
}

/// A folder, or an address instead.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Place {
    /// The folder. Default: below $STATE_DIRECTORY if set, else below "data" at home.
    #[schemars(with = "String")]
    pub path: Option<String>,
    /// An address instead of a folder.
    #[schemars(with = "String")]
    pub url: Option<String>,
}

/// The archive: a folder, or an address instead, and when its files are closed.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Archive {
    /// The folder. Default: below $STATE_DIRECTORY if set, else below "data" at home.
    #[schemars(with = "String")]
    pub path: Option<String>,
    /// An address instead of a folder.
    #[schemars(with = "String")]
    pub url: Option<String>,
    /// A file is closed and renamed at this size, from "64KiB" to "64GiB". Default: "1GiB".
    #[schemars(with = "Size")]
    pub segment: Option<Size>,
    /// Or at this age, if it holds a record. Default: "24h".
    #[schemars(with = "String")]
    pub age: Option<String>,
}

/// How sites are read: manners and bounds.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Fetch {
    /// The product that sites see.
    #[schemars(with = "String")]
    pub user_agent: Option<String>,
    /// Who runs this: an address, mailto: or https URL. Part of the User-Agent and From headers.
    #[schemars(with = "String")]
    pub contact: Option<String>,
    /// Between the starts of two requests to one host, such as "1s". Default: "1s".
    #[schemars(with = "String")]
    pub per_host_interval: Option<String>,
    /// Requests in flight over all hosts. Default: 64.
    #[schemars(with = "u16", range(min = 1, max = 4096))]
    pub concurrency: Option<u16>,
    /// Whether private hosts and ports that a site file names may be read. Default: false.
    #[schemars(with = "bool")]
    pub allow_private: Option<bool>,
    /// Longest time of one request in all. Default: "20s".
    #[schemars(with = "String")]
    pub timeout: Option<String>,
    /// Longest body on the wire. Default: "8MiB".
    #[schemars(with = "Size")]
    pub body_limit: Option<Size>,
    /// Longest body without its coding. Default: body_limit.
    #[schemars(with = "Size")]
    pub expanded_limit: Option<Size>,
    /// Most codings of a body upon one another. Default: 1.
    #[schemars(with = "u8", range(min = 0, max = 4))]
    pub codings: Option<u8>,
    /// Longest head. Default: "64KiB".
    #[schemars(with = "Size")]
    pub head_limit: Option<Size>,
    /// Most fields of a head. Default: 100.
    #[schemars(with = "u16", range(min = 1, max = 1000))]
    pub header_count: Option<u16>,
    /// Most redirects of one request. Default: 5.
    #[schemars(with = "u8", range(min = 0, max = 20))]
    pub redirects: Option<u8>,
    /// Most pages of one listing. Default: 2000.
    #[schemars(with = "u32", range(min = 1, max = 100_000))]
    pub listing_pages: Option<u32>,
    /// Most requests of one visit; the next one goes on. Default: 100000.
    #[schemars(with = "u32", range(min = 1))]
    pub visit_pages: Option<u32>,
}

/// What one page may cost, and how much of it is taken.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Page {
    /// CPU time of one page, from its bytes to its article. Default: "2s".
    #[schemars(with = "String")]
    pub cpu: Option<String>,
    /// Most elements inside one another. Default: 512.
    #[schemars(with = "u32", range(min = 16, max = 10_000))]
    pub depth: Option<u32>,
    /// Most nodes of a page's tree. Default: 200000.
    #[schemars(with = "u32", range(min = 1_000, max = 10_000_000))]
    pub nodes: Option<u32>,
    /// Most attributes of one element. Default: 2000.
    #[schemars(with = "u32", range(min = 16, max = 100_000))]
    pub attributes: Option<u32>,
    /// Most links of a listing's page; those behind are left. Default: 2000.
    #[schemars(with = "u32", range(min = 1, max = 100_000))]
    pub links: Option<u32>,
    /// Longest title, in characters; the rest is cut. Default: 1000.
    #[schemars(with = "u32", range(min = 1))]
    pub title: Option<u32>,
    /// Longest lead, in characters; the rest is cut. Default: 10000.
    #[schemars(with = "u32", range(min = 1))]
    pub lead: Option<u32>,
    /// Longest name of an author or title of an attachment, in characters, and most of each.
    /// Default: 200.
    #[schemars(with = "u32", range(min = 1))]
    pub field: Option<u32>,
    /// Longest body of an article; a longer one is not read. Default: "4MiB".
    #[schemars(with = "Size")]
    pub content: Option<Size>,
}

/// What the pages of a site have in common.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Memory {
    /// The last so many pages of a site count. Default: 50.
    #[schemars(with = "u32", range(min = 5, max = 64))]
    pub pages: Option<u32>,
    /// Before so many pages nothing is furniture. Default: 5.
    #[schemars(with = "u32", range(min = 2, max = 64))]
    pub least: Option<u32>,
    /// A line is furniture if so many percent of them have it. Default: 60.
    #[schemars(with = "u32", range(min = 20, max = 100))]
    pub share: Option<u32>,
}

/// A number of bytes, or a text with a unit such as "8MiB".
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Size {
    /// Bytes.
    Bytes(u64),
    /// With a unit: B, KiB, MiB, GiB, kB, MB, GB.
    Text(String),
}

/// One site that is read. The file's name is its id.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "feeds/NAME.toml", extend("required" = ["title", "home", "sections"]))]
pub(super) struct Site {
    /// What its feeds are called.
    #[schemars(with = "String", length(min = 1))]
    pub title: Option<String>,
    /// The front page; its host is the site's own, by http and https, with and without "www.".
    #[schemars(with = "String")]
    pub home: Option<String>,
    /// A site that is not enabled is never asked. Default: true.
    #[schemars(with = "bool")]
    pub enabled: Option<bool>,
    /// The portal profile that reads it; "auto" tries all. Default: "auto".
    #[schemars(with = "String")]
    pub portal: Option<String>,
    /// Its language (BCP 47). Default: the page's, then the profile's.
    #[schemars(with = "String")]
    pub language: Option<String>,
    /// Its timezone (IANA). Default: the profile's, then UTC.
    #[schemars(with = "String")]
    pub timezone: Option<String>,
    /// Time between the starts of two visits, such as "15m". Default: "15m".
    #[schemars(with = "String")]
    pub every: Option<String>,
    /// "obey", or "ignore: REASON". Default: "obey".
    #[schemars(with = "String")]
    pub robots: Option<String>,
    /// Header fields sent to this site's own origin only; values may be file:PATH.
    pub headers: BTreeMap<String, String>,
    /// How certificates are taken.
    pub tls: Tls,
    /// Which of a date's numbers is the day where nothing else tells. Default: as its languages
    /// and its profile have it.
    #[schemars(with = "DateOrder")]
    pub date_order: Option<DateOrder>,
    /// The keys of a portal profile, for this site alone.
    #[schemars(skip)]
    pub rules: Option<IgnoredAny>,
    /// Further hosts that are the site's own: HOST or HOST:PORT. http and https, and a leading
    /// "www.", always are.
    #[schemars(length(max = 100))]
    pub hosts: Vec<String>,
    /// Its listings that are read: [[sections]].
    #[schemars(length(min = 1))]
    pub sections: Vec<Section>,
}

/// How certificates are taken.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Tls {
    /// Whether certificates that do not verify are taken. Default: false.
    pub accept_invalid: bool,
}

/// One listing.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("required" = ["id", "title", "url"]))]
pub(super) struct Section {
    /// Its name in feed addresses: a-z, 0-9 and hyphens.
    #[schemars(with = "String")]
    pub id: Option<String>,
    /// What its feed, and the tag of its articles, is called.
    #[schemars(with = "String", length(min = 1))]
    pub title: Option<String>,
    /// The listing's first page.
    #[schemars(with = "String")]
    pub url: Option<String>,
    /// How far back it is read. Default: "new".
    pub history: History,
}

/// How far back a listing is read.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum History {
    /// Its first page at first, later as far as links are unknown.
    #[default]
    New,
    /// The pager to its end, once.
    All,
}
