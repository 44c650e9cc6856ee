//! The daemon's settings (`config/bantin.toml`, CONTRACT section 2), resolved: every value has its default, every path is absolute.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// All settings of the daemon.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the site files.
    pub feeds: PathBuf,
    /// The HTTP server.
    pub server: Server,
    /// The folder of the store (sled).
    pub store: PathBuf,
    /// The folder of the WARC files.
    pub archive: PathBuf,
    /// How sites are read.
    pub fetch: Fetching,
}

/// The HTTP server's settings.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where to listen; port 0 picks one.
    pub listen: SocketAddr,
    /// What feeds call themselves, with a final slash; `None`: the bound address.
    pub public_url: Option<url::Url>,
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
    /// Whether private hosts and ports that a site file names may be read.
    pub allow_private: bool,
    /// Total deadline of one request, redirects not included.
    pub timeout: Duration,
    /// Longest body, on the wire and expanded, in bytes.
    pub body_limit: usize,
    /// Longest head, in bytes.
    pub head_limit: usize,
    /// Most fields of a head.
    pub header_count: usize,
    /// Most redirects of one request.
    pub redirects: usize,
}

impl Default for Fetching {
    fn default() -> Self {
        Self {
            user_agent: concat!("bantin/", env!("CARGO_PKG_VERSION")).to_owned(),
            contact: None,
            per_host_interval: Duration::from_secs(1),
            concurrency: 64,
            allow_private: false,
            timeout: Duration::from_secs(20),
            body_limit: 8 << 20,
            head_limit: 64 << 10,
            header_count: 100,
            redirects: 5,
        }
    }
}
