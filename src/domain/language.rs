//! Which tags name a language (BCP 47): pages, and people who write site files, also say `vn`, `jp`
//! or `english`.

use std::borrow::Cow;

/// The languages of two letters (ISO 639-1, which gets no more).
const CODES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch \
                     co cr cs cu cv cy da de dv dz ee el en eo es et eu \
    fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it \
                     iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky \
    la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc \
                     oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd \
    se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk \
                     ur uz ve vi vo wa wo xh yi yo za zh zu";
/// Codes that were replaced, some of which Java still writes, and what they are now.
const FORMER: [(&str, &str); 4] = [("in", "id"), ("iw", "he"), ("ji", "yi"), ("mo", "ro")];

/// Whether two letters are those of a language: `vn` is a country.
pub fn is_code(letters: &str) -> bool {
    CODES.split(' ').any(|known| known.eq_ignore_ascii_case(letters))
}

/// `tag` with its language as it is called now; `None` if it names none.
pub fn named(tag: &str) -> Option<Cow<'_, str>> {
    let (code, rest) = tag.split_at(tag.find('-').unwrap_or(tag.len()));
    let is = |known: &str| known.eq_ignore_ascii_case(code);
    if let Some((_, now)) = FORMER.iter().find(|(former, _)| is(former)) {
        return Some(Cow::Owned([now, rest].concat()));
    }
    let known = match code.len() {
        2 => is_code(code),
        // Of these there are thousands.
        3 => code.bytes().all(|byte| byte.is_ascii_alphabetic()),
        _ => false,
    };
    known.then_some(Cow::Borrowed(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_and_what_is_none() {
        for tag in ["vi", "vi-VN", "EN", "zh-Hant-TW", "fil", "mul", "vi-x-abc"] {
            assert_eq!(named(tag).as_deref(), Some(tag));
        }
        for (former, now) in [("iw", "he"), ("in-ID", "id-ID"), ("JI", "yi"), ("mo", "ro")] {
            assert_eq!(named(former).as_deref(), Some(now));
        }
        for none in [
            "vn",
            "jp",
            "cn",
            "zz",
            "e",
            "",
            "-vi",
            "english",
            "x-klingon",
            "v1",
            "12",
            "123",
            "ví",
        ] {
            assert_eq!(named(none), None, "{none}");
        }
    }
}
