//! Pages for commands that look without writing: a file, or an address fetched by the rules of its
//! site.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

use super::console::Console;
use super::setup;
use crate::config;
use crate::domain::count::Counters;
use crate::domain::settings::Fetching;
use crate::domain::{Article, Draft, Site, SiteId, Validators};
use crate::extract::{self, Reader, View};
use crate::fetch::{Client, Fetch, Request};
use crate::normalize::{self, Sanitizer};

/// The longest wait for a host.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// The longest file that is read as a page.
const LONGEST: u64 = 64 << 20;

/// A page to be looked at.
pub struct Looked {
    /// Reads it.
    pub reader: Reader,
    /// What of it may be published.
    pub sanitizer: Sanitizer,
    /// Its bytes.
    pub body: Bytes,
    /// Its Content-Type.
    pub content_type: Option<String>,
    /// Its address, where known.
    pub url: Option<Url>,
    /// The configured site that it belongs to.
    pub site: Option<Arc<Site>>,
}

impl Looked {
    /// The view of the page by `portal`, else by its site's profile.
    pub fn view<'a>(&'a self, portal: Option<&'a str>) -> View<'a> {
        let site = self.site.as_ref();
        View {
            body: &self.body,
            content_type: self.content_type.as_deref(),
            url: self.url.as_ref(),
            portal: portal.or(site.and_then(|site| site.portal.as_deref())),
            site: site.map(|site| site.id.as_str()),
            ..View::default()
        }
    }

    /// The article of a draft of it.
    pub fn article(&self, draft: &Draft) -> Article {
        let site = self.site.as_ref();
        let context = normalize::Context {
            site: site.map_or("", |site| site.id.as_str()),
            url: self.url.as_ref(),
            canonical: None,
            timezone: site.and_then(|site| site.timezone.as_deref()),
            language: site.and_then(|site| site.language.as_deref()),
            sanitizer: &self.sanitizer,
            now: Timestamp::now(),
        };
        normalize::article(draft, &context)
    }
}

/// Whether an argument is an address rather than a file.
pub fn is_address(what: &str) -> bool {
    let scheme = what.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

/// Reads a file (`-`: standard input) or fetches an address. Without a configuration the shipped
/// engines and portals serve.
pub async fn look(
    explicit: Option<&Path>,
    what: &str,
    url: Option<&str>,
    console: &mut Console,
) -> anyhow::Result<Looked> {
    let surroundings = match explicit.is_none() && config::find(None).is_err() {
        true => Surroundings::shipped()?,
        false => Surroundings::of(explicit, console)?,
    };
    look_within(surroundings, what, url).await
}

/// The same within a configuration that is loaded.
pub async fn look_within(
    Surroundings { reader, sanitizer, sites, fetching }: Surroundings,
    what: &str,
    url: Option<&str>,
) -> anyhow::Result<Looked> {
    // A script that has no address for a file gives an empty one.
    let url = url
        .filter(|url| !url.is_empty())
        .map(|url| Url::parse(url).with_context(|| format!("`{url}` is no address")))
        .transpose()?;
    if !is_address(what) {
        let body = read(what)?;
        let site = url.as_ref().and_then(|url| sites.iter().find(|site| site.owns(url)).cloned());
        return Ok(Looked { reader, sanitizer, body, content_type: None, url, site });
    }
    let asked = Url::parse(what).with_context(|| format!("`{what}` is no address"))?;
    let known = sites.iter().find(|site| site.owns(&asked)).cloned();
    let (site, fetching) = match &known {
        Some(site) => (site.clone(), fetching),
        // Private hosts may be read where a site file names them, no others.
        None => (Arc::new(stranger(&asked)?), Fetching { allow_private: false, ..fetching }),
    };
    let answer = fetch(&site, asked, fetching, &sites).await?;
    Ok(Looked {
        reader,
        sanitizer,
        body: answer.body,
        content_type: answer.content_type,
        url: Some(url.unwrap_or(answer.url)),
        site: known,
    })
}

/// Reads one page for a site by its rules.
pub async fn fetch(
    site: &Site,
    url: Url,
    fetching: Fetching,
    sites: &[Arc<Site>],
) -> anyhow::Result<crate::fetch::Response> {
    let client = Client::new(fetching, Arc::new(Counters::default()), sites)?
        .following(extract::page::refresh::target);
    let address = url.to_string();
    let ask = Request {
        url,
        form: None,
        validators: Validators::default(),
        max_wait: MAX_WAIT,
        known: None,
    };
    let read = client.fetch(site, ask).await;
    let answer = read.map_err(|failure| {
        anyhow::Error::from(failure.error).context(format!("{address} was not read"))
    })?;
    if !(200..300).contains(&answer.status) {
        bail!("{} answers {}", answer.url, answer.status);
    }
    if let Some(to) = &answer.elsewhere {
        bail!("{} only sends on to {to}: ask for that address", answer.url);
    }
    if let Some(media) = extract::page::media::other(answer.content_type.as_deref(), &answer.body) {
        bail!("{} is {media}, no page", answer.url);
    }
    Ok(answer)
}

/// What looking needs of a configuration.
pub struct Surroundings {
    /// Reads pages.
    pub reader: Reader,
    /// What of them may be published.
    pub sanitizer: Sanitizer,
    /// The configured sites.
    pub sites: Vec<Arc<Site>>,
    /// How they are asked.
    pub fetching: Fetching,
}

impl Surroundings {
    /// Those of a configuration; few pages are read by it.
    ///
    /// # Errors
    /// A configuration that is missing, or its faults, which are told.
    pub fn of(explicit: Option<&Path>, console: &mut Console) -> anyhow::Result<Self> {
        let (loaded, reader) = setup::configuration_for_few(explicit, console)?;
        let sanitizer = Sanitizer::new(loaded.rules.html);
        Ok(Self { reader, sanitizer, sites: loaded.sites, fetching: loaded.settings.fetch })
    }

    /// Those of the shipped rules.
    fn shipped() -> anyhow::Result<Self> {
        let rules = config::shipped();
        let sanitizer = Sanitizer::new(rules.html.clone());
        let reader = setup::shipped_reader(rules)?;
        Ok(Self { reader, sanitizer, sites: Vec::new(), fetching: Fetching::default() })
    }
}

pub fn read(what: &str) -> anyhow::Result<Bytes> {
    let mut body = Vec::new();
    let outcome = match what {
        "-" => std::io::stdin().take(LONGEST + 1).read_to_end(&mut body),
        path => {
            std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut body))
        }
    };
    outcome.with_context(|| format!("{what} could not be read"))?;
    if body.len() as u64 > LONGEST {
        bail!("{what} is longer than {} MiB", LONGEST >> 20);
    }
    Ok(body.into())
}

/// A site for an address that no site file names: all defaults.
fn stranger(url: &Url) -> anyhow::Result<Site> {
    Ok(Site {
        id: SiteId::new("stranger").context("the id is one")?,
        title: String::new(),
        home: url.clone(),
        enabled: true,
        portal: None,
        language: None,
        timezone: None,
        every: Duration::from_secs(900),
        ignore_robots: None,
        headers: Vec::new(),
        accept_invalid_tls: false,
        hosts: Vec::new(),
        sections: Vec::new(),
    })
}
