//! The names in the store's folder: its own, those of others who may be in it, and those that are
//! not to be there.

use std::fs::{self, FileType};
use std::io;
use std::path::Path;

/// The folder of sled's large values, by number.
pub const BLOBS: &str = "blobs";
/// The folder of packed documents, which are not the store's.
pub const PACKED: &str = "packed";
/// What the names of folders with damaged files begin with.
const ASIDE: &str = "damaged-";

/// The first name, in order, in a folder that is not the store's or the file system's; `None` too
/// if the folder is missing.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn foreign(folder: &Path) -> io::Result<Option<String>> {
    let expected = |name: &str, kind: FileType| {
        let control = matches!(name, "control.sock" | "control.path" | ".lock");
        let disk = matches!(name, "lost+found" | ".snapshot") || name.starts_with(".nfs");
        let packed = name == PACKED && kind.is_dir();
        is_own(name, kind)
            || (name.starts_with(ASIDE) && kind.is_dir())
            || control
            || disk
            || packed
    };
    match listed(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        names => {
            Ok(names?.into_iter().find(|(name, kind)| !expected(name, *kind)).map(|(name, _)| name))
        }
    }
}

/// The store's own names in a folder, in order.
pub fn own(folder: &Path) -> io::Result<Vec<String>> {
    Ok(listed(folder)?
        .into_iter()
        .filter(|(name, kind)| is_own(name, *kind))
        .map(|(name, _)| name)
        .collect())
}

/// The names of large values in their folder; none if it is missing.
pub fn blobs(folder: &Path) -> io::Result<Vec<String>> {
    match listed(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        names => Ok(names?
            .into_iter()
            .filter(|(name, kind)| kind.is_file() && is_number(name, 10))
            .map(|(name, _)| name)
            .collect()),
    }
}

/// The folders with damaged files in the store's, oldest first.
pub fn asides(folder: &Path) -> io::Result<Vec<String>> {
    Ok(listed(folder)?
        .into_iter()
        .filter(|(name, kind)| kind.is_dir() && is_aside(name))
        .map(|(name, _)| name)
        .collect())
}

/// What a folder with damaged files is called.
pub fn aside(now: jiff::Timestamp, more: u32) -> String {
    let time = now.strftime("%Y%m%dT%H%M%SZ");
    if more == 0 { format!("{ASIDE}{time}") } else { format!("{ASIDE}{time}-{more:03}") }
}

/// Whether sled reads the own name at opening.
pub fn is_read(name: &str) -> bool {
    matches!(name, "db" | "conf") || (name.starts_with("snap.") && !is_unfinished(name))
}

/// Whether the own name is a snapshot whose writing was killed.
pub fn is_unfinished(name: &str) -> bool {
    name.ends_with(".generating")
}

/// All names in a folder with what they are, links as such, in order.
fn listed(folder: &Path) -> io::Result<Vec<(String, FileType)>> {
    let entries = fs::read_dir(folder)?.map(|entry| {
        let entry = entry?;
        Ok((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?))
    });
    let mut names = entries.collect::<io::Result<Vec<_>>>()?;
    names.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(names)
}

fn is_own(name: &str, kind: FileType) -> bool {
    match name {
        "db" | "conf" | "probe" => kind.is_file(),
        BLOBS => kind.is_dir(),
        _ => kind.is_file() && is_snapshot(name),
    }
}

fn is_snapshot(name: &str) -> bool {
    let number =
        name.strip_prefix("snap.").map(|rest| rest.strip_suffix(".generating").unwrap_or(rest));
    number.is_some_and(|number| is_number(number, 16))
}

fn is_aside(name: &str) -> bool {
    let form = |text: &str, form: &str| {
        text.len() == form.len()
            && text
                .chars()
                .zip(form.chars())
                .all(|(c, f)| c == f || (f == '0' && c.is_ascii_digit()))
    };
    name.strip_prefix(ASIDE)
        .is_some_and(|rest| form(rest, "00000000T000000Z") || form(rest, "00000000T000000Z-000"))
}

fn is_number(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_digit(radix))
}
