//! When two pages list the same.

use proptest::prelude::*;

use super::*;
use crate::extract::view::Change;

/// Whether a known page and another one are seen to list the same; `Some(true)` at a look,
/// `Some(false)` by an experiment.
fn alike(known: &str, other: &str) -> Option<bool> {
    let (reader, url) =
        (reader(), Url::parse("https://portal.example/Tin/Pages/list.aspx").unwrap());
    let view =
        |html: &'static str| View { body: html.as_bytes(), url: Some(&url), ..View::default() };
    let view = |html: &str| view(Box::leak(html.to_owned().into_boxed_str()));
    let (then, now) =
        (reader.fingerprint(&view(known)).unwrap(), reader.fingerprint(&view(other)).unwrap());
    if then == now {
        return Some(true);
    }
    let view = view(other);
    reader
        .loosened(
            &view,
            Change { known: &then, now: &now, least: 0 },
            &reader.segment(&view).unwrap(),
            &reader.begin(),
        )
        .map(|_| false)
}

/// A section page with tokens of all kinds: those named, a clock before the list, a counter behind
/// it.
fn section(ids: std::ops::Range<u32>, token: &str, clock: &str, counter: &str) -> String {
    let list = block(
        2010,
        1,
        "Block_Tin_List",
        &format!("{}<a href='list.aspx?page=2'>Trang sau</a>", items(ids)),
    );
    let page = page(2010, "Tin tức", &list, &format!("<div>Thứ ba, {clock}</div>"));
    page.replace(
        "<title>",
        &format!(
            "<meta name='csrf-token' content='{token}'>\
             <link rel=stylesheet href='/a.css?v={token}'><title>"
        ),
    )
    .replace("value=\"/wEP=\"", &format!("value=\"{token}\""))
    .replace(
        "</form>",
        &format!(
            "<!-- made in {counter} ms by {token} -->\
                 <script nonce=\"{token}\" src='/x.js?t={counter}'>var t = '{token}</b>';</script>\
                 <style nonce='{token}'>p{{}}</style><input name=t type='hidden' value='{token}'>\
                 <p>Truy cập: <b>{counter}</b></p></form>"
        ),
    )
}

#[test]
fn tokens_clocks_and_counters_change_no_list() {
    let known = section(1..9, "4f2a", "24/11/2026 10:11:07", "1234567");
    assert_eq!(alike(&known, &known.clone()), Some(true));
    assert_eq!(
        alike(&known, &section(1..9, "b77c-01", "24/11/2026 10:11:07", "1234567")),
        Some(true),
        "tokens alone"
    );
    assert_eq!(
        alike(&known, &section(1..9, "b77c-01", "25/11/2026 00:00:59", "1234999")),
        Some(false),
        "digits of no list"
    );
}

#[test]
fn what_a_list_says_is_never_taken_for_a_token() {
    let known = section(1..9, "4f2a", "24/11/2026 10:11:07", "1234567");
    let other = |from: &str, to: &str| {
        let changed = known.replacen(from, to, 1);
        assert_ne!(changed, known, "{from}");
        alike(&known, &changed)
    };
    for (from, to) in [
        ("Bài viết số 4", "Bài viết số 5"),
        ("Bài viết số 8", "Bài viết số 88"),
        ("ItemID=8", "ItemID=9"),
        ("07/04/2020", "08/04/2020"),
        ("/anh/1.jpg", "/anh/2.jpg"),
        ("page=2", "page=3"),
        ("số 2 của", "số 2 cuả"),
        ("<li>", "<li class=x>"),
        ("Thứ ba", "Thứ tư"),
        ("<title>", "<base href='/b/'><title>"),
    ] {
        assert_eq!(other(from, to), None, "{from} to {to}");
    }
    assert_eq!(
        alike(&known, &section(0..9, "4f2a", "24/11/2026 10:11:07", "1234567")),
        None,
        "a new item"
    );
    let swapped =
        known.replace("số 1 ", "số ? ").replace("số 2 ", "số 1 ").replace("số ? ", "số 2 ");
    assert_eq!(alike(&known, &swapped), None, "another order");
    let bare =
        |html: &str| reader().fingerprint(&View { body: html.as_bytes(), ..View::default() });
    for (one, two) in [
        ("<title><script></title><p>a</p></script>", "<title><script></title><p>b</p></script>"),
        ("<svg><style><a href=1></a></style></svg>", "<svg><style><a href=2></a></style></svg>"),
        ("<script>x", "<script>y"),
        ("<input type=text value='a'>", "<input type=text value='b'>"),
        ("<link rel='next' href='?p=2'>", "<link rel='next' href='?p=3'>"),
        ("<a title='<script>' href=1>", "<a title='<script>' href=2>"),
    ] {
        assert_ne!(bare(one), bare(two), "{one}");
    }
}

proptest! {
    #[test]
    fn any_page_has_a_gist_and_a_list_of_another_gist_is_read(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "<script>", "</script>", "<!--", "-->", "<ul>",
            "<li><a href='/t/tin-so-1.aspx'>Tin số 1 của hôm nay</a> 01/02/2020</li>",
            "<li><a href='/t/tin-so-2.aspx'>Tin số 2 của hôm nay</a> 01/02/2020</li>", "</ul>",
            "12", "<p>", "<title>", "</title>", "<svg>", "</svg>", "<input type=\"hidden\" value='",
            "'", "\"", "<select>", "</select>", "<", "<textarea>", "</textarea>", "<template>",
            "</template>",
        ]), 0..20),
        change in 0usize..20,
    ) {
        let known = parts.concat();
        let mut parts = parts;
        if let Some(part) = parts.get_mut(change) {
            *part = "<li><a href='/t/tin-so-3.aspx'>Tin số 3 của hôm nay</a> 01/02/2020</li>";
        }
        let other = parts.concat();
        let reader = reader();
        let view = |html: String| View {
            body: html.leak().as_bytes(), ..View::default() };
        let (known, other) = (view(known), view(other));
        let (then, now) = (reader.fingerprint(&known), reader.fingerprint(&other));
        if then.is_some() && then == now {
            let lists = |view| {
                let page = reader.segment(view).ok()?;
                Some(page.blocks.into_iter().filter_map(|b| b.listing).collect::<Vec<_>>())
            };
            prop_assert_eq!(lists(&known), lists(&other));
        }
    }
}
