use super::*;
use proptest::prelude::*;

fn get(page: u32) -> PageRequest {
    PageRequest::Get(format!("https://tinh.example/l?page={page}"))
}

/// A page of those links; the ones from `unknown` on were never seen before.
fn found(keys: &[&str], unknown: usize) -> Found {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    Found { unknown: keys.iter().skip(unknown).cloned().collect(), keys, ..Found::default() }
}

fn owes(next: PageRequest, pages: u32, seen: &[&str], failures: u32) -> Option<Owed> {
    Some(Owed { next, pages, seen: seen.iter().map(ToString::to_string).collect(), failures })
}

fn post() -> PageRequest {
    PageRequest::Post { url: "https://tinh.example/l".into(), fields: Vec::new() }
}

#[test]
fn page_1_opens_keeps_and_moves_a_hole() {
    for (what, owed, page, next, after, through) in [
        ("nothing new", None, found(&["a", "b"], 2), Some(get(2)), None, 0),
        ("all new", None, found(&["a", "b"], 0), Some(get(2)), owes(get(2), 1, &["a", "b"], 0), 0),
        ("all new, one page", None, found(&["a", "b"], 0), None, None, 0),
        (
            "known and not of the hole",
            owes(get(4), 3, &["a"], 2),
            found(&["a", "z"], 2),
            Some(get(2)),
            owes(get(4), 3, &["a"], 2),
            4,
        ),
        (
            "pushed by new ones",
            owes(get(4), 3, &["a"], 2),
            found(&["a"], 1),
            Some(get(2)),
            owes(get(2), 1, &["a"], 2),
            4,
        ),
        (
            "all new again",
            owes(get(2), 1, &["a"], 0),
            found(&["x"], 0),
            Some(get(2)),
            owes(get(2), 1, &["a", "x"], 0),
            2,
        ),
        (
            "a stale post",
            owes(post(), 2, &["a"], 0),
            found(&["z"], 1),
            Some(post()),
            owes(post(), 1, &["a"], 0),
            3,
        ),
    ] {
        let mut state = SectionState { visits: 3, owed, ..SectionState::default() };
        assert_eq!(first_page(&mut state, &page, next), through, "{what}");
        assert_eq!(state.owed, after, "{what}");
    }
    let mut state = SectionState::default();
    first_page(&mut state, &found(&["a"], 0), Some(get(2)));
    assert_eq!(state.owed, None, "the first visit reads the first page only");
}

#[test]
fn further_pages_end_in_what_is_known_and_not_before_the_hole() {
    let owed = owes(get(2), 1, &["a"], 3).unwrap();
    for (what, page, next, through, after) in [
        ("unknown", found(&["b"], 0), Some(get(3)), 0, owes(get(3), 2, &["a", "b"], 0)),
        ("of the hole", found(&["z", "a"], 2), Some(get(3)), 0, owes(get(3), 2, &["a"], 0)),
        ("known", found(&["b", "z"], 2), Some(get(3)), 2, None),
        (
            "known, the hole lies further on",
            found(&["z"], 1),
            Some(get(3)),
            3,
            owes(get(3), 2, &["a"], 3),
        ),
        ("the last page", found(&["b"], 0), None, 5, None),
        ("itself", found(&["b"], 0), Some(get(2)), 5, None),
    ] {
        assert_eq!(further_page(owed.clone(), &page, next, through), after, "{what}");
    }
}

proptest! {
    /// A listing of numbers, newest first, ten a page; each visit more are published and some
    /// request fails.
    #[test]
    fn whatever_fails_and_comes_everything_is_found(
        visits in proptest::collection::vec((0usize..35, 0u32..6), 1..8),
    ) {
        let (mut count, mut known, mut state) =
            (50usize, HashSet::new(), SectionState::default());
        let mut read = |count: usize, page: u32| {
            let top = count.saturating_sub(10 * (page as usize - 1));
            let keys: Vec<String> =
                (top.saturating_sub(10)..top).rev().map(|n| n.to_string()).collect();
            let unknown =
                keys.iter().filter(|key| known.insert((*key).clone())).cloned().collect();
            (
                Found { keys, unknown, ..Found::default() },
                Some(get(page + 1)).filter(|_| top > 10),
            )
        };
        // The first visit reads page 1 alone, the last one fails nowhere.
        for (more, fails) in [(0, 0)].into_iter().chain(visits).chain([(0, 0)]) {
            count += more;
            // A first page that is not modified says nothing of further ones.
            let mut through = 0;
            if more > 0 || state.visits == 0 {
                let (page, next) = read(count, 1);
                through = first_page(&mut state, &page, next);
                state.visits += 1;
            }
            while let Some(owed) = state.owed.clone().filter(|owed| owed.pages + 1 != fails) {
                let (page, next) = read(count, owed.pages + 1);
                state.owed = further_page(owed, &page, next, through);
            }
        }
        let missing: Vec<usize> =
            (40..count).filter(|n| !known.contains(&n.to_string())).collect();
        prop_assert_eq!(missing, Vec::<usize>::new());
    }
}
