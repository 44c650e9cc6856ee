//! Offsets from UTC as they are written.

/// Seconds east of UTC of `+7`, `-05:00`, `+0530`, `+5.5`; none beyond the zones of the earth.
pub(super) fn offset_of(written: &str) -> Option<i32> {
    let mut chars = written.chars();
    let sign = match chars.next()? {
        '+' => 1,
        '-' | '−' => -1,
        _ => return None,
    };
    if chars.as_str().contains('.') {
        let hours: f32 = chars.as_str().parse().ok()?;
        return (hours <= 14.0).then_some(sign * (hours * 3600.0) as i32);
    }
    let digits = chars.as_str().replace(':', "");
    let (hours, minutes) = if digits.len() > 2 {
        digits.split_at_checked(digits.len() - 2)?
    } else {
        (digits.as_str(), "0")
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
    (minutes < 60 && seconds <= 14 * 3600).then_some(sign * seconds)
}
