//! How dates are written, as data: the `[dates]` table of a portal profile.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The words and patterns by which a portal writes dates. Empty lists find nothing: no language is
/// built in.
///
/// A pattern of `days` or `times` is a regular expression without regard to case, in which `{d}`,
/// `{m}`, `{y}`, `{month}`, `{h}`, `{min}` and `{s}` stand for the parts of a date and a blank for
/// any run of blanks. A number that goes on to the left or right is no match, so `31/02/2020` and
/// `7/4/20201` are none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DateForms {
    /// Days, such as `{d}/{m}/{y}` or `{month} {d}, {y}`; each names day, month (`{m}` or
    /// `{month}`) and a year of four digits. May name `{h}` and `{min}` too.
    pub days: Vec<String>,
    /// Times of day before or after the date, such as `{h}:{min}`; halves of the day and zones may
    /// follow each. A bare offset west of UTC must be asked for by `{west}`, since `08:00-11:30` is
    /// a span of time.
    pub times: Vec<String>,
    /// The words for `{month}`: twelve lists, January first.
    pub months: Vec<Vec<String>>,
    /// Which number of a day written in numbers alone, the year last, is the day; without it the
    /// form that finds the date says so.
    pub order: Option<DateOrder>,
    /// The order of such numbers by the region that a page's language names (`US = "mdy"`), for
    /// pages at large.
    pub regions: BTreeMap<String, DateOrder>,
    /// Languages whose readers write such numbers in either order: without a region of `regions`
    /// nothing is read from them alone.
    pub unclear: Vec<String>,
    /// Words for days of the week, which may stand before a date and belong to it.
    pub weekdays: Vec<String>,
    /// Words that may stand before a date and belong to it, such as the word for "published".
    pub before: Vec<String>,
    /// Words that may stand between date and time, beside blanks, commas, bars and dashes.
    pub between: Vec<String>,
    /// Words for the first half of the day, as written (case counts); `12` becomes `0`.
    pub am: Vec<String>,
    /// Words for the second half of the day, as written (case counts); hours below 12 gain 12,
    /// `14:05 PM` stays 14:05.
    pub pm: Vec<String>,
    /// Words for zones with their offset from UTC (`GMT = "+00:00"`); a written offset such as `+7`
    /// may follow and counts from UTC.
    pub zones: BTreeMap<String, String>,
}

/// The order of a date's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}
