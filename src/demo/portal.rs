//! The handle of a running portal.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::data::{Section, data};
use super::paging;
use super::server::{self, Shared, lock};
use super::truth::{self, Truth};
use super::world::World;
use super::{Options, Request};

/// A running portal; dropped or stopped, it serves no more.
pub struct Portal {
    pub(super) world: Shared,
    /// Whether requests wait.
    pub(super) held: watch::Sender<bool>,
    base: Url,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Portal {
    /// Serves on that listener from now on.
    pub async fn start(listener: TcpListener, options: Options) -> Portal {
        let base = origin(&listener);
        let world: Shared = Arc::new(Mutex::new(World::new(options, base.clone())));
        let stop = CancellationToken::new();
        let held = watch::Sender::new(false);
        let task =
            tokio::spawn(server::serve(listener, world.clone(), held.subscribe(), stop.clone()));
        Portal { world, held, base, stop, task }
    }
    /// The portal's origin.
    pub fn base(&self) -> Url {
        self.base.clone()
    }
    /// Each section: id, title, address of its first page.
    pub fn sections(&self) -> Vec<(String, String, Url)> {
        let world = lock(&self.world);
        let section = |section: &Section| {
            (section.id.clone(), section.title.clone(), world.absolute(&paging::path(section)))
        };
        data().site.sections.iter().map(section).collect()
    }
    /// The text of `feeds/NAME.toml` for this portal.
    pub fn site_toml(&self, every: &str, history: &str) -> String {
        let dates = &data().words.dates;
        let mut text = format!(
            "title = {}\nhome = {}\nportal = \"auto\"\nlanguage = {}\ntimezone = {}\nevery = {}\n",
            quoted(&data().site.title),
            quoted(self.base.as_str()),
            quoted(&dates.language),
            quoted(&dates.zone),
            quoted(every)
        );
        for (id, title, url) in self.sections() {
            let (id, title, url, history) =
                (quoted(&id), quoted(&title), quoted(url.as_str()), quoted(history));
            text.push_str(&format!(
                "\n[[sections]]\nid = {id}\ntitle = {title}\nurl = {url}\nhistory = {history}\n"
            ));
        }
        text
    }
    /// What the portal says at this moment.
    pub fn truth(&self) -> Truth {
        truth::of(&lock(&self.world))
    }
    /// What it was asked so far, oldest first.
    pub fn log(&self) -> Vec<Request> {
        lock(&self.world).log.iter().cloned().collect()
    }
    /// Forgets what it was asked.
    pub fn clear_log(&self) {
        lock(&self.world).log.clear();
    }
    /// Closes listener and connections, and waits for it.
    pub async fn stop(mut self) {
        self.stop.cancel();
        (&mut self.task).await.ok();
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The origin of a listener on loopback.
#[allow(clippy::expect_used)] // a socket address is an authority by its syntax
fn origin(listener: &TcpListener) -> Url {
    let address = listener.local_addr().unwrap_or_else(|_| SocketAddr::from(([127, 0, 0, 1], 0)));
    Url::parse(&format!("http://{address}/")).expect("a socket address is an authority")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
