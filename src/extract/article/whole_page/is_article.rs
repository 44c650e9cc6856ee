//! Whether a page is an article or a list of others: what speaks for it, added up.

/// What a page needs that is an article. A page of nothing but paragraphs has it; one that is
/// paragraphs by half needs other signs.
const ENOUGH: usize = 90;
/// What it counts that the page says it is one.
const KIND: usize = 50;
/// That its head confirms the title.
const TITLED: usize = 45;
/// That somebody signed it.
const SIGNED: usize = 35;
/// That it is dated.
const DATED: usize = 25;

/// What speaks for an article.
pub(super) struct Signs<'p> {
    /// The share of the page that its paragraphs are, in percent.
    pub share: usize,
    /// What the page says that it is, by Open Graph.
    pub kind: &'p str,
    /// Whether the page's head confirms the title.
    pub titled: bool,
    /// Whether it has a date.
    pub dated: bool,
    /// Whether it has an author.
    pub signed: bool,
}

impl Signs<'_> {
    /// Whether they are enough.
    ///
    /// # Errors
    /// They are not; what they say.
    pub fn hold(&self) -> Result<(), String> {
        let says = self.kind.eq_ignore_ascii_case("article");
        let others = [
            (says, KIND, "a word of the page"),
            (self.titled, TITLED, "a title that the page's head confirms"),
            (self.signed, SIGNED, "an author"),
            (self.dated, DATED, "a date"),
        ];
        let sum: usize = others.iter().map(|(holds, counts, _)| usize::from(*holds) * counts).sum();
        if self.share + sum >= ENOUGH {
            return Ok(());
        }
        let lacks = others.iter().filter(|(holds, ..)| !holds).map(|(.., name)| *name);
        let lacks = lacks.collect::<Vec<_>>().join(", ");
        Err(format!("running text is {} % of the page, without {lacks}", self.share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_text_needs_other_signs() {
        let page = Signs { share: 0, kind: "", titled: false, dated: false, signed: false };
        for (signs, holds) in [
            (Signs { share: 95, ..page }, true),
            (Signs { share: 50, titled: true, ..page }, true),
            (Signs { share: 40, titled: true, ..page }, false),
            (Signs { share: 30, titled: true, dated: true, ..page }, true),
            (Signs { share: 5, titled: true, kind: "article", ..page }, true),
            (Signs { share: 50, signed: true, ..page }, false),
        ] {
            let sum = (signs.share, signs.titled, signs.dated, signs.kind);
            assert_eq!(signs.hold().is_ok(), holds, "{sum:?}");
        }
        let why = Signs { share: 12, titled: true, ..page }.hold().unwrap_err();
        assert!(why.contains("12 %") && why.contains("a date") && !why.contains("title"), "{why}");
    }
}
