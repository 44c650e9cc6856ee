//! The day that a page's address says.

use jiff::civil::Date;

/// A day or a month of an address: `/2022/08/14/`, `/2022-08-14-`, `20220814`, `/2022/08/`.
pub(super) type OfAddress = (Option<(i16, i8, i8)>, (i16, i8));

/// The first day of an address's path, else its first month.
pub(super) fn of_address(path: &str) -> Option<OfAddress> {
    let is_year = |year: i16| (1990..2100).contains(&year);
    let mut month = None;
    let parts: Vec<&str> = path.split(['/', '-', '_', '.']).collect();
    for (n, part) in parts.iter().enumerate() {
        if !part.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let number = |text: &str| text.parse::<i16>().ok();
        let near = |at: usize| parts.get(n + at).filter(|p| p.len() <= 2).and_then(|p| number(p));
        let triple = match part.len() {
            4 => (number(part), near(1), near(2)),
            8 => (number(&part[..4]), number(&part[4..6]), number(&part[6..])),
            _ => continue,
        };
        let (Some(year), Some(m), d) = triple else { continue };
        let (Ok(m), true) = (i8::try_from(m), is_year(year) && (1..=12).contains(&m)) else {
            continue;
        };
        let day = d.and_then(|d| i8::try_from(d).ok()).filter(|d| Date::new(year, m, *d).is_ok());
        if let Some(day) = day {
            return Some((Some((year, m, day)), (year, m)));
        }
        month = month.or((part.len() == 4).then_some((year, m)));
    }
    month.map(|month| (None, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_a_day_or_a_month() {
        let day = |path: &str| of_address(path).and_then(|(day, _)| day);
        assert_eq!(day("/2022/08/14/a-title"), Some((2022, 8, 14)));
        assert_eq!(day("/news/2022-08-14-a.html"), Some((2022, 8, 14)));
        assert_eq!(day("/news/20220814/a"), Some((2022, 8, 14)));
        assert_eq!(of_address("/2022/08/a-title"), Some((None, (2022, 8))));
        for path in ["/", "/2022/13/14/", "/a-2022", "/12345678/", "/1022/08/14/"] {
            assert_eq!(of_address(path), None, "{path}");
        }
        assert_eq!(day("/2022/02/31/"), None);
    }
}
