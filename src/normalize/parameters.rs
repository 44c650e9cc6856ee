//! Parameters of addresses that say nothing of the page. Stored keys are reckoned by these lists:
//! whoever changes one changes which addresses are one page, so no setting does.

/// Query parameters that follow readers; `*` ends a beginning. Lower case; case does not count.
const TRACKING: [&str; 27] = [
    "utm_*",
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "zarsrc",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "mkt_tok",
    "vero_id",
    "oly_anon_id",
    "oly_enc_id",
    "ref_src",
    "__cft__*",
    "__tn__",
    "_openstat",
];
/// Parameters of paths (`;name=…`) and queries that say who reads, not what.
const SESSIONS: [&str; 14] = [
    "jsessionid*",
    "phpsessid",
    "phpsessionid",
    "aspsessionid*",
    "asp.net_sessionid",
    "sessionid",
    "session_id",
    "session-id",
    "sessid",
    "oscsid",
    "zenid",
    "xtcsid",
    "cfid",
    "cftoken",
];
/// The same where their values look drawn by lot: in another portal's addresses they may mean
/// something.
const SESSION_TOKENS: [&str; 7] = ["sid", "s", "sess", "session", "ssid", "psid", "usid"];
/// Shortest value that looks drawn by lot.
const TOKEN: usize = 16;

/// Whether a query parameter of that name is only there to follow the reader.
pub(super) fn tracks(name: &str) -> bool {
    named(&TRACKING, &name.to_lowercase())
}

/// Whether a parameter of that name and value is a reader's session.
pub(super) fn is_session(name: &str, value: &str) -> bool {
    let name = name.to_lowercase();
    named(&SESSIONS, &name) || (named(&SESSION_TOKENS, &name) && is_token(value))
}

fn named(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| {
        known.strip_suffix('*').map_or(*known == name, |start| name.starts_with(start))
    })
}

/// Whether a value looks drawn by lot: long, letters and digits mixed.
fn is_token(value: &str) -> bool {
    let drawn = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '!');
    let has = |kind: fn(&char) -> bool| value.chars().any(|c| kind(&c));
    value.len() >= TOKEN
        && value.chars().all(drawn)
        && has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_say_nothing_of_the_page() {
        for (name, value, session) in [
            ("jsessionid", "AB.n1", true),
            ("PHPSESSID", "q", true),
            ("ASPSESSIONIDQATR", "X", true),
            ("sid", "4f0a9a630c8d41e7a25f", true),
            ("sid", "120417", false),
            ("sid", "the-long-name-of-a-section", false),
            ("s", "20240102030405067", false),
            ("id", "4f0a9a630c8d41e7a25f", false),
        ] {
            assert_eq!(is_session(name, value), session, "{name}={value}");
        }
        assert!(tracks("UTM_Source") && tracks("fbclid") && !tracks("utm") && !tracks("ItemID"));
    }
}
