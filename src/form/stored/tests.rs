use super::*;
use crate::domain::{Health, LinkState, RecordState};
use proptest::prelude::*;

/// Rows as their form wrote them on the day it was fixed; `BANTIN_WRITE_SAMPLES=1` writes those of
/// a new form.
fn kept(name: &str, written: &[u8]) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name);
    if std::env::var_os("BANTIN_WRITE_SAMPLES").is_some() && !path.exists() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, written).unwrap();
    }
    std::fs::read(path).unwrap()
}

#[test]
fn rows_of_every_form_are_read_for_ever() {
    let (mut record, mut source, mut target) =
        (sample::record(), sample::site_state(), sample::link());
    assert_eq!(decode(&kept("stored-4-record.bin", &encode(&record))).unwrap(), record);
    assert_eq!(
        decode_site_state(&kept("stored-4-source.bin", &encode_site_state(&source))).unwrap(),
        source
    );
    assert_eq!(decode_link(&kept("stored-4-target.bin", &encode_link(&target))).unwrap(), target);
    // What form 3 does not know.
    source.sections.values_mut().for_each(|section| section.abroad = None);
    source.lessons.clear();
    record.canonical = None;
    assert_eq!(decode(&kept("stored-3-record.bin", &[])).unwrap(), record);
    assert_eq!(decode_site_state(&kept("stored-3-source.bin", &[])).unwrap(), source);
    (target.told, target.fetched) = (None, None);
    (target.reread, target.instead) = (None, None);
    assert_eq!(decode_link(&kept("stored-3-target.bin", &[])).unwrap(), target);
    // What form 2 does not know.
    (record.listed, target.why) = (None, None);
    (source.paused_until, source.archived_memory) = (None, 0);
    source.sections.values_mut().for_each(|section| section.owed = None);
    assert_eq!(decode(&kept("stored-2-record.bin", &[])).unwrap(), record);
    assert_eq!(decode_site_state(&kept("stored-2-source.bin", &[])).unwrap(), source);
    assert_eq!(decode_link(&kept("stored-2-target.bin", &[])).unwrap(), target);
    // What form 1 does not know.
    record.article.letters = None;
    target.said = None;
    source.sections.values_mut().for_each(|section| section.known_page = None);
    assert_eq!(decode(&kept("stored-1-record.bin", &[])).unwrap(), record);
    assert_eq!(decode_site_state(&kept("stored-1-source.bin", &[])).unwrap(), source);
    assert_eq!(decode_link(&kept("stored-1-target.bin", &[])).unwrap(), target);
}

#[test]
fn every_state_comes_back() {
    let states = [
        LinkState::Unread,
        LinkState::NoArticle,
        LinkState::Dead(410),
        LinkState::Barred,
        LinkState::Failed,
        LinkState::Held,
    ];
    for state in states {
        let target = Link { state, ..sample::link() };
        assert_eq!(decode_link(&encode_link(&target)).unwrap(), target);
    }
    for health in [Health::New, Health::Healthy, Health::Broken] {
        let source = SiteState { health, ..sample::site_state() };
        assert_eq!(decode_site_state(&encode_site_state(&source)).unwrap(), source);
    }
    for state in [RecordState::Withdrawn, RecordState::Joined(uuid::Uuid::from_u128(7))] {
        let record = Record { state, ..sample::record() };
        assert_eq!(decode(&encode(&record)).unwrap(), record);
    }
    assert_eq!(
        decode_site_state(&encode_site_state(&SiteState::default())).unwrap(),
        SiteState::default()
    );
}

#[test]
fn texts_are_packed() {
    let mut record = sample::record();
    record.article.content_html = "<p>Ban Thường vụ Huyện ủy</p>".repeat(1000);
    assert!(encode(&record).len() < 2000);
}

#[test]
fn long_texts_are_checked_too() {
    let texts = |letter: u8| postcard::from_bytes::<one::Texts>(&[0, 1, letter, 1, b'b', 0]);
    assert_eq!(texts(b'a').map(|texts| texts.content_html).unwrap(), "a");
    assert!(texts(0xff).is_err());
}

#[test]
fn a_told_date_that_is_none_is_an_error() {
    let mut target = sample::link();
    let told = target.told.as_mut().unwrap();
    told.date.as_mut().unwrap().date = (2023, 2, 29);
    assert!(decode_link(&encode_link(&target)).is_err());
}

proptest! {
    #[test]
    fn every_record_comes_back(record in sample::records()) {
        prop_assert_eq!(decode(&encode(&record)).unwrap(), record);
    }

    #[test]
    fn every_source_comes_back(source in sample::site_states()) {
        prop_assert_eq!(decode_site_state(&encode_site_state(&source)).unwrap(), source);
    }

    #[test]
    fn broken_rows_are_errors(cut in 0usize..400, at in 0usize..400, byte: u8, noise: Vec<u8>) {
        let mut row = encode(&sample::record());
        prop_assert!(decode(&row[..cut.min(row.len() - 1)]).is_err());
        let at = at % row.len();
        row[at] = byte;
        let _ = (decode(&row), decode(&noise), decode_site_state(&noise), decode_link(&noise));
    }
}
