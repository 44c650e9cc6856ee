//! Which sites are not as they were: noted by who writes of them, taken by who shows them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::domain::SiteId;

/// The sites that something was written of since they were last taken; no more than there are
/// sites.
#[derive(Debug)]
pub struct Stir(Mutex<Stirred>);

/// Sites of which something was written.
#[derive(Debug, PartialEq, Eq)]
pub enum Stirred {
    /// These.
    Sites(BTreeSet<SiteId>),
    /// Any.
    All,
}

/// Nobody has seen any of them yet.
impl Default for Stir {
    fn default() -> Self {
        Self(Mutex::new(Stirred::All))
    }
}

impl Default for Stirred {
    fn default() -> Self {
        Self::Sites(BTreeSet::new())
    }
}

impl Stir {
    fn change(&self, change: impl FnOnce(&mut Stirred)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Something was written of a site.
    pub fn note(&self, site: &SiteId) {
        self.change(|stirred| {
            if let Stirred::Sites(sites) = stirred
                && !sites.contains(site)
            {
                sites.insert(site.clone());
            }
        });
    }

    /// Something was written of who knows which, or the sites are others.
    pub fn note_all(&self) {
        self.change(|stirred| *stirred = Stirred::All);
    }

    /// What was noted since the last time.
    pub fn take(&self) -> Stirred {
        let mut taken = Stirred::default();
        self.change(|stirred| std::mem::swap(stirred, &mut taken));
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_taken_once() {
        let (stir, site) = (Stir::default(), |name| SiteId::new(name).unwrap());
        assert_eq!(stir.take(), Stirred::All, "nobody has seen them yet");
        ["b", "a", "b"].into_iter().for_each(|name| stir.note(&site(name)));
        assert_eq!(stir.take(), Stirred::Sites([site("a"), site("b")].into()));
        assert_eq!(stir.take(), Stirred::default());
        stir.note_all();
        stir.note(&site("a"));
        assert_eq!((stir.take(), stir.take()), (Stirred::All, Stirred::default()));
    }
}
