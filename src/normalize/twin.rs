//! Addresses of one page that are not spelled alike: with or without `www.`, and with parameters
//! that do not count. All by keys (`url::key`), whose parameters are sorted and escaped in one way.

use std::collections::{BTreeMap, BTreeSet};

/// Parameters that are looked at; an address with more of them is compared by its first ones.
const MOST: usize = 32;

/// The key of the same address with `www.` before its host, or without it.
pub fn other_host(key: &str) -> String {
    match key.strip_prefix("http://") {
        Some(rest) => rest
            .strip_prefix("www.")
            .map_or_else(|| format!("http://www.{rest}"), |bare| format!("http://{bare}")),
        None => key.to_owned(),
    }
}

/// A key, and the same with the other host.
pub fn hosts(key: &str) -> [String; 2] {
    [key.to_owned(), other_host(key)]
}

/// Whether two keys are those of one address, `www.` apart.
pub fn alike(one: &str, other: &str) -> bool {
    one == other || bare(one) == bare(other)
}

fn bare(key: &str) -> &str {
    let rest = key.strip_prefix("http://").unwrap_or(key);
    rest.strip_prefix("www.").unwrap_or(rest)
}

/// What is left of a key without its parameters, those in the path (`;name=value`) included.
pub fn path(key: &str) -> String {
    let path = key.split_once('?').map_or(key, |(path, _)| path);
    let segment =
        |segment: &str| segment.split_once(';').map_or(segment, |(name, _)| name).to_owned();
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Under what an article is found by the path of its address alone: no key of an address.
pub fn path_mark(key: &str) -> String {
    format!("http://{}#", bare(&path(key)))
}

/// The parameters of a key: names, those in the path with `;` before, and their values.
fn parameters(key: &str) -> BTreeMap<String, Vec<&str>> {
    let (path, query) = key.split_once('?').unwrap_or((key, ""));
    let in_path = path.split('/').flat_map(|segment| segment.split(';').skip(1)).map(|part| {
        let (name, value) = part.split_once("%3D").unwrap_or((part, ""));
        (format!(";{name}"), value)
    });
    let in_query = query.split('&').filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.to_owned(), value)
    });
    let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, value) in in_path.chain(in_query).take(MOST) {
        found.entry(name).or_default().push(value);
    }
    found
}

/// The values of a key's parameters, as they are written.
pub fn values(key: &str) -> BTreeSet<&str> {
    parameters(key).into_values().flatten().filter(|value| !value.is_empty()).collect()
}

/// The names of the parameters in which two addresses differ; `None`: their paths do.
pub fn differing(one: &str, other: &str) -> Option<BTreeSet<String>> {
    if bare(&path(one)) != bare(&path(other)) {
        return None;
    }
    let (ours, theirs) = (parameters(one), parameters(other));
    let names = ours.keys().chain(theirs.keys());
    Some(names.filter(|name| ours.get(*name) != theirs.get(*name)).cloned().collect())
}

/// The names of parameters that do not count, as the addresses of one article tell: it answered by
/// them with several values. One that holds its item id counts.
pub fn idle(keys: &[String], item: Option<&str>) -> BTreeSet<String> {
    let pairs = keys
        .iter()
        .enumerate()
        .flat_map(|(n, one)| keys.iter().skip(n + 1).map(move |other| (one, other)));
    let mut idle: BTreeSet<String> =
        pairs.filter_map(|(one, other)| differing(one, other)).flatten().collect();
    let counted = counted(keys, item);
    idle.retain(|name| !counted.contains(name));
    idle
}

/// The names of parameters that hold an article's item id in one of its addresses.
pub fn counted(keys: &[String], item: Option<&str>) -> BTreeSet<String> {
    let all = keys.iter().flat_map(|key| parameters(key));
    all.filter(|(_, values)| values.iter().any(|value| Some(*value) == item))
        .map(|(name, _)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::url::key;
    use super::*;
    use proptest::prelude::*;

    fn k(address: &str) -> String {
        key(&url::Url::parse(address).unwrap())
    }

    fn names(found: &BTreeSet<String>) -> String {
        found.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn hosts_with_and_without_www() {
        for (one, other, same) in [
            ("http://www.a.vn/x", "https://a.vn/x", true),
            ("http://a.vn:81/x", "http://www.a.vn:81/x", true),
            ("http://www.a.vn/x", "http://b.vn/x", false),
            ("http://www.a.vn/x", "http://a.vn/www.a", false),
        ] {
            assert_eq!(alike(&k(one), &k(other)), same, "{one} {other}");
            assert_eq!(other_host(&k(one)) == k(other), same, "{one} {other}");
        }
    }

    #[test]
    fn what_two_addresses_differ_in() {
        for (one, other, wanted) in [
            ("http://a.vn/x?ItemID=5&t=1", "https://www.a.vn/x?t=2&ItemID=5", Some("t")),
            ("http://a.vn/x?ItemID=5&t=1&s=3", "http://a.vn/x?ItemID=5&t=2", Some("s t")),
            ("http://a.vn/bai;mang=AB.n1?p=1", "http://a.vn/bai?p=1", Some(";mang")),
            ("http://a.vn/x?ItemID=5", "http://a.vn/x?ItemID=6", Some("ItemID")),
            ("http://a.vn/x?a=1&a=2", "http://a.vn/x?a=2", Some("a")),
            ("http://a.vn/x?1700", "http://a.vn/x?1800", Some("1700 1800")),
            ("http://a.vn/x?a=1", "http://a.vn/x?a=1", Some("")),
            ("http://a.vn/x?a=1", "http://a.vn/y?a=1", None),
        ] {
            assert_eq!(
                differing(&k(one), &k(other)).as_ref().map(names).as_deref(),
                wanted,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn what_does_not_count() {
        for (addresses, item, wanted) in [
            (vec!["http://a.vn/x?ItemID=5&t=1"], Some("5"), ""),
            (vec!["http://a.vn/x?ItemID=5&t=1", "http://a.vn/x?ItemID=5&t=2"], Some("5"), "t"),
            (
                vec![
                    "http://a.vn/x?ItemID=5",
                    "http://a.vn/x?ItemID=5&t=2",
                    "http://a.vn/y?id=5&s=2",
                ],
                Some("5"),
                "t",
            ),
            (vec!["http://a.vn/x?ItemID=5", "http://a.vn/x?ItemID=7"], Some("5"), ""),
            (vec!["http://a.vn/bai", "http://a.vn/bai;mang=1"], None, ";mang"),
        ] {
            let keys: Vec<String> = addresses.iter().map(|address| k(address)).collect();
            assert_eq!(names(&idle(&keys, item)), wanted, "{addresses:?}");
        }
    }

    proptest! {
        #[test]
        fn comparing_is_the_same_both_ways(
            one in "[a-c;=&?/%]{0,24}",
            other in "[a-c;=&?/%]{0,24}",
        ) {
            let one = k(&format!("http://www.a.vn/{one}"));
            let other = k(&format!("http://a.vn/{other}"));
            prop_assert_eq!(differing(&one, &other), differing(&other, &one));
            prop_assert_eq!(differing(&one, &one), Some(BTreeSet::new()));
            prop_assert!(alike(&one, &other_host(&one)));
            prop_assert_eq!(other_host(&other_host(&one)), one);
        }
    }
}
