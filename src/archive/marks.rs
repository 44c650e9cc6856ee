//! Where records begin that are appended and not yet saved: the checkpoint never passes one
//! (CONTRACT section 6).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::Error;
use crate::domain::{Checkpoint, Place};

/// The beginnings of unsaved records, over all sites.
#[derive(Clone, Default)]
pub struct Marks(Arc<Mutex<BTreeSet<Checkpoint>>>);

impl Marks {
    /// Marks the beginning of what is appended, so that nobody sees the one without the other.
    pub(super) fn around(
        &self,
        append: impl FnOnce() -> Result<Place, Error>,
    ) -> Result<Place, Error> {
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = append()?;
        marks.insert(beginning(&place));
        Ok(place)
    }

    /// Forgets those before `upto`: what lies there is saved.
    pub fn saved_before(&self, upto: &Checkpoint) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|mark| mark >= upto);
    }

    /// Forgets records that are saved now.
    pub fn saved<'a>(&self, places: impl IntoIterator<Item = &'a Place>) {
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for place in places {
            marks.remove(&beginning(place));
        }
    }

    /// How far the checkpoint may go, once these records are saved, when everything before `synced`
    /// is on the disk.
    pub fn limit(&self, synced: &Checkpoint, saved: &[Place]) -> Checkpoint {
        let marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let saved: BTreeSet<Checkpoint> = saved.iter().map(beginning).collect();
        marks.difference(&saved).next().filter(|first| *first < synced).unwrap_or(synced).clone()
    }
}

fn beginning(place: &Place) -> Checkpoint {
    Checkpoint { file: place.file.clone(), offset: place.offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64) -> Checkpoint {
        Checkpoint { file: "a".into(), offset }
    }

    #[test]
    fn the_checkpoint_stops_at_the_first_unsaved_record() {
        let marks = Marks::default();
        marks.0.lock().unwrap().extend([at(30), at(10)]);
        let place = |offset| Place { file: "a".into(), offset, ..Place::default() };
        assert_eq!(marks.limit(&at(50), &[]), at(10));
        assert_eq!(marks.limit(&at(50), &[place(10)]), at(30));
        assert_eq!(marks.limit(&at(50), &[place(10), place(30)]), at(50));
        assert_eq!(marks.limit(&at(50), &[place(30)]), at(10));
        marks.saved([&place(10)]);
        assert_eq!(marks.limit(&at(50), &[]), at(30));
        assert_eq!(marks.limit(&at(20), &[]), at(20));
        marks.saved_before(&at(30));
        assert_eq!(marks.limit(&at(50), &[]), at(30));
        marks.saved_before(&at(31));
        assert_eq!(marks.limit(&at(50), &[]), at(50));
    }
}
