//! A strict reader of the few constructs that the writers use.

pub fn check(mut rest: &str) {
    let mut open: Vec<&str> = Vec::new();
    for before in ["<?xml ", "<?xml-stylesheet "] {
        rest = rest
            .trim_start()
            .strip_prefix(before)
            .map_or(rest, |told| told.split_once("?>").unwrap().1);
    }
    while let Some(at) = rest.find('<') {
        references(&rest[..at]);
        assert!(!rest[..at].contains("]]>"));
        assert!(!open.is_empty() || rest[..at].trim().is_empty(), "text outside the root");
        rest = &rest[at + 1..];
        if let Some(data) = rest.strip_prefix("![CDATA[") {
            rest = data.split_once("]]>").expect("CDATA ends").1;
        } else if let Some(end) = rest.strip_prefix('/') {
            let (name, after) = end.split_once('>').expect("an end tag ends");
            assert_eq!(open.pop(), Some(name));
            rest = after;
        } else {
            let (name, after, closed) = start(rest);
            if !closed {
                open.push(name);
            }
            rest = after;
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty());
}

/// A start tag: its name, what follows it, and whether it is empty.
fn start(tag: &str) -> (&str, &str, bool) {
    let end = tag.find([' ', '>', '/']).expect("a tag ends");
    let (name, mut rest) = tag.split_at(end);
    assert!(
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == ':' || c == '-'),
        "{name}"
    );
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            return (name, after, true);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (name, after, false);
        }
        let (_, value) = rest.split_once("=\"").expect("an attribute has a value");
        let (value, after) = value.split_once('"').expect("a value ends");
        assert!(!value.contains('<'));
        references(value);
        rest = after;
    }
}

fn references(text: &str) {
    for part in text.split('&').skip(1) {
        let name = part.split_once(';').expect("a reference ends").0;
        assert!(
            ["amp", "lt", "gt", "quot", "apos"].contains(&name) || name.starts_with('#'),
            "&{name};"
        );
    }
}
