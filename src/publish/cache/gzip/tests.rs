use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::publish::cache::about::Coding;
use crate::publish::cache::whole::{expand, hard, whole};

fn piece(plain: &[u8]) -> Piece {
    let digest: [u8; 32] = Sha256::digest(plain).into();
    Piece {
        digest: *digest.first_chunk().unwrap(),
        length: plain.len() as u32,
        crc: crc32fast::hash(plain),
    }
}

/// Packs a document beside how it was packed before.
fn pack(before: Option<&Packed>, head: &str, texts: &[Vec<u8>]) -> (Packed, usize) {
    let entries: Vec<Piece> = texts.iter().map(|text| piece(text)).collect();
    let of = Parts { head: head.as_bytes(), entries: &entries, foot: b"</feed>" };
    let lacks = before.map_or_else(|| (0..texts.len()).collect(), |before| before.lacks(&entries));
    let plain = |at: usize| lacks.contains(&at).then(|| texts[at].as_slice());
    let again = before.and_then(|before| before.repack(&of, plain));
    let count = lacks.len();
    (again.unwrap_or_else(|| Packed::whole(&of, |at| Some(&texts[at])).unwrap()), count)
}

fn joined(head: &str, texts: &[Vec<u8>]) -> Vec<u8> {
    [head.as_bytes(), &texts.concat(), b"</feed>"].concat()
}

fn text(n: u64) -> Vec<u8> {
    (0..300)
        .map(|word| format!("<p>{} {}</p>", (n * 7919 + word * word * 31) % 977, word % 7))
        .collect::<String>()
        .into_bytes()
}

#[test]
fn one_new_entry_costs_one_entry() {
    let mut texts: Vec<Vec<u8>> = (0..50).map(text).collect();
    let (first, _) = pack(None, "<feed>1", &texts);
    texts.insert(0, text(50));
    texts.pop();
    let (second, lacked) = pack(Some(&first), "<feed>2", &texts);
    assert_eq!((lacked, expand(&second.bytes).unwrap()), (1, joined("<feed>2", &texts)));
    let whole = whole(&joined("<feed>2", &texts), Coding::Gzip).unwrap();
    assert!(second.bytes.len() * 100 < whole.len() * 135, "{} {}", second.bytes.len(), whole.len());
}

#[test]
fn two_hands_pack_what_one_would_have_packed() {
    let texts: Vec<Vec<u8>> = (0..50).map(text).collect();
    let entries: Vec<Piece> = texts.iter().map(|text| piece(text)).collect();
    let of = Parts { head: b"<feed>", entries: &entries, foot: b"</feed>" };
    let plain = |at: usize| Some(texts[at].as_slice());
    let middle = of.middle().unwrap();
    let runs = [0..middle, middle..50].map(|places| Run::pack(&of, places, plain).unwrap());
    let by_two = Packed::joined(&of, runs).unwrap();
    assert_eq!(expand(&by_two.bytes).unwrap(), joined("<feed>", &texts));
    let by_one = Packed::whole(&of, plain).unwrap();
    assert!(by_two.bytes.len() <= by_one.bytes.len() + 16);
    assert!(by_two.lacks(&entries).is_empty(), "it is used again");
    let few = Parts { entries: &entries[..2], ..of };
    assert_eq!(few.middle(), None, "another hand costs more than it brings");
}

#[test]
fn what_expands_is_what_was_packed_in_every_coding() {
    let plain = joined("<feed>", &(0..9).map(text).collect::<Vec<_>>());
    for pack in [whole, hard] {
        assert_eq!(expand(&pack(&plain, Coding::Gzip).unwrap()).unwrap(), plain);
        assert_eq!(
            zstd::bulk::decompress(&pack(&plain, Coding::Zstd).unwrap(), plain.len()).unwrap(),
            plain
        );
        let mut out = Vec::new();
        brotli::BrotliDecompress(&mut &*pack(&plain, Coding::Brotli).unwrap(), &mut out).unwrap();
        assert_eq!(out, plain);
    }
    for coding in [Coding::Gzip, Coding::Brotli, Coding::Zstd] {
        assert!(
            hard(&plain, coding).unwrap().len() < whole(&plain, coding).unwrap().len(),
            "{coding:?}"
        );
    }
    assert_eq!(whole(b"short", Coding::Gzip), None);
}

proptest! {
    /// Entries come, go, move and change in any order, again and again.
    #[test]
    fn a_document_expands_to_its_bytes_however_it_was_packed(
        steps in vec(vec((0u64..12, 0usize..4), 0..14), 1..8),
    ) {
        let mut before: Option<Packed> = None;
        for (n, step) in steps.into_iter().enumerate() {
            let texts: Vec<Vec<u8>> =
                step.into_iter().map(|(n, long)| text(n).repeat(long)).collect();
            let head = format!("<feed n=\"{n}\">");
            let (packed, _) = pack(before.as_ref(), &head, &texts);
            prop_assert_eq!(expand(&packed.bytes).unwrap(), joined(&head, &texts));
            let known = packed.unpacked();
            prop_assert_eq!(known.is_empty(), packed.parcel.entries.is_empty());
            prop_assert!(
                known.is_empty()
                    || texts.iter().all(|text| known.get(&piece(text).digest) == Some(text))
            );
            before = Some(packed);
        }
    }
}
