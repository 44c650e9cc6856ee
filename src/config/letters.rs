//! Letters of old fonts, as the languages name them that were written in them.

use super::located::Located;
use super::near;
use super::node::{get, strings};
use super::parsed::{File, Files};
use super::resolved::{Pile, Resolved};
use crate::domain::{Fault, LegacyFont, OldWriting, Syllables};

impl Files {
    /// The letters of all languages, each with the language's syllables.
    pub fn read_letters(&self, faults: &mut Vec<Located>) -> Vec<OldWriting> {
        let mut all = Vec::new();
        for language in self.languages.values() {
            let syllables = get(&language.root, "syllables")
                .and_then(|node| node.plain()?.try_into::<Syllables>().ok());
            for (name, span) in strings(&language.root, "letters") {
                let fault = match (self.font(name), &syllables) {
                    (Some(font), Some(syllables)) => {
                        all.push(OldWriting { font, syllables: syllables.clone() });
                        continue;
                    }
                    (Some(_), None) => Fault::new(
                        "letters",
                        format!("nothing tells which pages are written in `{name}`"),
                        "say in [syllables] what a word of the language may be",
                    ),
                    (None, _) if self.is_unsound("letters", name) => continue,
                    (None, _) => {
                        let known: Vec<&str> = self.letters.keys().map(String::as_str).collect();
                        let what = format!("there is no file `letters/{name}.toml`");
                        Fault::new("letters", what, near::advise(name, &known, "letters"))
                    }
                };
                faults.push(Located::new(&language.text, span, fault));
            }
        }
        all
    }

    fn font(&self, name: &str) -> Option<LegacyFont> {
        let font: LegacyFont = self.letters.get(name)?.root.plain()?.try_into().ok()?;
        Some(LegacyFont { name: name.to_owned(), ..font })
    }

    /// The letters of a font as their file says them.
    pub fn letters(&self, name: &str) -> Option<Resolved> {
        let File { text, root } = self.letters.get(name)?;
        let mut pile = Pile::default();
        pile.lay(text, root.clone());
        pile.whole(&mut Vec::new())
    }
}
