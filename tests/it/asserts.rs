//! What is asserted of rows: field by field, so that a failure names the field and shows the row.

/// `assert_row!(row, new: 17, state: "healthy")`: these fields of a JSON object are these values.
macro_rules! assert_row {
    ($row:expr, $($field:ident: $want:expr),+ $(,)?) => {{
        let row: &serde_json::Value = &$row;
        $(
            let want = serde_json::json!($want);
            assert_eq!(row[stringify!($field)], want, "{} of {row}", stringify!($field));
        )+
    }};
}

/// `assert_ran!(ran, code: 2, out: "")`: a command ended so.
macro_rules! assert_ran {
    ($ran:expr, $($field:ident: $want:expr),+ $(,)?) => {{
        let ran: &crate::support::Ran = &$ran;
        $(assert_eq!(ran.$field, $want, "{} of {ran:?}", stringify!($field));)+
    }};
}

#[test]
fn a_row_with_another_value_is_refused_by_the_fields_name() {
    let row = serde_json::json!({ "new": 1, "state": "healthy" });
    assert_row!(row, new: 1, state: "healthy");
    let refused = std::panic::catch_unwind(|| assert_row!(row, new: 1, state: "broken"));
    let said = refused.unwrap_err().downcast::<String>().unwrap();
    assert!(said.contains("state of {\"new\":1,\"state\":\"healthy\"}"), "{said}");
}
