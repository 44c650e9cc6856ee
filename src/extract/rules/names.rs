//! Names that elements are given by class and id, compared word by word.

use std::collections::HashSet;
use std::sync::Arc;

/// Words of one name that are compared together at most.
const TOGETHER: usize = 3;
/// Bytes of an attribute that are looked at.
const MOST: usize = 400;

/// Words and phrases such as `related` or `read-more`; `share*` is any word that begins so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(Arc<Listed>);

#[derive(Debug, Default)]
struct Listed {
    whole: HashSet<String>,
    begun: Vec<String>,
}

impl Names {
    /// Out of a list.
    pub fn compile(list: &[String]) -> Self {
        let mut listed = Listed::default();
        for name in list {
            match name.strip_suffix('*') {
                Some(begin) => listed.begun.push(begin.to_ascii_lowercase()),
                None => drop(listed.whole.insert(name.to_ascii_lowercase())),
            }
        }
        Self(Arc::new(listed))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.whole.is_empty() && self.0.begun.is_empty()
    }

    /// The name of the list that a class or id holds: `c-articleRelated__box` holds `related`.
    pub fn held(&self, written: &str) -> Option<String> {
        let (text, words) = words(written);
        (0..words.len()).find_map(|first| {
            let last = words.len().min(first + TOGETHER);
            let mut phrases = (first..last).map(|last| &text[words[first].0..words[last].1]);
            let word = &text[words[first].0..words[first].1];
            let begun = self.0.begun.iter().find(|begin| word.starts_with(begin.as_str()));
            begun
                .map(|_| word.to_owned())
                .or_else(|| phrases.find(|p| self.0.whole.contains(*p)).map(str::to_owned))
        })
    }
}

/// The words of a name in small letters, divided by `-`, and where each stands.
fn words(written: &str) -> (String, Vec<(usize, usize)>) {
    let mut text = String::with_capacity(written.len() + 8);
    let (mut words, mut begin, mut small) = (Vec::new(), 0, false);
    let mut end = |text: &mut String| {
        if text.len() > begin {
            words.push((begin, text.len()));
            text.push('-');
        }
        begin = text.len();
    };
    for sign in written.chars().take(MOST) {
        if !sign.is_ascii_alphanumeric() || small && sign.is_ascii_uppercase() {
            end(&mut text);
        }
        if sign.is_ascii_alphanumeric() {
            text.push(sign.to_ascii_lowercase());
        }
        small = sign.is_ascii_lowercase();
    }
    end(&mut text);
    (text, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_word_by_word() {
        let names = Names::compile(&["related", "read-more", "share*"].map(str::to_owned));
        for (written, held) in [
            ("c-articleRelated__box", Some("related")),
            ("box read_more", Some("read-more")),
            ("Sharebar", Some("sharebar")),
            ("correlated readmore", None),
            ("", None),
        ] {
            assert_eq!(names.held(written).as_deref(), held, "{written}");
        }
    }
}
