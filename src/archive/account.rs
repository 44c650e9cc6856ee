//! What the archive says of its own files: each warcinfo names the file before it, `archive.json`
//! the newest one and what was accepted as lost.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::member::{Fault, Stretch};
use super::segment::{self, Name};
use super::{digest, owner};

const FORMAT: &str = "bantin-archive/1";
/// The account of the newest file.
pub(super) const FILE: &str = "archive.json";
/// What an article's record is called; these are counted.
pub(super) const COUNTED: &str = "urn:bantin:article:";

/// What is said of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its final name.
    pub file: String,
    /// Bytes that are on the disk at least.
    pub length: u64,
    /// SHA-256 of these bytes, as WARC writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Records of articles in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub articles: Option<u64>,
}

/// A loss that a person accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The file's final name.
    pub file: String,
    /// What was wrong with it.
    pub what: String,
    /// The bytes that were there; none: it was gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Records of articles that it held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub articles: Option<u64>,
    /// When it was accepted.
    pub time: Timestamp,
    /// Whether a record of the archive says so.
    #[serde(default)]
    pub recorded: bool,
}

/// `archive.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// `bantin-archive/1`.
    pub format: String,
    /// The newest file.
    pub newest: Option<Said>,
    /// What was accepted as lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Accepted>,
}

impl Account {
    /// Reads it; nothing where there is none or where it is no account of this form.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        match fs::read(folder.join(FILE)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)
                .ok()
                .filter(|account: &Self| account.format == FORMAT)
                .unwrap_or_default()),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(cause),
        }
    }

    /// Writes it: beside, synced, renamed, so that there is always a whole one.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(&Self { format: FORMAT.to_owned(), ..self.clone() })?;
        let beside = folder.join("archive.json.new");
        let mut file = File::create(&beside)?;
        owner::keep(&file, folder);
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&beside, folder.join(FILE))?;
        segment::sync_folder(folder)
    }
}

/// The fields of a warcinfo that name the file before.
pub(super) fn fields(previous: &Said) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("previous-file", previous.file.clone()),
        ("previous-length", previous.length.to_string()),
    ];
    fields.extend(previous.digest.clone().map(|digest| ("previous-digest", digest)));
    fields.extend(previous.articles.map(|count| ("previous-articles", count.to_string())));
    fields
}

/// What a file's warcinfo says of the file before it; none in the first file, in older archives,
/// and where it cannot be read.
pub(super) fn previous(folder: &Path, name: Name) -> Option<Said> {
    let mut stretch = Stretch::new(name.read(folder).ok()?, 0, u64::MAX).ok()?;
    let (_, block) = stretch.record(|head| head.kind == "warcinfo").ok()?;
    let block = String::from_utf8(block?).ok()?;
    let field = |name: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
    };
    Some(Said {
        file: field("previous-file").filter(|file| Name::parse(file).is_some())?,
        length: field("previous-length")?.parse().ok()?,
        digest: field("previous-digest"),
        articles: field("previous-articles").and_then(|count| count.parse().ok()),
    })
}

/// What is to be said of a file up to `length`, all of it read.
pub(super) fn survey(
    folder: &Path,
    name: Name,
    length: u64,
    known: Option<&Said>,
) -> io::Result<Said> {
    let articles = count(folder, name, length, known)?;
    Ok(Said {
        file: name.to_string(),
        length,
        digest: Some(digest::of_file(name.read(folder)?, length)?),
        articles: Some(articles),
    })
}

/// The records of articles up to `length`; what `known` covers is not counted again.
pub(super) fn count(
    folder: &Path,
    name: Name,
    length: u64,
    known: Option<&Said>,
) -> io::Result<u64> {
    let known = known.filter(|known| known.file == name.to_string() && known.length <= length);
    let (mut articles, from) =
        known.and_then(|known| Some((known.articles?, known.length))).unwrap_or((0, 0));
    let mut stretch = Stretch::new(name.read(folder)?, from, length)?;
    while !stretch.is_done() {
        let at = stretch.at();
        match stretch.record(|_| false) {
            Ok((head, _)) => articles += u64::from(head.uri.starts_with(COUNTED)),
            Err(Fault::Damaged(_)) => stretch.seek_record(at + 1)?,
            Err(Fault::Io(cause)) => return Err(cause),
        }
    }
    Ok(articles)
}
