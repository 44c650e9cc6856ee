use super::*;

fn unpack(coded: &Coded) -> Vec<u8> {
    use std::io::Read;
    let mut out = Vec::new();
    match coded.coding {
        Coding::Identity => out.extend_from_slice(&coded.body),
        Coding::Gzip => {
            flate2::read::GzDecoder::new(&*coded.body).read_to_end(&mut out).unwrap();
        }
        Coding::Brotli => {
            brotli::Decompressor::new(&*coded.body, 4096).read_to_end(&mut out).unwrap();
        }
        Coding::Zstd => out = zstd::decode_all(&*coded.body).unwrap(),
    }
    out
}

const ALL: [Coding; 4] = [Coding::Identity, Coding::Gzip, Coding::Brotli, Coding::Zstd];

#[test]
fn every_coding_opens_to_the_plain_bytes_under_its_own_tag() {
    let text = "Tin tức huyện 123 ".repeat(500);
    let ready = Prepared::new(text.clone(), media::RSS, cached::CURRENT);
    let forms = ALL.map(|coding| ready.document(coding).form);
    for (coding, form) in ALL.iter().zip(&forms) {
        assert_eq!((form.coding, unpack(form).as_slice()), (*coding, text.as_bytes()));
        let tag = form.etag.to_str().unwrap();
        assert!(tag.starts_with(&format!("\"{}", ready.document(*coding).about.tag())), "{tag}");
    }
    let tags: std::collections::HashSet<_> =
        forms.iter().map(|form| form.etag.to_str().unwrap()).collect();
    assert_eq!(tags.len(), 4);
    // From the bytes alone.
    let again = Prepared::new(text, media::ATOM, cached::OPEN);
    assert_eq!(again.document(Coding::Gzip).form.etag, forms[1].etag);
}

#[test]
fn small_or_dense_bodies_stay_plain() {
    let mut state = 1u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    for bytes in [vec![1; 255], noise.take(1000).collect()] {
        let ready = Prepared::new(bytes, media::ATOM, cached::OPEN);
        assert!(ALL.iter().all(|coding| ready.document(*coding).form.coding == Coding::Identity));
    }
}

#[test]
fn last_modified_has_whole_seconds() {
    let about = About::new(
        [0; 16],
        media::ATOM,
        cached::OPEN,
        Some("2026-11-24T01:02:03.9Z".parse().unwrap()),
    );
    assert_eq!(about.modified().unwrap().1, "Tue, 24 Nov 2026 01:02:03 GMT");
}
