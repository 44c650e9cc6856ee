//! What a site knows of a page before it is read: asked of the daemon, else of the store.

use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use super::console::Console;
use super::live::Looked;
use super::setup;
use crate::app::control::{self, Command, Said};
use crate::domain::state::chain;
use crate::domain::{Habits, Link, PageMemory, SiteId, Teaser};
use crate::extract::View;
use crate::normalize::{twin, url::clean, url::key};
use crate::store::Store;
use crate::store::sled::Sled;

/// What the daemon is asked for, before the site and the address.
pub const ASK: &str = "known-page";

/// What is known of a page.
#[derive(Default)]
pub struct Known {
    teaser: Option<Teaser>,
    habits: Habits,
}

impl Known {
    /// The view of a page of which this is known.
    pub fn view<'a>(&'a self, view: View<'a>) -> View<'a> {
        View { teaser: self.teaser.as_ref(), habits: Some(&self.habits), ..view }
    }
}

/// The same as it is sent.
#[derive(Default, Serialize, Deserialize)]
struct Sent {
    teaser: Option<Teaser>,
    /// Address and body of each page that counts.
    pages: Vec<(u64, u64)>,
    /// Each line of them and its marks.
    lines: Vec<(u64, u64)>,
}

/// What the site of a page knows of it; what cannot be asked is told, and nothing is known then.
pub async fn of(config: Option<&Path>, looked: &Looked, console: &mut Console) -> Known {
    let (Some(site), Some(url)) = (&looked.site, &looked.url) else { return Known::default() };
    let Some(settings) = setup::settings(config) else { return Known::default() };
    let Sent { teaser, pages, lines } = match ask(&settings.store, &site.id, url).await {
        Ok(sent) => sent,
        Err(error) => {
            let why = chain(error.as_ref());
            console.note(&format!("what {} knows of this page is left out: {why}", site.id));
            Sent::default()
        }
    };
    Known { teaser, habits: PageMemory::of(pages, lines).habits(settings.memory) }
}

async fn ask(folder: &Path, site: &SiteId, url: &Url) -> anyhow::Result<Sent> {
    let args = vec![ASK.to_owned(), site.to_string(), url.to_string()];
    let command = Command { args, folder: std::env::current_dir()?, follows: 0 };
    let mut answer = String::new();
    let heard = |said, _| {
        if let Said::Out(text) = said {
            answer.push_str(&text);
        }
        Ok(())
    };
    if control::call(folder, command, &[], heard).await?.is_some() {
        return Ok(serde_json::from_str(&answer)?);
    }
    // Nothing is written: where no store is, none is made.
    if !folder.join("db").exists() {
        return Ok(Sent::default());
    }
    let folder = folder.to_owned();
    let store = tokio::task::spawn_blocking(move || Sled::open(&folder)).await??;
    stored(&store, site, url).await
}

/// Answers such a question by an open store, as JSON; a site or an address that is none has no
/// answer.
pub async fn answer(store: &dyn Store, site: &str, url: &str) -> anyhow::Result<String> {
    let sent = match (SiteId::new(site), Url::parse(url)) {
        (Some(site), Ok(url)) => stored(store, &site, &url).await?,
        _ => Sent::default(),
    };
    Ok(serde_json::to_string(&sent)?)
}

async fn stored(store: &dyn Store, site: &SiteId, url: &Url) -> anyhow::Result<Sent> {
    let key = key(&clean(url));
    let teaser = match link(store, site, &key).await? {
        None => listed(store, site, &key).await?,
        link => link,
    };
    let teaser = teaser.and_then(|link| link.told).map(|told| *told);
    let (pages, lines) = store.page_memory(site).await?.unwrap_or_default().parts();
    Ok(Sent { teaser, pages, lines })
}

/// The link of that key, on a host with or without `www.`.
async fn link(store: &dyn Store, site: &SiteId, key: &str) -> anyhow::Result<Option<Link>> {
    match store.link(site, key).await? {
        None => Ok(store.link(site, &twin::other_host(key)).await?),
        link => Ok(link),
    }
}

/// The link by which the article was listed that has an address of that key.
async fn listed(store: &dyn Store, site: &SiteId, at: &str) -> anyhow::Result<Option<Link>> {
    let Some(id) = store.find(site, at).await? else { return Ok(None) };
    let record = store.record(site, id).await?;
    let listed = record.as_ref().and_then(|record| record.listed.as_ref());
    match listed.and_then(|listed| Url::parse(&listed.url).ok()) {
        Some(url) => link(store, site, &key(&url)).await,
        None => Ok(None),
    }
}
