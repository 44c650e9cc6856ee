//! Instants as the formats write them. The clock itself is a parameter everywhere else.

use jiff::Timestamp;
use jiff::tz::Offset;

/// `time` cut to whole microseconds, the finest that records carry (WARC 1.1 §5.4).
pub fn micros(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// RFC 3339 in UTC, with as many fractional digits as the instant has (`2020-04-07T00:00:00Z`).
pub fn rfc3339(time: Timestamp) -> String {
    time.to_string()
}

/// RFC 3339 with an offset in seconds east of UTC (`2020-04-07T00:00:00+07:00`).
pub fn rfc3339_at(time: Timestamp, offset_s: i32) -> String {
    match Offset::from_seconds(offset_s) {
        Ok(offset) => time.display_with_offset(offset).to_string(),
        Err(_) => rfc3339(time),
    }
}
