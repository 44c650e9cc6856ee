//! The daemon's raw settings, resolved: defaults filled in, paths made absolute, values checked.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::document::Document;
use super::folders::Folders;
use super::home::Home;
use super::raw;
use super::value::{self, Unfit};
use crate::domain::settings::{Archiving, Fetching, Lengths, Paging, Server, Settings};
use crate::domain::{Fault, MemorySettings};

/// Fills in what is not said or does not fit by its default, and adds a fault to `document` for
/// what does not fit.
pub(super) fn resolve(raw: raw::Bantin, home: &Home, document: &mut Document) -> Settings {
    let mut fill = Fill { document };
    let feeds = fill.folder("feeds", raw.feeds, home).unwrap_or_else(|| home.path("feeds"));
    let archive_named = raw.archive.path.is_some();
    let settings = Settings {
        feeds,
        server: Server {
            listen: fill.or(
                "server.listen",
                raw.server.listen,
                |t| listen(t),
                (Ipv4Addr::LOCALHOST, 8080).into(),
            ),
            public_url: fill
                .maybe("server.public_url", raw.server.public_url, |t| value::public_url(t)),
            cache: fill.or("server.cache", raw.server.cache, value::cache, 32 << 20),
            disk_cache: fill.or(
                "server.disk_cache",
                raw.server.disk_cache,
                value::cache,
                256 << 20,
            ),
        },
        store: fill.place("store", raw.store.path, raw.store.url, home),
        archive: Archiving {
            path: fill.place("archive", raw.archive.path, raw.archive.url, home),
            segment: fill.or("archive.segment", raw.archive.segment, value::segment, 1 << 30),
            age: fill.or(
                "archive.age",
                raw.archive.age,
                |t| value::duration(t, Duration::from_secs(1)),
                Duration::from_secs(24 * 3600),
            ),
        },
        fetch: fetching(raw.fetch, &mut fill),
        page: paging(raw.page, &mut fill),
        memory: memory(&raw.memory),
    };
    let folders = Folders {
        store: &settings.store,
        archive: &settings.archive.path,
        feeds: &settings.feeds,
        home,
        archive_named,
    };
    folders.faults().into_iter().for_each(|fault| document.fault(fault));
    settings
}

fn fetching(raw: raw::Fetch, fill: &mut Fill<'_>) -> Fetching {
    let default = Fetching::default();
    let span =
        |least: u64| move |text: &String| value::duration(text, Duration::from_millis(least));
    let body_limit = fill.or("fetch.body_limit", raw.body_limit, value::size, default.body_limit);
    Fetching {
        user_agent: fill.or(
            "fetch.user_agent",
            raw.user_agent,
            |t| value::user_agent(t),
            default.user_agent,
        ),
        contact: fill.maybe("fetch.contact", raw.contact, |t| value::contact(t)),
        per_host_interval: fill.or(
            "fetch.per_host_interval",
            raw.per_host_interval,
            span(0),
            default.per_host_interval,
        ),
        concurrency: raw.concurrency.map_or(default.concurrency, usize::from),
        keep_open: default.keep_open,
        allow_private: raw.allow_private.unwrap_or(default.allow_private),
        timeout: fill.or("fetch.timeout", raw.timeout, span(100), default.timeout),
        body_limit,
        expanded_limit: fill.or(
            "fetch.expanded_limit",
            raw.expanded_limit,
            value::size,
            body_limit,
        ),
        codings: raw.codings.map_or(default.codings, usize::from),
        head_limit: fill.or("fetch.head_limit", raw.head_limit, value::size, default.head_limit),
        header_count: raw.header_count.map_or(default.header_count, usize::from),
        redirects: raw.redirects.map_or(default.redirects, usize::from),
        listing_pages: raw.listing_pages.unwrap_or(default.listing_pages),
        visit_pages: raw.visit_pages.unwrap_or(default.visit_pages),
    }
}

fn paging(raw: raw::Page, fill: &mut Fill<'_>) -> Paging {
    let default = Paging::default();
    let count = |raw: Option<u32>, default: usize| {
        raw.map_or(default, |n| usize::try_from(n).unwrap_or(usize::MAX))
    };
    Paging {
        cpu: fill.or(
            "page.cpu",
            raw.cpu,
            |t| value::duration(t, Duration::from_millis(10)),
            default.cpu,
        ),
        depth: count(raw.depth, default.depth),
        nodes: count(raw.nodes, default.nodes),
        attributes: count(raw.attributes, default.attributes),
        links: count(raw.links, default.links),
        lengths: Lengths {
            title: count(raw.title, default.lengths.title),
            lead: count(raw.lead, default.lengths.lead),
            field: count(raw.field, default.lengths.field),
            content: fill.or("page.content", raw.content, value::size, default.lengths.content),
        },
    }
}

fn memory(raw: &raw::Memory) -> MemorySettings {
    let default = MemorySettings::default();
    MemorySettings {
        pages: raw.pages.unwrap_or(default.pages),
        least: raw.least.unwrap_or(default.least),
        percent: raw.share.unwrap_or(default.percent),
    }
}

fn listen(text: &str) -> Result<SocketAddr, Unfit> {
    match text.parse() {
        Ok(address) => Ok(address),
        Err(_) => value::unfit(
            "not an address to listen at",
            "ADDRESS:PORT, such as \"127.0.0.1:8080\" or \"[::]:8080\"",
        ),
    }
}

/// Values taken one by one, faults kept.
struct Fill<'d> {
    document: &'d mut Document,
}

impl Fill<'_> {
    fn maybe<R, T>(
        &mut self,
        path: &str,
        raw: Option<R>,
        check: impl Fn(&R) -> Result<T, Unfit>,
    ) -> Option<T> {
        match check(&raw?) {
            Ok(value) => Some(value),
            Err(Unfit { what, advice }) => {
                self.document.fault(Fault::new(path, what, advice));
                None
            }
        }
    }

    fn or<R, T>(
        &mut self,
        path: &str,
        raw: Option<R>,
        check: impl Fn(&R) -> Result<T, Unfit>,
        default: T,
    ) -> T {
        self.maybe(path, raw, check).unwrap_or(default)
    }

    /// A folder as written; an empty path is none, wherever it came from.
    fn folder(&mut self, key: &str, written: Option<String>, home: &Home) -> Option<PathBuf> {
        let not_empty = |path: &String| match path.trim().is_empty() {
            true => value::unfit(
                "an empty path",
                "name a folder, or take the key or the variable away for its default",
            ),
            false => Ok(home.path(path)),
        };
        self.maybe(key, written, not_empty)
    }

    fn place(
        &mut self,
        name: &str,
        path: Option<String>,
        url: Option<String>,
        home: &Home,
    ) -> PathBuf {
        if url.is_some() {
            let what = format!("`{name}.url` is not built in yet");
            self.document.fault(Fault::new(
                &format!("{name}.url"),
                what,
                format!("write `path`: {name} in a folder"),
            ));
        }
        let named = self.folder(&format!("{name}.path"), path, home);
        named.unwrap_or_else(|| {
            home.state
                .as_ref()
                .map_or_else(|| home.path("data").join(name), |state| state.join(name))
        })
    }
}
