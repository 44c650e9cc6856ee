//! Why an address is not reached.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

/// What stands against it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Neither http nor https.
    #[error("only http and https are asked, not {0}")]
    Scheme(String),
    /// The address has no host.
    #[error("the address names no host")]
    NoHost,
    /// The host stands at an address that is not public.
    #[error("{host} is at {ip}, which is not a public address")]
    NotPublic {
        /// The host as written.
        host: String,
        /// Where it stands.
        ip: IpAddr,
    },
    /// The name has no address.
    #[error("{host} does not resolve")]
    Lookup {
        /// The name.
        host: String,
        /// What the resolver says.
        #[source]
        cause: Arc<io::Error>,
    },
}

impl Error {
    /// Whether the guard refused it, rather than the lookup failed.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Error::Lookup { .. })
    }
}
