//! The plain list of all feeds at `/`.

use std::fmt::Write as _;
use std::sync::Arc;

use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::body::Body;
use super::pieces::Pieces;
use super::request::Fields;
use super::response::{self, Response};
use super::{SiteStatus, Sites, coding, condition, pieces};
use crate::domain::feed::Scope;
use crate::domain::{Health, State};
use crate::publish::cache::{Coding, cached, media};

/// The page has no script and loads its own style sheet alone.
pub(super) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// The style sheet of pages for people.
pub(super) const STYLE: &str = ":root{color-scheme:light dark;font:1rem/1.6 system-ui,sans-serif}
body{max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}
h2{font-size:1.15rem;margin:0}
p{margin:.2rem 0}
a{color:LinkText}
section,header{padding:1rem 0;border-bottom:1px solid \
color-mix(in srgb,currentColor 20%,transparent)}
ul{margin:.4rem 0 0;padding:0 0 0 1.2rem}
.note{opacity:.7;font-size:.9rem}
.state{font-size:.8rem;font-weight:600;border:1px solid;border-radius:1rem;\
padding:.05rem .6rem;margin-left:.5rem}
.new,.off{opacity:.7}
.degraded{color:light-dark(#8a5a00,#f0b849)}
.broken{color:light-dark(#b3261e,#ff8a80)}
.feeds a{font-size:.9rem;margin-right:.6rem}
";

/// The forms of a feed with their media types.
const FORMS: [(&str, &str, &str); 3] = [
    ("Atom", "atom", "application/atom+xml"),
    ("RSS", "rss", "application/rss+xml"),
    ("JSON", "json", "application/feed+json"),
];

/// The tag of the page as it was last asked for: a house as it was then has the same page.
#[derive(Default)]
pub(super) struct Index(Mutex<Option<Arc<Tagged>>>);

/// A house, and what its page is.
struct Tagged {
    states: Vec<State>,
    sites: Sites,
    /// The start of the page's tag, without its end.
    tag: String,
    length: usize,
}

impl Index {
    /// Answers GET or HEAD of the page of a house in these states with these sites.
    pub(super) async fn response(
        &self,
        public_url: &str,
        states: Vec<State>,
        sites: Sites,
        fields: &Fields<'_>,
    ) -> Response {
        let page = self.tagged(public_url, states, sites).await;
        let gzip = coding::choose(fields) == Coding::Gzip;
        let etag = if gzip { format!("{}-gzip\"", page.tag) } else { format!("{}\"", page.tag) };
        let etag = HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\""));
        let mut response = if condition::is_fresh(fields, &etag, None) {
            Response::new(StatusCode::NOT_MODIFIED, Body::NONE)
        } else {
            let pieces =
                Pieces::new(writer(public_url.to_owned(), page.states.clone(), page.sites.clone()));
            let body = pieces::body(pieces, gzip, (!gzip).then_some(page.length as u64));
            Response::new(StatusCode::OK, body)
                .with([(&CONTENT_TYPE, &HeaderValue::from_static(media::HTML))])
        };
        if gzip && response.status == StatusCode::OK {
            response.add(&CONTENT_ENCODING, &HeaderValue::from_static(Coding::Gzip.token()));
        }
        response.with([
            (&ETAG, &etag),
            (&CACHE_CONTROL, &HeaderValue::from_static(cached::OPEN)),
            (&VARY, &response::CHOICE),
            (&CONTENT_SECURITY_POLICY, &POLICY),
            (&X_CONTENT_TYPE_OPTIONS, &response::NOSNIFF),
        ])
    }

    /// The page's tag; it is written once for it, and nothing of that is kept.
    async fn tagged(&self, public_url: &str, states: Vec<State>, sites: Sites) -> Arc<Tagged> {
        let mut last = self.0.lock().await;
        if let Some(known) = last
            .as_ref()
            .filter(|known| Arc::ptr_eq(&known.sites, &sites) && known.states == states)
        {
            return known.clone();
        }
        let pieces = Pieces::new(writer(public_url.to_owned(), states.clone(), sites.clone()));
        let digest = move || {
            pieces.fold((Sha256::new(), 0), |(digest, length), piece| {
                (digest.chain_update(&piece), length + piece.len())
            })
        };
        let (digest, length) = tokio::task::spawn_blocking(digest).await.unwrap_or_default();
        let mut tag = String::from("\"");
        digest.finalize().iter().take(16).for_each(|byte| _ = write!(tag, "{byte:02x}"));
        last.insert(Arc::new(Tagged { states, sites, tag, length })).clone()
    }
}

/// Writes the page bit by bit: the head, then what concerns each site, once in the head and once in
/// the body.
fn writer(
    public_url: String,
    states: Vec<State>,
    sites: Sites,
) -> impl FnMut(&mut String) -> bool + Send + Unpin {
    let mut steps = 0_usize;
    move |page| {
        let step = steps;
        steps += 1;
        match step.checked_sub(sites.len() + 1) {
            None if step == 0 => head(page, &public_url),
            None => {
                let site = &sites[step - 1].site;
                discovery(page, &public_url, &Scope::Site(site.id.clone()), &site.title);
            }
            Some(0) => header(page, &public_url, &states, sites.is_empty()),
            Some(n) if n <= sites.len() => section(page, &public_url, &sites[n - 1]),
            Some(_) => page.push_str("</main>\n</body>\n</html>\n"),
        }
        step <= 2 * sites.len() + 1
    }
}

/// The beginning of the page's head.
fn head(page: &mut String, public_url: &str) {
    page.push_str(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>bantin: all feeds</title>\n",
    );
    page.push_str(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"stylesheet\" href=\"style.css\">\n",
    );
    discovery(page, public_url, &Scope::All, "All sites");
}

/// The end of the page's head, and what stands before the sites.
fn header(page: &mut String, public_url: &str, states: &[State], empty: bool) {
    page.push_str("</head>\n<body>\n<header>\n<h1>Feeds</h1>\n");
    for state in states {
        let _ = writeln!(
            page,
            "<p class=\"broken\" dir=\"auto\"><strong>{}</strong>: {}</p>",
            state.kind.as_str(),
            escape(&state.cause)
        );
    }
    page.push_str("<p class=\"feeds\">All sites: ");
    forms(page, public_url, &Scope::All);
    let _ = writeln!(
        page,
        "</p>\n<p class=\"note\"><a href=\"{}feeds.opml\">All feeds as OPML</a></p>\n</header>\n\
         <main>",
        escape(public_url)
    );
    if empty {
        page.push_str("<p>No site is configured yet.</p>\n");
    }
}

/// What browsers and readers look for.
fn discovery(page: &mut String, public_url: &str, scope: &Scope, title: &str) {
    for (name, ending, media_type) in FORMS {
        let (base, path, title) = (escape(public_url), scope.path(), escape(title));
        let _ = writeln!(
            page,
            "<link rel=\"alternate\" type=\"{media_type}\" href=\"{base}{path}.{ending}\" \
             title=\"{title} ({name})\">"
        );
    }
}

/// Links to a feed in its forms.
fn forms(page: &mut String, public_url: &str, scope: &Scope) {
    for (name, ending, _) in FORMS {
        let _ =
            write!(page, "<a href=\"{}{}.{ending}\">{name}</a>", escape(public_url), scope.path());
    }
}

/// One site with its sections.
fn section(page: &mut String, public_url: &str, status: &SiteStatus) {
    let site = &*status.site;
    let title = escape(&site.title);
    let _ = write!(page, "<section id=\"{}\">\n<h2 dir=\"auto\">", site.id);
    // Only a web address becomes a link, whatever the caller gives.
    if matches!(site.home.scheme(), "http" | "https") {
        let _ = write!(
            page,
            "<a href=\"{}\" rel=\"noreferrer\">{title}</a>",
            escape(site.home.as_str())
        );
    } else {
        page.push_str(&title);
    }
    let state = if site.enabled { status.health.as_str() } else { "off" };
    if !site.enabled || status.health != Health::Healthy {
        let _ = write!(page, "<span class=\"state {state}\">{state}</span>");
    }
    page.push_str("</h2>\n");
    let _ =
        writeln!(page, "<p class=\"note\">{}</p>", standing(status.articles, status.last_success));
    for reason in status.reasons.iter() {
        let _ = writeln!(page, "<p class=\"note\" dir=\"auto\">{}</p>", escape(reason));
    }
    page.push_str("<p class=\"feeds\">");
    forms(page, public_url, &Scope::Site(site.id.clone()));
    page.push_str("</p>\n");
    if !site.sections.is_empty() {
        page.push_str("<ul>\n");
        for part in &site.sections {
            let _ = write!(
                page,
                "<li class=\"feeds\"><span dir=\"auto\">{}</span>: ",
                escape(&part.title)
            );
            forms(page, public_url, &Scope::Section(site.id.clone(), part.id.clone()));
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
        Some(time) => {
            format!("{articles} {noun}, last read {}", time.strftime("%Y-%m-%d %H:%M UTC"))
        }
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
