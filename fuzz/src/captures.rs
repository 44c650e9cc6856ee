//! What is captured: exchanges and records in WARC files.

use std::io::Read;

use bantin::archive::{Archive, NewResource, Settings};
use bantin::domain::{Exchange, Place};

use super::now;

/// Exchanges and records of any content are read back as they were written, one record a member, by
/// a reader that is not ours.
pub fn warc(data: &[u8]) {
    let mut parts = data.split(|byte| *byte == 0xff);
    let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (url, reason, name, kind) = (text(), text(), text(), text());
    let exchange = Exchange {
        url: url.clone(),
        time: now(),
        peer: None,
        method: "GET",
        request_fields: vec![(name.clone(), reason.clone()), ("Host".to_owned(), url.clone())],
        request_body: bytes::Bytes::new(),
        status: u16::from(data.first().copied().unwrap_or(200)),
        reason,
        fields: vec![(name, data.to_vec()), ("content-type".to_owned(), kind.clone().into_bytes())],
        body: bytes::Bytes::copy_from_slice(data),
    };
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        folder: folder.path().to_owned(),
        file_bytes: 1 << 30,
        file_age: std::time::Duration::MAX,
        software: "fuzz".to_owned(),
        operator: Some(kind.clone()),
        robots: url.clone(),
    };
    let archive = Archive::open(settings, &[], None, now()).expect("an archive").0;
    let mut places = archive
        .append_exchanges(archive.epoch(), &[exchange], &[("via", kind.clone())])
        .expect("exchanges are appended");
    places.push(
        archive
            .append_resource(archive.epoch(), &NewResource::new(url, kind, data, now()))
            .expect("a record is appended"),
    );
    for place in &places {
        let read = archive.read(place).expect("a record at its place");
        assert!(read.body.ends_with(data), "the body is whole");
        assert_eq!(members(folder.path(), place), 1, "one record");
    }
}

/// Records in the stretch of a place.
fn members(folder: &std::path::Path, place: &Place) -> usize {
    let open = std::fs::read_dir(folder)
        .expect("the folder")
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let path = open
        .into_iter()
        .find(|path| path.to_string_lossy().contains(&place.file))
        .expect("the file");
    let file = std::fs::read(path).expect("the file reads");
    heads(
        file.get(place.offset as usize..(place.offset + place.length) as usize)
            .expect("the stretch"),
    )
    .len()
}

/// The heads of the records of a WARC file, read by the standard's own rules: a head, its length of
/// block, two line ends.
pub fn heads(file: &[u8]) -> Vec<String> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut plain).expect("gzip");
    let (mut rest, mut heads) = (plain.as_slice(), Vec::new());
    while !rest.is_empty() {
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = std::str::from_utf8(&rest[..end]).expect("a head in UTF-8");
        assert!(
            head.starts_with("WARC/1.1\r\n")
                && head.split("\r\n").skip(1).all(|line| line.contains(": ")),
            "{head:?}"
        );
        let length = head
            .split("\r\n")
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .and_then(|length| length.parse::<usize>().ok());
        rest = rest.get(end + 4 + length.expect("a length")..).expect("the block");
        rest = rest.strip_prefix(b"\r\n\r\n").expect("the record's end");
        heads.push(head.to_owned());
    }
    heads
}
