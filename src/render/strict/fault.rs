//! What is said of a fault, and what can be done about it.

/// What is wrong, what readers do, and what can be done about it.
pub(super) struct Fault(pub String, pub &'static str, pub Option<&'static str>);

pub(super) const FOLLOW: &str = "strict readers refuse it, others cannot follow it";
pub(super) const ORIGIN: Option<&str> =
    Some("`bantin explain SITE URL` says where it was found, and what else was");
pub(super) const ZONE: Option<&str> = Some(
    "`bantin explain SITE URL` says where the date was found; look at `timezone` in the site's \
     file",
);
pub(super) const LANGUAGE: Option<&str> =
    Some("`language` in the site's file is a tag such as `vi` or `en-GB`");
