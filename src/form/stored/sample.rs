//! Values for the tests of this room and of those who store or show records.

use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use crate::domain::site_state::{Owed, Walk};
use crate::domain::{
    Abroad, Article, Attachment, BlockName, Fingerprint, Health, KnownPage, Link, LinkState,
    Listed, PageRequest, Place, Precision, Published, Record, RecordState, Reread, Role, SectionId,
    SectionState, SiteId, SiteState, Teaser, Validators, Why, Written,
};

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A record with every field filled.
pub(crate) fn record() -> Record {
    Record {
        site: SiteId::new("bach-thong").unwrap(),
        article: article(),
        version: 2,
        seq: 7,
        first_seen: instant("2024-01-02T03:04:05.000006Z"),
        updated: instant("2024-02-02T03:04:05.5Z"),
        sections: vec![SectionId::new("tin-tuc").unwrap()],
        via: Some("https://tinh.example/Pages/tin-tuc.aspx".into()),
        aliases: vec!["https://tinh.example/tin/5".into()],
        canonical: Some("https://tinh.example/chi-tiet".into()),
        capture: Place {
            file: "bantin-20240202.warc.gz".into(),
            offset: 1234,
            length: 567,
            digest: "sha256:ABC".into(),
            time: instant("2024-02-02T03:04:05Z"),
        },
        profile: "publishing-portal 1".into(),
        listed: Some(Listed {
            url: "https://tinh.example/tin/5?tu=2".into(),
            teaser: 0x00ab_cdef_2345_6789,
        }),
        state: RecordState::Live,
    }
}

fn article() -> Article {
    Article {
        id: "67e55044-10b1-526f-9247-bb680e5fe0c8".parse().unwrap(),
        url: "https://tinh.example/Pages/tin.aspx?ItemID=5".into(),
        title: "“Dân vận khéo” < 41 & mô hình".into(),
        lead: Some("Phần mở đầu.".into()),
        content_html: "<p>Một <b>hai</b></p><figure><figcaption>Ảnh</figcaption></figure>".into(),
        content_text: "Một hai".into(),
        published: Some(Published {
            at: instant("2020-04-06T17:00:00Z"),
            offset_s: 25_200,
            precision: Precision::Day,
        }),
        authors: vec!["Hương Dịu".into()],
        image: Some("https://tinh.example/i.jpg".into()),
        attachments: vec![Attachment {
            url: "https://tinh.example/a.pdf".into(),
            mime_type: "application/pdf".into(),
            title: "Công văn".into(),
        }],
        language: Some("vi".into()),
        captions: vec!["Ảnh".into()],
        portal: "publishing-portal".into(),
        engine: "sharepoint".into(),
        blocks: vec![
            BlockName { name: "P - Toolbar".into(), role: Role::Toolbar },
            BlockName { name: "P - View".into(), role: Role::ViewData },
        ],
        item: Some("5".into()),
        letters: Some("tcvn3".into()),
        digest: [1; 32],
        body_digest: [2; 32],
    }
}

/// A source with every field filled.
pub(crate) fn site_state() -> SiteState {
    let section = SectionState {
        validators: Validators {
            etag: Some("\"x\"".into()),
            last_modified: Some("Tue, 02 Jan 2024 03:04:05 GMT".into()),
        },
        visits: 3,
        known_page: Some(KnownPage {
            reader: 7,
            wire: 1 << 90,
            fingerprint: Some(Fingerprint { form: 1 << 100, digits: vec![1, 2] }),
            step: 1,
        }),
        first_page: vec!["http://tinh.example/a".into()],
        walk: Some(Walk {
            next: PageRequest::Post {
                url: "https://tinh.example/l".into(),
                fields: vec![("a".into(), "b".into())],
            },
            pages: 4,
        }),
        walked: true,
        owed: Some(Owed {
            next: PageRequest::Get("https://tinh.example/l?page=2".into()),
            pages: 1,
            seen: vec!["http://tinh.example/a".into()],
            failures: 2,
        }),
        abroad: Some(Abroad { links: 3, hosts: vec!["bao.example".into()], all: true }),
    };
    SiteState {
        visits: 9,
        last_visit: Some(instant("2024-01-02T03:04:05Z")),
        last_success: None,
        next_due: Some(instant("2024-01-02T04:04:05Z")),
        failures: 1,
        health: Health::Degraded,
        reasons: vec!["slow".into()],
        sections: [(SectionId::new("tin-tuc").unwrap(), section)].into(),
        cookies: Some("[]".into()),
        paused_until: Some(instant("2024-01-02T03:34:05Z")),
        archived_memory: 1 << 63,
        lessons: vec![place()],
    }
}

/// A target with every field filled.
pub(crate) fn link() -> Link {
    Link {
        site: SiteId::new("bach-thong").unwrap(),
        key: "http://tinh.example/a".into(),
        url: "https://tinh.example/a".into(),
        state: LinkState::Article(Uuid::from_u128(5)),
        sections: vec![SectionId::new("tin-tuc").unwrap()],
        via: "https://tinh.example/l".into(),
        teaser: 99,
        validators: Validators { etag: Some("\"x\"".into()), last_modified: None },
        said: Some(u128::MAX - 1),
        last_read: Some(instant("2024-01-02T03:04:05Z")),
        due: None,
        failures: 2,
        left: Some(3),
        why: Some(Why::Other("the page lacks a block".into())),
        told: Some(Box::new(Teaser {
            url: "https://tinh.example/a".into(),
            title: "“Dân vận khéo” ở vùng cao…".into(),
            date: Some(Written { date: (2024, 2, 29), time: Some((7, 5)), offset_s: Some(25_200) }),
            lead: Some("Phần mở đầu.".into()),
            image: Some("https://tinh.example/i.jpg".into()),
        })),
        fetched: Some(place()),
        reread: Some(Reread { of: 1 << 63, same: true }),
        instead: Some(place()),
    }
}

fn place() -> Place {
    Place {
        file: "bantin-20240202.warc.gz".into(),
        offset: 99,
        length: 100,
        digest: "sha256:DEF".into(),
        time: instant("2024-02-02T03:04:05.000001Z"),
    }
}

/// Any record.
pub(crate) fn records() -> impl Strategy<Value = Record> {
    let micros = -60_000_000_000_000_000..250_000_000_000_000_000i64;
    let published = proptest::option::of((micros.clone(), -50_000..50_000i32, any::<bool>()));
    let texts = proptest::collection::vec(any::<String>(), 8);
    let listed = proptest::option::of((any::<String>(), any::<u64>()));
    let many = proptest::collection::vec(any::<String>(), 0..3);
    let order = (1..u32::MAX, any::<u64>(), 0..3u8, any::<u128>(), any::<[u8; 32]>());
    (micros.clone(), micros, published, texts, many, order, listed).prop_map(
        |(first, updated, published, texts, many, order, listed)| {
            let mut record = record();
            let instant = |micros| Timestamp::from_microsecond(micros).unwrap();
            (record.first_seen, record.updated) = (instant(first), instant(updated));
            let (version, seq, state, id, digest) = order;
            (record.version, record.seq, record.article.id, record.article.digest) =
                (version, seq, Uuid::from_u128(id), digest);
            record.listed = listed.map(|(url, teaser)| Listed { url, teaser });
            record.state = match state {
                0 => RecordState::Live,
                1 => RecordState::Withdrawn,
                _ => RecordState::Joined(Uuid::from_u128(!id)),
            };
            record.article.published = published.map(|(at, offset_s, day)| Published {
                at: instant(at),
                offset_s,
                precision: if day { Precision::Day } else { Precision::Minute },
            });
            let [title, html, text, summary, url, file, via, name] = texts.try_into().unwrap();
            let article = &mut record.article;
            (article.title, article.content_html, article.content_text, article.url) =
                (title, html, text, url);
            (article.lead, article.image) = (
                Some(summary).filter(|s| s.len() % 2 == 0),
                Some(name.clone()).filter(|s| s.len() % 2 == 0),
            );
            article.attachments = many
                .iter()
                .map(|s| Attachment { url: s.clone(), mime_type: name.clone(), title: s.clone() })
                .collect();
            article.letters = article.image.clone();
            (article.authors, article.captions) = (many.clone(), many.clone());
            record.canonical = record.article.letters.clone();
            (record.capture.file, record.via, record.aliases) =
                (file, Some(via).filter(|s| s.len() % 2 == 0), many);
            record
        },
    )
}

/// Any request for a further page.
pub(crate) fn page_requests() -> impl Strategy<Value = PageRequest> {
    let fields = proptest::option::of(proptest::collection::vec(any::<(String, String)>(), 0..3));
    (any::<String>(), fields).prop_map(|(url, fields)| match fields {
        Some(fields) => PageRequest::Post { url, fields },
        None => PageRequest::Get(url),
    })
}

/// Any state of a section.
pub(crate) fn sections() -> impl Strategy<Value = SectionState> {
    let keys = proptest::collection::vec(any::<String>(), 0..4);
    let owed = proptest::option::of((page_requests(), any::<u32>(), keys.clone(), any::<u32>()));
    let walk = proptest::option::of((page_requests(), any::<u32>()));
    (owed, walk, keys, any::<u64>(), any::<bool>(), any::<bool>()).prop_map(
        |(owed, walk, first_page, visits, walked, calm)| {
            let sample = site_state().sections.into_values().next().unwrap_or_default();
            SectionState {
                visits,
                first_page,
                walk: walk.map(|(next, pages)| Walk { next, pages }),
                walked,
                owed: owed.map(|(next, pages, seen, failures)| Owed {
                    next,
                    pages,
                    seen,
                    failures,
                }),
                abroad: sample.abroad.filter(|_| !calm),
                known_page: sample.known_page.filter(|_| calm),
                ..SectionState::default()
            }
        },
    )
}

/// Any source.
pub(crate) fn site_states() -> impl Strategy<Value = SiteState> {
    let health = prop_oneof![
        Just(Health::New),
        Just(Health::Healthy),
        Just(Health::Degraded),
        Just(Health::Broken)
    ];
    let paused = proptest::option::of(-60_000_000_000_000_000..250_000_000_000_000_000i64);
    let sections = proptest::collection::btree_map("[a-z0-9]{1,8}", sections(), 0..3);
    (health, paused, any::<u64>(), sections).prop_map(
        |(health, paused, archived_memory, sections)| SiteState {
            health,
            paused_until: paused.map(|micros| Timestamp::from_microsecond(micros).unwrap()),
            archived_memory,
            sections: sections
                .into_iter()
                .map(|(id, state)| (SectionId::new(&id).unwrap(), state))
                .collect(),
            ..site_state()
        },
    )
}
