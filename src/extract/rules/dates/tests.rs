use super::*;
use proptest::prelude::*;

/// A table as a portal file holds it.
const FORMS: &str = include_str!("forms.toml");

fn forms() -> Forms {
    Forms::compile(&toml::from_str(FORMS).unwrap()).unwrap()
}

/// `2020-04-07`, `2020-04-07 14:05`, `2020-04-07 14:05 25200` and what is left of the line, bars
/// round the date.
fn shown(text: &str) -> String {
    let Some(Found { written: Written { date: (y, m, d), time, offset_s }, span, .. }) =
        forms().find(text)
    else {
        return "none".into();
    };
    let time = time.map_or(String::new(), |(h, min)| format!(" {h:02}:{min:02}"));
    let offset = offset_s.map_or(String::new(), |s| format!(" {s:+}"));
    format!("{y:04}-{m:02}-{d:02}{time}{offset} [{}|{}]", &text[..span.start], &text[span.end..])
}

/// Texts and what is `shown` of them.
const TEXTS: &[(&str, &str)] = &[
    ("07/04/2020", "2020-04-07 [|]"),
    ("Thứ năm, 2/11/2023, 19:20 (GMT+7)", "2023-11-02 19:20 +25200 [|]"),
    ("Thứ ba, 25 Tháng 1 2022 16:22", "2022-01-25 16:22 [|]"),
    ("Thứ 3, Ngày 16/07/2024 -", "2024-07-16 [| -]"),
    ("Ngày đăng: 08/07/2024  11:38", "2024-07-08 11:38 [|]"),
    ("Thứ tư, 24/04/2024 16:31", "2024-04-24 16:31 [|]"),
    ("Tin đăng ngày: 6/2/2020 - Xem: 92", "2020-02-06 [| - Xem: 92]"),
    ("28-05-2024", "2024-05-28 [|]"),
    ("28.5.2024.", "2024-05-28 [|.]"),
    ("03/11/2022 13:45", "2022-11-03 13:45 [|]"),
    ("Tiêu đề (18/08/2023)", "2023-08-18 [Tiêu đề |]"),
    ("Hà Nội, ngày 25 tháng 12 năm 2001", "2001-12-25 [Hà Nội, |]"),
    ("Đăng ngày 05 tháng 3 năm 2021 08:09", "2021-03-05 08:09 [|]"),
    ("07/04/2020 14:05 PM", "2020-04-07 14:05 [|]"),
    ("07/04/2020 02:05:00 PM", "2020-04-07 14:05 [|]"),
    ("07/04/2020 12:05 AM", "2020-04-07 00:05 [|]"),
    ("Ngày đăng: 7/4/2020 2:05 CH", "2020-04-07 14:05 [|]"),
    ("7/4/2020 12:05 SA", "2020-04-07 00:05 [|]"),
    ("7/4/2020 12:05 CH", "2020-04-07 12:05 [|]"),
    ("7/4/2020 9:05 Sa Pa đón khách", "2020-04-07 09:05 [| Sa Pa đón khách]"),
    ("07/04/2020 | 14:05 GMT+7 Tăng cỡ chữ", "2020-04-07 14:05 +25200 [| Tăng cỡ chữ]"),
    ("Thứ Hai, 07/04/2020 | 14:05 GMT+5.5", "2020-04-07 14:05 +19800 [|]"),
    ("07/04/2020 14:05 UTC+07:00", "2020-04-07 14:05 +25200 [|]"),
    ("07/04/2020 14:05 (UTC)", "2020-04-07 14:05 +0 [|]"),
    ("Cập nhật lúc 14h30 ngày 07/04/2020", "2020-04-07 14:30 [|]"),
    ("Cập nhật lúc: 14:05, 07/04/2020", "2020-04-07 14:05 [|]"),
    ("14:05 GMT+7, Chủ nhật ngày 5/4/2020", "2020-04-05 14:05 +25200 [|]"),
    ("7/4/2020 lúc 14h", "2020-04-07 14:00 [|]"),
    ("7/4/2020, 14 giờ 05 phút", "2020-04-07 14:05 [|]"),
    ("CN, 5/4/2020", "2020-04-05 [|]"),
    ("T2 6/4/2020", "2020-04-06 [|]"),
    ("TCN, 5/4/2020", "2020-04-05 [TCN, |]"),
    ("ngày 14/12/ 2017 của Tỉnh ủy", "2017-12-14 [| của Tỉnh ủy]"),
    ("ngày 25 tháng Chạp năm 2001", "2001-12-25 [|]"),
    ("5 June 2017", "2017-06-05 [|]"),
    ("Published on Monday, June 5th, 2017 at 3:07 p.m.", "2017-06-05 15:07 [|]"),
    ("Sept. 5, 2017", "2017-09-05 [|]"),
    ("2017-06-05", "2017-06-05 [|]"),
    ("2017-06-05T10:00:00+07:00", "2017-06-05 10:00 +25200 [|]"),
    ("2017-06-05T03:00:00.000Z", "2017-06-05 03:00 +0 [|]"),
    ("2017-06-05T03:00:00-05:00", "2017-06-05 03:00 -18000 [|]"),
    ("2022-5-5 22:17:36", "2022-05-05 22:17 [|]"),
    ("07/04/2020 08:00-11:30 họp", "2020-04-07 08:00 [|-11:30 họp]"),
    ("07/04/2020 24:00", "2020-04-07 [|]"),
    ("07/04/2020 25:00", "2020-04-07 [|]"),
    ("07/04/2020\u{a0}|\u{a0}14:05", "2020-04-07 14:05 [|]"),
    ("07/04/2020 311 lượt", "2020-04-07 [| 311 lượt]"),
    ("31/02/2020, đúng ra 01/03/2020", "2020-03-01 [31/02/2020, đúng ra |]"),
    ("29/02/2020", "2020-02-29 [|]"),
];

#[test]
fn every_form() {
    for (text, expected) in TEXTS {
        assert_eq!(shown(text), *expected, "{text}");
    }
}

#[test]
fn what_is_no_date() {
    for text in [
        "",
        "31/02/2020",
        "29/02/2019",
        "07/13/2020",
        "32/01/2020",
        "0/1/2020",
        "07/04/20",
        "07/04/99999",
        "107/04/2020",
        "1.07.04.2020",
        "07/04/2020/3",
        "٠٧/٠٤/٢٠٢٠",
        "٣07/04/2020",
        "07/04/2020٣",
        "01/01/0001",
        "12/2020",
        "2020",
        "5 xJune 2017",
        "06-ĐA/TU",
        "28.5",
        "tháng 13 năm 2020",
    ] {
        assert_eq!(shown(text), "none", "{text}");
    }
}

#[test]
fn decomposed_text_has_spans_of_its_own() {
    let text: String = "Thứ bảy, 25 tháng 1 năm 2022 16:22 – Tăng cỡ chữ".nfd().collect();
    let found = forms().find(&text).unwrap();
    assert_eq!((found.written.date, found.written.time), ((2022, 1, 25), Some((16, 22))));
    assert_eq!(
        (found.span.start, text[found.span.end..].nfc().collect::<String>().as_str()),
        (0, " – Tăng cỡ chữ")
    );
}

#[test]
fn all_dates_in_order() {
    let all: Vec<_> = forms()
        .find_all("từ 1/2/2020 14:05 đến 3/2/2020 15:05; 31/2/2020; 4/2/2020")
        .map(|f| (f.written.date.2, f.written.time))
        .collect();
    assert_eq!(all, [(1, Some((14, 5))), (3, Some((15, 5))), (4, None)]);
}

#[test]
fn faults_have_their_places() {
    let forms = DateForms {
        days: vec!["{d}/{m}/{y}".into(), "({d}".into(), "{d} {month} {y}".into(), "{d}/{m}".into()],
        times: vec!["[0-9]+".into()],
        months: vec![vec![]],
        zones: [("X".to_owned(), "7".to_owned())].into(),
        ..DateForms::default()
    };
    let paths: Vec<String> =
        Forms::compile(&forms).unwrap_err().iter().map(|f| f.path.join(".")).collect();
    assert_eq!(paths, ["months", "zones.X", "days.1", "days.2", "days.3", "times.0"]);
    assert_eq!(Forms::compile(&DateForms::default()).unwrap().find("07/04/2020"), None);
}

proptest! {
    #[test]
    fn spans_fit_any_text(text in "(\\PC|[0-9/: .ứ\u{301}]|07/04/2020|14:05|ngày ){0,40}") {
        let forms = forms();
        let mut end = 0;
        for found in forms.find_all(&text) {
            prop_assert!(found.span.start >= end);
            prop_assert!(text.get(found.span.clone()).is_some_and(|t| !t.is_empty()));
            end = found.span.end;
        }
    }
}
