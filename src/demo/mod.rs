//! stub
use url::Url;
/// x
#[derive(Clone, Debug, Default)]
pub struct Options;
/// x
pub struct Portal;
impl Portal {
    /// x
    pub async fn start(_l: tokio::net::TcpListener, _o: Options) -> Portal { Portal }
    /// x
    pub fn base(&self) -> Url { Url::parse("http://x/").unwrap() }
    /// x
    pub fn site_toml(&self, _e: &str, _h: &str) -> String { String::new() }
    /// x
    pub async fn stop(self) {}
}
