//! Keys of the one tree: a letter for the kind of row, then its fields so that bytes sort as the
//! fields do.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::SiteId;
use crate::domain::feed::Scope;

/// The layout of the tree, fixed when the store is made.
pub const LAYOUT: &[u8] = b"g-layout";
/// The number of the last change.
pub const CHANGES: &[u8] = b"g-changes";
/// The last change folded.
pub const CURSOR: &[u8] = b"g-cursor";
/// The checkpoint.
pub const CHECKPOINT: &[u8] = b"g-checkpoint";

/// Whether rows of the layout before are still to be brought in.
pub const BRINGING_IN: &[u8] = b"g-bringing-in";

/// Written when writes are tried after a failure.
pub const MENDED: &[u8] = b"g-mended";

/// Longest text kept readable in a key: with [`super::chunks::CHUNK`] it bounds what a page of
/// sled's can grow to.
const TEXT: usize = 256;

/// Text as part of a key: itself, or its first bytes and its digest if it is long.
fn text(text: &str) -> Vec<u8> {
    if text.len() <= TEXT {
        return text.as_bytes().to_vec();
    }
    let head = text.as_bytes().get(..TEXT - 33).unwrap_or_default();
    [head, b"\xff", Sha256::digest(text.as_bytes()).as_slice()].concat()
}

/// An instant as bytes in its order.
fn instant(time: Timestamp) -> [u8; 16] {
    (time.as_nanosecond().cast_unsigned() ^ (1 << 127)).to_be_bytes()
}

fn of_site(kind: u8, site: &SiteId, rest: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![kind];
    key.extend_from_slice(site.as_str().as_bytes());
    key.push(0);
    rest.iter().for_each(|r| key.extend_from_slice(r));
    key
}

/// The site of a key made of a letter and a site.
pub fn site_of(key: &[u8]) -> Option<SiteId> {
    let rest = key.get(1..)?;
    let end = rest.iter().position(|b| *b == 0)?;
    SiteId::new(std::str::from_utf8(rest.get(..end)?).ok()?)
}

/// Site -> the fence under which its memory was last written.
pub fn lease(site: &SiteId) -> Vec<u8> {
    of_site(b'l', site, &[])
}
/// What keys of sites begin with.
pub const SOURCES: &[u8] = b"s";
/// Site -> site, but for its sections.
pub fn site_state(site: &SiteId) -> Vec<u8> {
    of_site(b's', site, &[])
}
/// Site -> what its sections are like.
pub fn sections(site: &SiteId) -> Vec<u8> {
    of_site(b'M', site, &[])
}
/// Site -> what its pages have in common.
pub fn page_memory(site: &SiteId) -> Vec<u8> {
    of_site(b'P', site, &[])
}
/// Site -> tally.
pub fn tally(site: &SiteId) -> Vec<u8> {
    of_site(b'y', site, &[])
}
/// What keys of sequences begin with.
pub const SEQUENCES: &[u8] = b"q";
/// Site -> sequence.
pub fn sequence(site: &SiteId) -> Vec<u8> {
    of_site(b'q', site, &[])
}
/// Site -> feed state.
pub fn feed_state(site: &SiteId) -> Vec<u8> {
    of_site(b'F', site, &[])
}
/// What keys of a site's links begin with.
pub fn links(site: &SiteId) -> Vec<u8> {
    of_site(b't', site, &[])
}
/// Site, key -> link.
pub fn link(site: &SiteId, key: &str) -> Vec<u8> {
    of_site(b't', site, &[&text(key)])
}
/// What keys of a site's open links begin with.
pub fn opens(site: &SiteId) -> Vec<u8> {
    of_site(b'o', site, &[])
}
/// Site, key of an open link.
pub fn open(site: &SiteId, key: &str) -> Vec<u8> {
    of_site(b'o', site, &[&text(key)])
}
/// What keys of a site's due links begin with.
pub fn dues(site: &SiteId) -> Vec<u8> {
    of_site(b'd', site, &[])
}
/// Site, due, key of a link.
pub fn due(site: &SiteId, due: Timestamp, key: &str) -> Vec<u8> {
    of_site(b'd', site, &[&instant(due), &text(key)])
}
/// The first key after all links due at this instant or before.
pub fn after_due(site: &SiteId, due: Timestamp) -> Vec<u8> {
    of_site(b'd', site, &[&instant(due), b"\xff\xff"])
}
/// The link's key for a key that begins with `prefix` and ends in the same text, `skip` bytes
/// later.
pub fn link_of(site: &SiteId, key: &[u8], prefix: &[u8], skip: usize) -> Vec<u8> {
    of_site(b't', site, &[key.get(prefix.len() + skip..).unwrap_or_default()])
}
/// Bytes between prefix and text in [`due`].
pub const DUE_SKIP: usize = 16;
/// Site, address -> article.
pub fn address(site: &SiteId, key: &str) -> Vec<u8> {
    of_site(b'a', site, &[&text(key)])
}
/// What keys of the articles with an item id begin with.
pub fn items(site: &SiteId, item: &str) -> Vec<u8> {
    of_site(b'i', site, &[&text(item), b"\0"])
}
/// Site, item id, article.
pub fn item(site: &SiteId, item: &str, id: Uuid) -> Vec<u8> {
    [items(site, item).as_slice(), id.as_bytes()].concat()
}
/// Site, article -> head.
pub fn head(site: &SiteId, id: Uuid) -> Vec<u8> {
    of_site(b'h', site, &[id.as_bytes()])
}
/// Site, article, version -> record.
pub fn version(site: &SiteId, id: Uuid, version: u32) -> Vec<u8> {
    of_site(b'v', site, &[id.as_bytes(), &version.to_be_bytes()])
}
/// Number -> change.
pub fn change(n: u64) -> Vec<u8> {
    [b"c", n.to_be_bytes().as_slice()].concat()
}
/// What keys of changes begin with.
pub const CHANGE_LOG: &[u8] = b"c";
/// Site, number -> place of the final document.
pub fn final_document(site: &SiteId, n: u32) -> Vec<u8> {
    of_site(b'f', site, &[&n.to_be_bytes()])
}
/// What keys of the places of a site's final documents begin with.
pub fn final_documents(site: &SiteId) -> Vec<u8> {
    of_site(b'f', site, &[])
}
/// Site, number -> what the final document holds.
pub fn final_entries(site: &SiteId, n: u32) -> Vec<u8> {
    of_site(b'e', site, &[&n.to_be_bytes()])
}
/// What keys of what a site's final documents hold begin with.
pub fn all_final_entries(site: &SiteId) -> Vec<u8> {
    of_site(b'e', site, &[])
}
/// The number at the end of a key of a final document.
pub fn number_of(key: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*key.last_chunk()?))
}
/// What keys of the archive's files begin with.
pub const FILES: &[u8] = b"A";
/// File of the archive -> what it holds.
pub fn file(name: &str) -> Vec<u8> {
    [FILES, text(name).as_slice()].concat()
}
/// Site, article -> the final document that holds it.
pub fn archived_in(site: &SiteId, id: Uuid) -> Vec<u8> {
    of_site(b'S', site, &[id.as_bytes()])
}
/// Scope -> when its feed was moved last.
pub fn moved(scope: &Scope) -> Vec<u8> {
    [b"G", scope.path().as_bytes()].concat()
}
/// Path -> sheet.
pub fn sheet(path: &str) -> Vec<u8> {
    [b"D", text(path).as_slice()].concat()
}
/// Path -> stamp, in stores of the first releases.
pub fn stamp(path: &str) -> Vec<u8> {
    [b"m", text(path).as_slice()].concat()
}
/// Name -> value.
pub fn value(key: &str) -> Vec<u8> {
    [b"k", text(key).as_slice()].concat()
}

/// What keys of a scope's ranks begin with.
pub fn ranks(scope: &Scope) -> Vec<u8> {
    match scope {
        Scope::All => b"r\x00".to_vec(),
        Scope::Site(site) => [b"r\x01", site.as_str().as_bytes(), b"\0"].concat(),
        Scope::Section(site, section) => {
            [b"r\x02", site.as_str().as_bytes(), b"\0", section.as_str().as_bytes(), b"\0"].concat()
        }
    }
}
/// Scope, rank and seq from the highest down, site, article.
pub fn rank(scope: &Scope, rank: Timestamp, seq: u64, site: &SiteId, id: Uuid) -> Vec<u8> {
    let time = instant(rank).map(|b| !b);
    [
        &ranks(scope),
        time.as_slice(),
        &(!seq).to_be_bytes(),
        site.as_str().as_bytes(),
        b"\0",
        id.as_bytes(),
    ]
    .concat()
}
/// Site and article of a [`rank`] key that begins with `prefix`.
pub fn ranked(key: &[u8], prefix: &[u8]) -> Option<(SiteId, Uuid)> {
    let rest = key.get(prefix.len() + 16 + 8..)?;
    let (site, id) = rest.split_at_checked(rest.len().checked_sub(16)?)?;
    let site = SiteId::new(std::str::from_utf8(site.strip_suffix(b"\0")?).ok()?)?;
    Some((site, Uuid::from_slice(id).ok()?))
}

/// The first key after all that begin with `prefix`, which ends in no `0xff`.
pub fn after(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    if let Some(last) = end.last_mut() {
        *last = last.saturating_add(1);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_sort_as_bytes() {
        let times = [
            "-000100-01-01T00:00:00Z",
            "1969-12-31T23:59:59.9Z",
            "1970-01-01T00:00:00Z",
            "2026-01-01T00:00:00.000001Z",
        ];
        let bytes: Vec<_> = times.iter().map(|t| instant(t.parse().unwrap())).collect();
        assert!(bytes.is_sorted());
    }

    #[test]
    fn long_text_is_cut_and_stays_distinct() {
        let (a, b) = ("x".repeat(9000), "x".repeat(9001));
        assert_eq!(text(&a).len(), TEXT);
        assert_ne!(text(&a), text(&b));
    }

    #[test]
    fn a_rank_key_gives_back_its_article() {
        let (site, id) = (SiteId::new("a-site").unwrap(), Uuid::from_u128(7));
        let key = rank(&Scope::All, Timestamp::UNIX_EPOCH, 3, &site, id);
        assert_eq!(ranked(&key, &ranks(&Scope::All)), Some((site, id)));
    }
}
