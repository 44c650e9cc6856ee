use super::*;

fn document(byte: u8, size: usize) -> Arc<Ready> {
    Arc::new(Ready::new(vec![byte; size], media::ATOM, cache::CURRENT, None, Effort::Quick))
}

fn unpack(coded: &Coded) -> Vec<u8> {
    use std::io::Read;
    let mut out = Vec::new();
    match coded.coding {
        Coding::Identity => out.extend_from_slice(&coded.body),
        Coding::Gzip => drop(flate2::read::GzDecoder::new(&*coded.body).read_to_end(&mut out).unwrap()),
        Coding::Brotli => drop(brotli::Decompressor::new(&*coded.body, 4096).read_to_end(&mut out).unwrap()),
        Coding::Zstd => out = zstd::decode_all(&*coded.body).unwrap(),
    }
    out
}

#[test]
fn every_coding_opens_to_the_plain_bytes_under_its_own_tag() {
    let text = "Tin tức huyện 123 ".repeat(500);
    for effort in [Effort::Quick, Effort::Lasting] {
        let ready = Ready::new(text.clone(), media::RSS, cache::CURRENT, None, effort);
        assert_eq!(ready.packed().len(), 3);
        assert!(ready.packed().windows(2).all(|pair| pair[0].body.len() <= pair[1].body.len()));
        let forms: Vec<&Coded> = ready.packed().iter().chain([ready.identity()]).collect();
        for form in &forms {
            assert_eq!(unpack(form), text.as_bytes(), "{:?}", form.coding);
            assert_eq!(form.length, form.body.len().to_string().as_str());
        }
        let tags: std::collections::HashSet<_> = forms.iter().map(|form| form.etag.to_str().unwrap()).collect();
        assert_eq!(tags.len(), 4);
        // From the bytes alone: neither time nor effort moves a tag.
        let again = Ready::new(text.clone(), media::ATOM, cache::OPEN, Some("2026-01-02T03:04:05Z".parse().unwrap()), Effort::Quick);
        assert_eq!(again.identity().etag, ready.identity().etag);
    }
}

#[test]
fn no_more_memory_is_held_than_there_are_bytes() {
    let mut text = Vec::with_capacity(100_000);
    text.extend_from_slice("Tin tức huyện 123 ".repeat(500).as_bytes());
    let ready = Ready::new(text, media::RSS, cache::CURRENT, None, Effort::Quick);
    let bodies: Vec<bytes::Bytes> = ready.packed().iter().chain([ready.identity()]).map(|form| form.body.clone()).collect();
    drop(ready);
    for body in bodies {
        let body = body.try_into_mut().unwrap();
        assert_eq!(body.capacity(), body.len());
    }
}

#[test]
fn small_or_dense_bodies_stay_plain() {
    assert!(document(1, 255).packed().is_empty());
    let mut state = 1u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let noise: Vec<u8> = noise.take(1000).collect();
    assert!(Ready::new(noise, media::ATOM, cache::OPEN, None, Effort::Quick).packed().is_empty());
}

#[test]
fn last_modified_has_whole_seconds() {
    let ready = Ready::new("x", media::ATOM, cache::OPEN, Some("2026-11-24T01:02:03.9Z".parse().unwrap()), Effort::Quick);
    assert_eq!(ready.modified().unwrap().1, "Tue, 24 Nov 2026 01:02:03 GMT");
}

#[test]
fn a_shelf_gives_what_was_put_last() {
    let shelf = Shelf::new();
    shelf.put([("b".to_owned(), document(1, 9)), ("a".to_owned(), document(2, 9))]);
    shelf.put([("b".to_owned(), document(3, 9))]);
    assert_eq!(shelf.get("b").unwrap().plain()[0], 3);
    assert!(shelf.remove("a").is_some());
    assert!(shelf.get("a").is_none());
    shelf.put([("c".to_owned(), document(4, 9))]);
    shelf.retain(|path| path == "c");
    assert!(shelf.get("b").is_none() && shelf.get("c").is_some());
}

#[test]
fn recent_keeps_within_its_bound_what_was_used_last() {
    let recent = Recent::new(500);
    for path in ["a", "b"] {
        recent.put(path, document(1, 200));
    }
    assert!(recent.get("a").is_some());
    recent.put("c", document(1, 200));
    assert!(recent.get("b").is_none(), "the longest unused one goes");
    assert!(recent.get("a").is_some() && recent.get("c").is_some());
    recent.put("a", document(1, 501 - 1));
    assert!(recent.get("a").is_none() || recent.get("c").is_none());
}
