//! The plain list of all feeds at `/`.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderValue;
use jiff::Timestamp;

use super::SiteStatus;
use crate::domain::feed::Scope;
use crate::domain::{Health, State};
use crate::publish::shelf::{Ready, cached, media};

/// The page has no script and loads its own style sheet alone.
pub(super) const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

/// The style sheet of pages for people.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;font:1rem/1.6 system-ui,sans-serif}
body{max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}
h2{font-size:1.15rem;margin:0}
p{margin:.2rem 0}
a{color:LinkText}
section,header{padding:1rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}
ul{margin:.4rem 0 0;padding:0 0 0 1.2rem}
.note{opacity:.7;font-size:.9rem}
.state{font-size:.8rem;font-weight:600;border:1px solid;border-radius:1rem;padding:.05rem .6rem;margin-left:.5rem}
.new,.off{opacity:.7}
.degraded{color:light-dark(#8a5a00,#f0b849)}
.broken{color:light-dark(#b3261e,#ff8a80)}
.feeds a{font-size:.9rem;margin-right:.6rem}
";

/// The forms of a feed with their media types.
const FORMS: [(&str, &str, &str); 3] =
    [("Atom", "atom", "application/atom+xml"), ("RSS", "rss", "application/rss+xml"), ("JSON", "json", "application/feed+json")];

/// The page as last written, so that it is compressed only when it changes.
#[derive(Default)]
pub(super) struct Index(Mutex<Option<Arc<Ready>>>);

impl Index {
    /// The page for a house in these states with these sites.
    pub(super) fn page(&self, public_url: &str, states: &[State], sites: &[SiteStatus]) -> Arc<Ready> {
        let html = write(public_url, states, sites);
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(ready) if ready.plain() == html.as_bytes() => Arc::clone(ready),
            _ => Arc::clone(last.insert(Arc::new(Ready::new(html, media::HTML, cached::OPEN)))),
        }
    }
}

/// Writes the page.
fn write(public_url: &str, states: &[State], sites: &[SiteStatus]) -> String {
    let mut page = String::with_capacity(2048 + sites.len() * 1024);
    page.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>bantin: all feeds</title>\n");
    page.push_str(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"stylesheet\" href=\"style.css\">\n",
    );
    discovery(&mut page, public_url, &Scope::All, "All sites");
    for site in sites {
        discovery(&mut page, public_url, &Scope::Site(site.id.clone()), &site.title);
    }
    page.push_str("</head>\n<body>\n<header>\n<h1>Feeds</h1>\n");
    for state in states {
        let _ = writeln!(page, "<p class=\"broken\" dir=\"auto\"><strong>{}</strong>: {}</p>", state.kind.as_str(), escape(&state.cause));
    }
    page.push_str("<p class=\"feeds\">All sites: ");
    forms(&mut page, public_url, &Scope::All);
    let _ =
        writeln!(page, "</p>\n<p class=\"note\"><a href=\"{}feeds.opml\">All feeds as OPML</a></p>\n</header>\n<main>", escape(public_url));
    if sites.is_empty() {
        page.push_str("<p>No site is configured yet.</p>\n");
    }
    for site in sites {
        section(&mut page, public_url, site);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// What browsers and readers look for.
fn discovery(page: &mut String, public_url: &str, scope: &Scope, title: &str) {
    for (name, ending, media_type) in FORMS {
        let (base, path, title) = (escape(public_url), scope.path(), escape(title));
        let _ = writeln!(page, "<link rel=\"alternate\" type=\"{media_type}\" href=\"{base}{path}.{ending}\" title=\"{title} ({name})\">");
    }
}

/// Links to a feed in its forms.
fn forms(page: &mut String, public_url: &str, scope: &Scope) {
    for (name, ending, _) in FORMS {
        let _ = write!(page, "<a href=\"{}{}.{ending}\">{name}</a>", escape(public_url), scope.path());
    }
}

/// One site with its sections.
fn section(page: &mut String, public_url: &str, site: &SiteStatus) {
    let title = escape(&site.title);
    let _ = write!(page, "<section id=\"{}\">\n<h2 dir=\"auto\">", site.id);
    // Only a web address becomes a link, whatever the caller gives.
    if site.home.starts_with("http://") || site.home.starts_with("https://") {
        let _ = write!(page, "<a href=\"{}\" rel=\"noreferrer\">{title}</a>", escape(&site.home));
    } else {
        page.push_str(&title);
    }
    let state = if site.enabled { site.health.as_str() } else { "off" };
    if !site.enabled || site.health != Health::Healthy {
        let _ = write!(page, "<span class=\"state {state}\">{state}</span>");
    }
    page.push_str("</h2>\n");
    let _ = writeln!(page, "<p class=\"note\">{}</p>", standing(site.articles, site.last_success));
    for reason in &site.reasons {
        let _ = writeln!(page, "<p class=\"note\" dir=\"auto\">{}</p>", escape(reason));
    }
    page.push_str("<p class=\"feeds\">");
    forms(page, public_url, &Scope::Site(site.id.clone()));
    page.push_str("</p>\n");
    if !site.sections.is_empty() {
        page.push_str("<ul>\n");
        for (id, title) in &site.sections {
            let _ = write!(page, "<li class=\"feeds\"><span dir=\"auto\">{}</span>: ", escape(title));
            forms(page, public_url, &Scope::Section(site.id.clone(), id.clone()));
            page.push_str("</li>\n");
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</section>\n");
}

/// How much there is, and how fresh.
fn standing(articles: u64, last_success: Option<Timestamp>) -> String {
    let noun = if articles == 1 { "article" } else { "articles" };
    match last_success {
        Some(time) => format!("{articles} {noun}, last read {}", time.strftime("%Y-%m-%d %H:%M UTC")),
        None => format!("{articles} {noun}, not read yet"),
    }
}

/// Text for HTML content and attributes in double quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
