//! What elements stand for that show something else: films, maps and documents in frames.

use std::borrow::Cow;

use url::Url;

use super::attachments::is_document;
use super::images;
use crate::domain::draft::{Embedded, Shown};
use crate::domain::{Draft, Part};
use crate::extract::html::dom::Node;
use crate::extract::lines::inline::leads;
use crate::extract::rules::profile::Profile;
use crate::text::blank;

/// Bytes of an address; longer ones are none.
const LONGEST: usize = 2_000;
/// Letters of a title.
const TITLE: usize = 300;

/// What a player or a frame shows, its title empty where the page says none; `None` for what is no
/// content.
pub(crate) fn embedded(node: Node<'_>, profile: &Profile) -> Option<Embedded> {
    let is_still = node.attr("aria-hidden").is_some_and(|said| said.eq_ignore_ascii_case("true"));
    if is_still || images::is_small(node, profile) {
        return None;
    }
    let mut places = std::iter::once(node).chain(sources(node));
    let (of, to) = places.find_map(|place| Some((place, address(place, profile)?)))?;
    let is_player = node.is(&["video", "audio"]);
    let kind = media_type(of).or_else(|| media_type(node));
    // A document's reader in a frame is told its address.
    let document = if is_player { None } else { document_in(&to, profile) };
    let to = document.unwrap_or(to);
    let is_file = is_player
        || is_document(&to, profile)
        || kind.as_ref().is_some_and(|kind| is_of_a_file(kind));
    let given = ["title", "aria-label"].iter().filter_map(|name| node.attr(name));
    let mut given = given.map(blank::settle).filter(|t| t.contains(char::is_alphanumeric));
    let title = blank::first(&given.next().unwrap_or_default(), TITLE).to_owned();
    let shown = shown(node, &to, is_file, profile);
    let file = is_file.then(|| kind.unwrap_or_default());
    Some(Embedded { to, title, kind: shown, file })
}

/// The picture that an `object` or `embed` shows.
pub(crate) fn picture(node: Node<'_>, profile: &Profile) -> Option<(String, String)> {
    media_type(node).filter(|kind| kind.starts_with("image/"))?;
    Some((address(node, profile)?, node.attr("title").map(blank::settle).unwrap_or_default()))
}

/// Where else the address of what an element plays may stand.
fn sources(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let names: &[&str] = match node.name() {
        Some("video" | "audio") => &["source"],
        Some("object") => &["param", "embed", "iframe", "video"],
        _ => &[],
    };
    node.descendants().filter(|n| n.is(names))
}

/// The address that an element names, as written.
fn address(node: Node<'_>, profile: &Profile) -> Option<String> {
    let lazy = || profile.data.images.lazy.iter().filter(|name| !name.ends_with("srcset"));
    let all: Vec<&str> = match node.name()? {
        "object" => node.attr("data").into_iter().collect(),
        "param" => {
            let rules = &profile.data.players.params;
            let named = node.attr("name").is_some_and(|name| {
                rules.iter().any(|known| known.eq_ignore_ascii_case(name.trim()))
            });
            node.attr("value").filter(|_| named).into_iter().collect()
        }
        _ => node.attr("src").into_iter().chain(lazy().filter_map(|n| node.attr(n))).collect(),
    };
    let all = all.into_iter().map(str::trim);
    all.filter(|to| counts(to, profile)).map(str::to_owned).next()
}

/// Whether an address is one that a reader can follow to something that is content.
fn counts(to: &str, profile: &Profile) -> bool {
    let is_web = match to.split_once(':') {
        Some((scheme, _)) if !scheme.contains(['/', '?', '#', '.']) => {
            scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
        }
        _ => true,
    };
    is_web && to.len() <= LONGEST && leads(to) && !profile.players.leave.any(to)
}

/// The document that an address of something that shows documents names.
fn document_in(to: &str, profile: &Profile) -> Option<String> {
    let (reader, query) = to.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let is_web = |value: &str| {
        ["http://", "https://"].iter().any(|start| {
            value.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        })
    };
    let own = !is_web(reader) && !reader.starts_with("//");
    let values = url::form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value);
    values
        .filter(|value| is_web(value) || own && value.starts_with('/'))
        .find(|value| is_document(value, profile) && counts(value, profile))
        .map(Cow::into_owned)
}

/// The media type that an element says.
fn media_type(node: Node<'_>) -> Option<String> {
    let kind = node.attr("type")?.split(';').next()?.trim();
    let sound = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    let (kind_of, name) = kind.split_once('/')?;
    let is_one = kind.len() <= 100 && sound(kind_of) && sound(name);
    is_one.then(|| kind.to_ascii_lowercase())
}

/// Whether something of this type is a document, or plays by itself.
fn is_of_a_file(kind: &str) -> bool {
    const RUNS: [&str; 3] = ["flash", "java", "xhtml"];
    ["video/", "audio/", "application/"].iter().any(|start| kind.starts_with(start))
        && !RUNS.iter().any(|name| kind.contains(name))
}

/// What it is.
fn shown(node: Node<'_>, to: &str, is_file: bool, profile: &Profile) -> Shown {
    let rules = &profile.players;
    if node.is(&["video"]) || rules.films.any(to) {
        Shown::Film
    } else if node.is(&["audio"]) || rules.sounds.any(to) {
        Shown::Sound
    } else if rules.maps.any(to) {
        Shown::Map
    } else if is_file {
        Shown::Document
    } else {
        Shown::Page
    }
}

/// Names what the page gives no title, by its kind in the page's language and by its host.
pub(crate) fn name(draft: &mut Draft, profile: &Profile) {
    let unnamed = draft.body.iter_mut().filter_map(|part| match part {
        Part::Embedded(embedded) if embedded.title.is_empty() => Some(embedded),
        _ => None,
    });
    let tag = draft.language.as_deref().unwrap_or_default().to_ascii_lowercase();
    let words = profile.data.players.words.get(tag.split('-').next().unwrap_or_default());
    let base = draft.base.as_deref().and_then(|base| Url::parse(base).ok());
    for Embedded { to, title, kind, .. } in unnamed {
        let word = words.map_or("", |words| match kind {
            Shown::Film => &words.film,
            Shown::Sound => &words.sound,
            Shown::Map => &words.map,
            Shown::Document => &words.document,
            Shown::Page => "",
        });
        let url = Url::parse(to).ok().or_else(|| base.as_ref()?.join(to).ok());
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(host);
        *title = match (word, host) {
            ("", "") => to.clone(),
            ("", name) | (name, "") => name.to_owned(),
            (word, host) => format!("{word}: {host}"),
        };
    }
}
