use super::*;
use crate::form::stored::sample;
use proptest::prelude::*;

#[test]
fn it_explains_itself() {
    let record = sample::record();
    assert_eq!(
        uri(&record),
        "urn:bantin:article:bach-thong:67e55044-10b1-526f-9247-bb680e5fe0c8:v2"
    );
    insta::assert_snapshot!(String::from_utf8(to_json(&record)).unwrap());
}

#[test]
fn what_is_broken_or_newer_is_said() {
    let text = String::from_utf8(to_json(&sample::record())).unwrap();
    let with = |from: &str, to: &str| {
        from_json(text.replace(from, to).as_bytes()).unwrap_err().to_string()
    };
    assert!(with("bantin-record/1", "bantin-record/2").contains("bantin-record/2"));
    assert_eq!(with("urn:uuid:67e55044", "urn:uuid:x"), "an id is out of range");
    assert_eq!(with("0101", "01"), "a digest is out of range");
    assert_eq!(with("00abcdef23456789", "+abcdef23456789"), "a short digest is out of range");
    let unlisted = text.replace("\"listed\"", "\"unknown\"");
    assert_eq!(
        from_json(unlisted.as_bytes()).unwrap(),
        Record { listed: None, ..sample::record() }
    );
    assert!(from_json(b"{}").is_err() && entries_from_json(b"[]").is_err());
    let entries = vec![(Uuid::from_u128(1), 1), (Uuid::from_u128(2), 7)];
    assert_eq!(entries_from_json(&entries_to_json(&entries)).unwrap(), entries);
}

proptest! {
    #[test]
    fn every_record_comes_back(record in sample::records()) {
        prop_assert_eq!(from_json(&to_json(&record)).unwrap(), record);
    }
}
