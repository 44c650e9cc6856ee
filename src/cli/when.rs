//! Times for people: in the zone of the machine, and saying which.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `2026-11-29 19:08 +07`; a dash for none.
pub fn when(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| within(time, TimeZone::system()))
}

fn within(time: Timestamp, zone: TimeZone) -> String {
    time.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %:::z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_say_their_zone() {
        let time: Timestamp = "2026-11-29T12:08:59Z".parse().unwrap();
        for (zone, wanted) in [
            ("Asia/Ho_Chi_Minh", "2026-11-29 19:08 +07"),
            ("UTC", "2026-11-29 12:08 +00"),
            ("America/St_Johns", "2026-11-29 08:38 -03:30"),
        ] {
            assert_eq!(within(time, TimeZone::get(zone).unwrap()), wanted);
        }
        assert_eq!(when(None), "-");
    }
}
