//! The nearest known name to a misspelt one.

/// Longer names are compared with nothing.
const LONGEST: usize = 64;

/// The candidate most like `name`, if it is like enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= (name.chars().count().max(candidate.chars().count()) / 3).max(1)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate.to_owned())
}

/// Advice for a misspelt name: the nearest known one, else all of them.
pub fn advise(name: &str, known: &[&str], kind: &str) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => String::new(),
        None => format!("known {kind}: {}", list(known)),
    }
}

/// Names in backticks, divided by commas.
pub(super) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_meant_is_near() {
        let known = ["listen", "public_url", "per_host_interval"];
        for (name, wanted) in [
            ("lisen", Some("listen")),
            ("Listen", Some("listen")),
            ("per_host_intervall", Some("per_host_interval")),
            ("public-url", Some("public_url")),
            ("x", None),
            ("colour", None),
        ] {
            assert_eq!(nearest(name, known).as_deref(), wanted, "{name}");
        }
        assert_eq!(nearest(&"listen".repeat(1000), known), None);
    }
}
