//! Which tags name a language (BCP 47): pages, and people who write site files, also say `vn`, `jp` or `english`.

use std::borrow::Cow;

/// The codes of two letters (ISO 639-1), one behind another.
const CODES: &str = "\
    aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofrfygagdglgngugvhahehihohrhthuhy\
    hziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblglilnloltlulvmgmhmimkmlmnmomrmsmtmynanbndnengnlnnnonrnvnyocojomor\
    ospapiplpsptqurmrnrorurwsascsdsesgshsiskslsmsnsosqsrssstsusvswtatetgthtitktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu";
/// Codes that were replaced, which Java went on to write, and what they are now.
const FORMER: [(&str, &str); 3] = [("in", "id"), ("iw", "he"), ("ji", "yi")];

/// `tag` with its language as it is called now; `None` if it names none.
pub fn named(tag: &str) -> Option<Cow<'_, str>> {
    let (code, rest) = tag.split_at(tag.find('-').unwrap_or(tag.len()));
    let is = |known: &str| known.eq_ignore_ascii_case(code);
    if let Some((_, now)) = FORMER.iter().find(|(former, _)| is(former)) {
        return Some(Cow::Owned([now, rest].concat()));
    }
    let known = match code.len() {
        2 => CODES.as_bytes().chunks(2).any(|known| known.eq_ignore_ascii_case(code.as_bytes())),
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
        for (former, now) in [("iw", "he"), ("in-ID", "id-ID"), ("JI", "yi")] {
            assert_eq!(named(former).as_deref(), Some(now));
        }
        for none in ["vn", "jp", "cn", "zz", "e", "", "-vi", "english", "x-klingon", "v1", "12", "123", "ví"] {
            assert_eq!(named(none), None, "{none}");
        }
    }
}
