//! The pause that a host asks for.

use std::time::Duration;

use jiff::Timestamp;

/// A longer Retry-After counts as this.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// A Retry-After (RFC 9110 §10.2.3): seconds or a date, never negative, an hour at most.
pub(super) fn pause(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(value.parse().map_or(LONGEST_PAUSE, Duration::from_secs).min(LONGEST_PAUSE));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    // The last day that HTTP can write lies after the last one that a timestamp can.
    let at = Timestamp::try_from(at).unwrap_or(Timestamp::MAX);
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default().min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_within_an_hour() {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        for (value, want) in [
            ("2", Some(2)),
            (" 120 ", Some(120)),
            ("0", Some(0)),
            ("86400", Some(3600)),
            ("99999999999999999999999", Some(3600)),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("1.5", None),
            ("Tue, 24 Nov 2026 10:00:30 GMT", Some(30)),
            ("Tue, 24 Nov 2020 10:00:30 GMT", Some(0)),
            ("Wed, 25 Nov 2026 10:00:00 GMT", Some(3600)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(3600)),
            ("Fri, 31 Dec 99999 10:00:00 GMT", None),
        ] {
            assert_eq!(pause(value, now), want.map(Duration::from_secs), "{value}");
        }
    }
}
