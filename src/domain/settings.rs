//! The daemon's settings (`config/bantin.toml`, CONTRACT section 2), resolved: every value has its
//! default, every path is absolute.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::MemorySettings;

/// All settings of the daemon.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the site files.
    pub feeds: PathBuf,
    /// The HTTP server.
    pub server: Server,
    /// The folder of the store (sled).
    pub store: PathBuf,
    /// The archive of WARC files.
    pub archive: Archiving,
    /// How sites are read.
    pub fetch: Fetching,
    /// What one page may cost.
    pub page: Paging,
    /// How much of a site's pages must have a line that is furniture.
    pub memory: MemorySettings,
}

/// The archive's settings.
#[derive(Clone, Debug)]
pub struct Archiving {
    /// The folder of the WARC files.
    pub path: PathBuf,
    /// A file is closed and renamed at this size, in bytes.
    pub segment: u64,
    /// Or at this age, if it holds a record.
    pub age: Duration,
}

/// The HTTP server's settings.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where to listen; port 0 picks one.
    pub listen: SocketAddr,
    /// What feeds call themselves, with a final slash; `None`: the bound address.
    pub public_url: Option<url::Url>,
    /// Documents in memory, in bytes.
    pub cache: u64,
    /// Packed forms of documents on the disk, in bytes.
    pub disk_cache: u64,
}

/// How sites are read: manners and bounds.
#[derive(Clone, Debug)]
pub struct Fetching {
    /// The product sent as User-Agent, such as `bantin/1.0`.
    pub user_agent: String,
    /// An address, `mailto:` or https URL; part of User-Agent and From.
    pub contact: Option<String>,
    /// Between the starts of two requests to one host.
    pub per_host_interval: Duration,
    /// Requests in flight over all hosts.
    pub concurrency: usize,
    /// Whether a connection stays open for its host's next request; no setting, but not so where
    /// descriptors are few.
    pub keep_open: bool,
    /// Whether private hosts and ports that a site file names may be read.
    pub allow_private: bool,
    /// Total deadline of one request, redirects not included.
    pub timeout: Duration,
    /// Longest body on the wire, in bytes.
    pub body_limit: usize,
    /// Longest body without its coding, in bytes.
    pub expanded_limit: usize,
    /// Most codings of a body upon one another.
    pub codings: usize,
    /// Longest head, in bytes.
    pub head_limit: usize,
    /// Most fields of a head.
    pub header_count: usize,
    /// Most redirects of one request.
    pub redirects: usize,
    /// Most pages of one listing.
    pub listing_pages: u32,
    /// Most requests of one visit.
    pub visit_pages: u32,
}

/// What one page may cost, and how much of it is taken.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    /// CPU time, from its bytes to its article.
    pub cpu: Duration,
    /// Elements inside one another.
    pub depth: usize,
    /// Nodes of its tree.
    pub nodes: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Links of a listing.
    pub links: usize,
    /// How long what is taken may be.
    pub lengths: Lengths,
}

/// How long an article's fields may be.
#[derive(Clone, Copy, Debug)]
pub struct Lengths {
    /// The title, in characters.
    pub title: usize,
    /// The lead, in characters.
    pub lead: usize,
    /// A name or a title of an attachment, in characters; as many of each kind are taken.
    pub field: usize,
    /// The body, in bytes.
    pub content: usize,
}

impl Default for Paging {
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(2),
            depth: 512,
            nodes: 200_000,
            attributes: 2_000,
            links: 2_000,
            lengths: Lengths::default(),
        }
    }
}

impl Default for Lengths {
    fn default() -> Self {
        Self { title: 1_000, lead: 10_000, field: 200, content: 4 << 20 }
    }
}

impl Default for Fetching {
    fn default() -> Self {
        Self {
            user_agent: concat!("bantin/", env!("CARGO_PKG_VERSION")).to_owned(),
            contact: None,
            per_host_interval: Duration::from_secs(1),
            concurrency: 64,
            keep_open: true,
            allow_private: false,
            timeout: Duration::from_secs(20),
            body_limit: 8 << 20,
            expanded_limit: 8 << 20,
            codings: 1,
            head_limit: 64 << 10,
            header_count: 100,
            redirects: 5,
            listing_pages: 2_000,
            visit_pages: 100_000,
        }
    }
}
