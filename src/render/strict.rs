//! What a strict reader would refuse, double or misdate in a document: told of the bytes as they are sent, never of what they were made from.

use std::collections::HashSet;

use jiff::Timestamp;
use url::Url;

/// The largest document that the W3C's validator reads, in bytes.
const LARGEST: usize = 2_000_000;

/// What a reader stumbles over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objection {
    /// The entry's id; `None`: the document as such.
    pub entry: Option<String>,
    /// What is wrong with it.
    pub what: String,
}

/// An entry as a reader sees it.
#[derive(Default)]
struct Seen {
    id: String,
    title: String,
    /// The portal's page.
    link: Option<String>,
    /// All addresses, each with what it is.
    addresses: Vec<(&'static str, String)>,
    /// As instants, or as they are written if they do not read.
    dates: Vec<Result<Timestamp, String>>,
    lengths: Vec<String>,
}

/// Every objection to the document at `path`; what its site `owns` are the hosts that entries may lead to.
pub fn objections(path: &str, document: &[u8], now: Timestamp, owns: impl Fn(&Url) -> bool) -> Vec<Objection> {
    let mut said = Vec::new();
    let mut object = |entry: Option<&Seen>, what: String| said.push(Objection { entry: entry.map(|seen| seen.id.clone()), what });
    if document.len() > LARGEST {
        object(None, format!("it has {} bytes: strict readers take {LARGEST}", document.len()));
    }
    let read = match path.rsplit_once('.') {
        Some((_, "rss")) => rss(document),
        Some((_, "atom")) => atom(document),
        // JSON Feed says nothing that the others do not say.
        _ => Ok((Vec::new(), Vec::new())),
    };
    let (addresses, entries) = match read {
        Ok(read) => read,
        Err(error) => {
            object(None, format!("it does not read: {error}"));
            return said;
        }
    };
    addresses.iter().filter_map(|(kind, address)| uri_fault(kind, address)).for_each(|what| object(None, what));
    let (mut ids, mut links) = (HashSet::new(), HashSet::new());
    for seen in &entries {
        if !ids.insert(&seen.id) {
            object(Some(seen), "its id stands there twice".to_owned());
        }
        if seen.link.as_ref().is_some_and(|link| !links.insert(link)) {
            object(Some(seen), "another entry leads to the same page".to_owned());
        }
        one(seen, now, &owns).into_iter().for_each(|what| object(Some(seen), what));
    }
    said
}

/// What is wrong with an entry alone.
fn one(seen: &Seen, now: Timestamp, owns: impl Fn(&Url) -> bool) -> Vec<String> {
    let mut wrong: Vec<String> = seen.addresses.iter().filter_map(|(kind, address)| uri_fault(kind, address)).collect();
    if seen.title.trim().is_empty() {
        wrong.push("its title is empty".to_owned());
    }
    for date in &seen.dates {
        match date {
            Err(written) => wrong.push(format!("its date does not read: {written}")),
            Ok(date) if *date > now => wrong.push(format!("its date is ahead: {date}")),
            Ok(_) => {}
        }
    }
    if let Some(link) = seen.link.as_ref().and_then(|link| Url::parse(link).ok()).filter(|link| !owns(link)) {
        let host = link.host_str().unwrap_or_default();
        wrong.push(format!("its page is at {host}, which is not the site's own (`hosts` in its file names further ones)"));
    }
    let length = |written: &&String| written.is_empty() || !written.bytes().all(|byte| byte.is_ascii_digit());
    wrong.extend(seen.lengths.iter().filter(length).map(|written| format!("the length of its enclosure is no number: {written:?}")));
    wrong
}

/// What is wrong with an address by RFC 3986: it must have a scheme and hold no character that is to be escaped.
fn uri_fault(kind: &str, address: &str) -> Option<String> {
    let bytes = address.as_bytes();
    let scheme = address.split_once(':').is_some_and(|(scheme, rest)| {
        let named = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(named) && !rest.is_empty()
    });
    if !scheme || (address.starts_with("http") && Url::parse(address).is_err()) {
        return Some(format!("its {kind} is no address: {address:?}"));
    }
    let is_hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    // Brackets stand round an IPv6 host alone.
    let host = address.find("://[").map_or(0, |at| address[at..].find(']').map_or(0, |end| at + end + 1));
    let wrong = address.char_indices().find(|(at, c)| match c {
        '%' => !is_hex(at + 1) || !is_hex(at + 2),
        '[' | ']' => *at >= host,
        c => !c.is_ascii_alphanumeric() && !"-._~:/?#@!$&'()*+,;=".contains(*c),
    });
    let second = address.match_indices('#').nth(1).map(|(at, _)| (at, '#'));
    wrong.or(second).map(|(_, c)| format!("its {kind} has a bare {c:?}: {address}"))
}

/// The document's own addresses, and its entries.
type Read = Result<(Vec<(&'static str, String)>, Vec<Seen>), String>;

fn rss(document: &[u8]) -> Read {
    let channel = rss::Channel::read_from(document).map_err(|error| error.to_string())?;
    let seen = |item: rss::Item| {
        let mut seen = Seen { id: item.guid.map(|guid| guid.value).unwrap_or_default(), ..Seen::default() };
        seen.title = item.title.unwrap_or_default();
        seen.dates.extend(item.pub_date.map(|date| jiff::fmt::rfc2822::parse(&date).map(|at| at.timestamp()).map_err(|_| date)));
        if let Some(enclosure) = item.enclosure {
            seen.addresses.push(("enclosure", enclosure.url));
            seen.lengths.push(enclosure.length);
        }
        seen.addresses.push(("id", seen.id.clone()));
        seen.addresses.extend(item.link.iter().map(|link| ("link", link.clone())));
        seen.link = item.link;
        seen
    };
    Ok((vec![("link", channel.link)], channel.items.into_iter().map(seen).collect()))
}

fn atom(document: &[u8]) -> Read {
    let feed = atom_syndication::Feed::read_from(document).map_err(|error| error.to_string())?;
    let instant = |date: &atom_syndication::FixedDateTime| Timestamp::from_second(date.timestamp()).map_err(|_| date.to_rfc3339());
    let seen = |entry: atom_syndication::Entry| {
        let mut seen = Seen { id: entry.id, title: entry.title.value, ..Seen::default() };
        seen.dates.extend(entry.published.iter().chain([&entry.updated]).map(instant));
        seen.addresses.push(("id", seen.id.clone()));
        for link in entry.links {
            seen.lengths.extend(link.length);
            if link.rel == "alternate" {
                seen.link = Some(link.href.clone());
            }
            seen.addresses.push(("link", link.href));
        }
        seen
    };
    let own = feed.links.into_iter().map(|link| ("link", link.href)).chain([("id", feed.id)]).collect();
    Ok((own, feed.entries.into_iter().map(seen).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, document: &str) -> Vec<String> {
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        let said = objections(path, document.as_bytes(), now, |url| url.host_str() == Some("a.example"));
        said.into_iter().map(|one| format!("{}: {}", one.entry.unwrap_or_default(), one.what)).collect()
    }

    #[test]
    fn addresses_are_those_of_rfc_3986() {
        for good in ["http://a.example/", "https://[::1]:80/a?b=c%20d#e", "urn:uuid:0a", "mailto:a@b", "http://a.example/(x)/~y;z='"] {
            assert_eq!(uri_fault("link", good), None, "{good}");
        }
        for bad in [
            "",
            "a/b",
            "/a",
            "http://",
            "http://a/%",
            "http://a/%2x",
            "http://a/a b",
            "http://a/ă",
            "http://a/x[1]",
            "http://a/|",
            "http://a/#b#c",
            "1a:b",
        ] {
            assert!(uri_fault("link", bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn rss_is_read_as_readers_read_it() {
        let item = |id: &str, rest: &str| format!("<item><guid>{id}</guid>{rest}</item>");
        let channel = |items: &str| {
            format!("<rss version=\"2.0\"><channel><title>t</title><link>http://a.example/</link><description/>{items}</channel></rss>")
        };
        let good = "<title>t</title><link>http://a.example/1</link><pubDate>Mon, 02 Feb 2026 08:00:00 +0700</pubDate><enclosure url=\"http://b.example/x\" length=\"0\" type=\"a/b\"/>";
        assert_eq!(said("x.rss", &channel(&item("urn:x:1", good))), [""; 0]);
        let bad = "<title> </title><link>http://b.example/1</link><pubDate>yesterday</pubDate><enclosure url=\"http://b.example/ x\" length=\"many\" type=\"a/b\"/>";
        assert_eq!(said("x.rss", &channel(&(item("urn:x:1", bad) + &item("urn:x:1", bad)))).len(), 2 * 5 + 2);
        let ahead = good.replace("2026", "2027").replace("Mon, 02", "Tue, 02");
        assert_eq!(said("x.rss", &channel(&item("urn:x:1", &ahead))), ["urn:x:1: its date is ahead: 2027-02-02T01:00:00Z"]);
        assert_eq!(said("x.rss", "<rss>").len(), 1);
    }

    #[test]
    fn atom_is_read_as_readers_read_it() {
        let feed = |entry: &str| {
            format!(
                "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title><id>http://a.example/|</id><updated>2026-01-01T00:00:00Z</updated>{entry}</feed>"
            )
        };
        let entry = "<entry><id>urn:x:1</id><title>t</title><updated>2026-07-01T00:00:00Z</updated><link rel=\"alternate\" href=\"http://b.example/\"/></entry>";
        let own = ": its id has a bare '|': http://a.example/|";
        let found = said("x.atom", &feed(entry));
        assert!(found.len() == 3 && found[0] == own && found[1].contains("ahead") && found[2].contains("b.example"), "{found:?}");
        assert_eq!(said("x.atom", &feed(&entry.replace("2026-07", "1 July"))).len(), 1, "one date that does not read refuses the whole");
        assert_eq!(said("x.json", &" ".repeat(LARGEST + 1)).len(), 1);
    }
}
