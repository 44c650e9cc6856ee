//! Engines laid over the profiles that read the pages of any.

use super::{Place, SECTION, SITE};
use crate::domain::{Fault, ProfileRules, Subject};

#[test]
fn an_engine_that_no_profile_names_is_laid_over_the_one_for_any() {
    let place = Place::new(&[
        ("engines/fam.toml", "family = true\n[article]\ndates = ['.born', '.late']\n"),
        (
            "engines/fam-1.toml",
            "extends = 'fam'\n[article]\ndates = { add = ['.day'], drop = ['.late'] }\n",
        ),
        ("engines/bare.toml", "title = 'Says nothing of articles'\n"),
        (
            "feeds/x.toml",
            &format!(
                "{SITE}portal = 'web'\n{SECTION}[rules.page]\n\
                 dates = {{ add = ['.own'], drop = ['.born'] }}\n"
            ),
        ),
    ]);
    let loaded = place.load(&[]).map_err(|_| place.faults(&[])).unwrap();
    let web = |portals: &[ProfileRules]| {
        portals.iter().find(|portal| portal.name == "web").unwrap().clone()
    };
    let (any, own) = (web(&loaded.rules.portals), web(&loaded.rules.sites["x"]));
    assert!(!any.on_engine.contains_key("bare") && !any.on_engine.contains_key("fam"));
    let (on, below) = (&any.on_engine["fam-1"], any.page.as_ref().unwrap());
    assert_eq!(on.page.dates[..3], [".day".to_owned(), ".born".to_owned(), below.dates[0].clone()]);
    // What the engine does not name is the profile's.
    assert!(on.page.leave.is_empty() && on.page.over(below).leave == below.leave);
    let said = |place| on.origins.of("page.dates", place);
    assert_eq!([0, 1, 2].map(said), ["fam-1 article.dates", "fam article.dates", "web page.dates"]);
    let dates = &own.on_engine["fam-1"].page.dates;
    assert_eq!(dates[..3], [".own".to_owned(), ".day".to_owned(), below.dates[0].clone()]);
    let named = |portal: &ProfileRules| portal.name != "web";
    assert!(loaded.rules.portals.iter().filter(|p| named(p)).all(|p| p.on_engine.is_empty()));
    // A fault of its selectors stands in its file.
    let subject = Subject {
        engine: Some("fam-1".to_owned()),
        kind: "portal",
        name: "web".to_owned(),
        ..Subject::default()
    };
    let located = loaded.locate(&subject, Fault::new("page.dates.1", "bad", ""));
    assert!(located.file.ends_with("engines/fam.toml") && located.line == 3, "{located:?}");
}
