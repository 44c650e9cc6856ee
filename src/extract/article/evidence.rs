//! What a field may be, and who says so: each candidate has witnesses, and agreement decides.

use std::borrow::Cow;

use super::reading::Reading;

/// What kind of witness one is; several of a kind count as the strongest of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What a reader sees: a heading, a selected element, a line.
    Page,
    /// What the page declares for machines.
    Declared,
    /// The page's address.
    Address,
}

/// Every kind.
const KINDS: [Kind; 3] = [Kind::Page, Kind::Declared, Kind::Address];
/// What a further witness of a kind adds to the strongest one.
const FURTHER: u32 = 1;
/// Further ones that count.
const MOST_FURTHER: u32 = 2;

/// Who speaks for a candidate.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    pub kind: Kind,
    pub weight: u32,
    /// A word for where it stands.
    pub place: Cow<'static, str>,
}

impl Witness {
    /// One that is seen.
    pub fn seen(weight: u32, place: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: Kind::Page, weight, place: place.into() }
    }

    /// One that is declared.
    pub fn declared(weight: u32, place: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: Kind::Declared, weight, place: place.into() }
    }
}

/// A value that a field may have.
#[derive(Clone, Debug)]
pub(crate) struct Candidate<T> {
    pub value: T,
    /// As it is written.
    pub text: String,
    witnesses: Vec<Witness>,
}

impl<T> Candidate<T> {
    /// The strongest witness of each kind, and a little for each further one.
    pub fn weight(&self) -> u32 {
        let of = |kind: Kind| {
            let weights = self.witnesses.iter().filter(|w| w.kind == kind).map(|w| w.weight);
            let (count, most) =
                weights.fold((0, 0), |(n, most): (u32, u32), w| (n + 1, most.max(w)));
            most + FURTHER * count.saturating_sub(1).min(MOST_FURTHER)
        };
        KINDS.into_iter().map(of).sum()
    }

    /// Whether a witness of that kind speaks for it.
    pub fn has(&self, kind: Kind) -> bool {
        self.witnesses.iter().any(|w| w.kind == kind)
    }

    fn said(&self) -> String {
        let places: Vec<&str> =
            self.witnesses.iter().map(|w| &*w.place).filter(|p| !p.is_empty()).collect();
        format!("{} (weight {})", places.join("; "), self.weight())
    }
}

/// The candidates for one field, in the order in which they were met.
#[derive(Debug)]
pub(crate) struct Evidence<T> {
    field: &'static str,
    all: Vec<Candidate<T>>,
}

impl<T: PartialEq> Evidence<T> {
    /// None yet.
    pub fn of(field: &'static str) -> Self {
        Self { field, all: Vec::new() }
    }

    /// Hears a witness: for a candidate that is known, or for a new one.
    pub fn hear(&mut self, value: T, text: &str, witness: Witness) -> &mut Candidate<T> {
        let at = self.all.iter().position(|c| c.value == value).unwrap_or_else(|| {
            self.all.push(Candidate { value, text: text.to_owned(), witnesses: Vec::new() });
            self.all.len() - 1
        });
        self.all[at].witnesses.push(witness);
        &mut self.all[at]
    }

    /// The candidates so far.
    pub fn all(&self) -> &[Candidate<T>] {
        &self.all
    }

    /// Hears a witness for every candidate that it fits, with its weight there.
    pub fn support(&mut self, fits: impl Fn(&Candidate<T>) -> Option<Witness>) {
        for candidate in &mut self.all {
            candidate.witnesses.extend(fits(candidate));
        }
    }

    /// The one with the most weight, of equals the first; the others are noted.
    pub fn decide(self, least: u32, reading: &mut Reading<'_>) -> Option<Candidate<T>> {
        let best = (0..self.all.len())
            .rev()
            .max_by_key(|n| self.all[*n].weight())
            .filter(|n| self.all[*n].weight() >= least);
        let (field, mut won) = (self.field, None);
        for (n, candidate) in self.all.into_iter().enumerate() {
            if Some(n) == best {
                won = Some(candidate);
            } else if reading.explain {
                reading.left(format!("not {field}: {}", candidate.said()), &candidate.text);
            }
        }
        if let Some(won) = &won {
            let rule = reading.rule(|_| won.said());
            reading.took(field, rule, &won.text);
        }
        won
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::rules::compiler::Compiler;
    use crate::extract::rules::profile::Profile;

    fn decided(
        profile: &Profile,
        heard: &[(&str, Kind, u32)],
        least: u32,
    ) -> (Option<String>, Vec<String>) {
        let mut reading = Reading { explain: true, ..Reading::new(profile) };
        let mut evidence: Evidence<String> = Evidence::of("title");
        for (text, kind, weight) in heard {
            let witness = Witness { kind: *kind, weight: *weight, place: "x".into() };
            evidence.hear((*text).to_owned(), text, witness);
        }
        let won = evidence.decide(least, &mut reading).map(|c| c.value);
        (won, reading.notes.iter().map(|n| format!("{}: {} {}", n.field, n.rule, n.text)).collect())
    }

    #[test]
    fn agreement_decides_and_order_where_weights_are_equal() {
        use Kind::{Declared, Page};
        let portal = crate::config::shipped().portals.remove(0);
        let profile = Compiler::default().profile(portal).unwrap();
        let won = |heard: &[_], least| decided(&profile, heard, least);
        let two = [("a", Page, 30), ("b", Page, 20), ("b", Declared, 20)];
        let (value, notes) = won(&two, 0);
        assert_eq!(value.as_deref(), Some("b"));
        assert_eq!(notes, ["left out: not title: x (weight 30) a", "title: x; x (weight 40) b"]);
        // Witnesses of one kind count as the strongest.
        assert_eq!(
            won(&[("a", Page, 30), ("b", Page, 20), ("b", Page, 20)], 0).0.as_deref(),
            Some("a")
        );
        assert_eq!(won(&[("a", Page, 30), ("b", Declared, 30)], 0).0.as_deref(), Some("a"));
        assert_eq!(won(&[("a", Page, 30)], 31).0, None);
    }
}
