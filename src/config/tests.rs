//! The room as a whole, from files to what is loaded of them.

mod engines;
mod faults;
mod rules;
mod settings;

use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

const SITE: &str = "title = \"T\"\nhome = \"https://a.example/\"\n";
const SECTION: &str = "[[sections]]\nid = \"s\"\ntitle = \"S\"\nurl = \"https://a.example/s\"\n";

/// A folder with a configuration.
struct Place(tempfile::TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(place.0.path().join("feeds")).unwrap();
        std::fs::write(place.file(), "").unwrap();
        for (name, body) in files {
            let path = place.0.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, body).unwrap();
        }
        place
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("bantin.toml")
    }

    fn load(&self, env: &[(&str, &str)]) -> Result<Loaded, Vec<Located>> {
        let env: Vec<_> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        load(&self.file(), &env)
    }

    /// `FILE:LINE:COLUMN what` of every fault.
    fn faults(&self, env: &[(&str, &str)]) -> Vec<String> {
        let told = |f: &Located| {
            let file = f.file.strip_prefix(self.0.path()).unwrap_or(&f.file);
            format!("{}:{}:{} {}", file.display(), f.line, f.column, f.fault.what)
        };
        self.load(env).err().unwrap_or_default().iter().map(told).collect()
    }
}

fn site(body: &str) -> Place {
    Place::new(&[("feeds/x.toml", body)])
}

#[test]
fn a_site_as_written() {
    let body = format!(
        "{SITE}every = \"2h30m\"\nrobots = \"ignore: ours\"\nportal = \"auto\"\n\
         hosts = [\"B.example\", \"bücher.example:8080\"]\n{SECTION}history = \"all\"\n"
    );
    let place = site(&body);
    let loaded = place.load(&[]).unwrap();
    let site = loaded.site("x").unwrap();
    assert_eq!((site.every, site.enabled, &site.portal), (Duration::from_secs(9000), true, &None));
    assert_eq!(
        site.hosts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["b.example", "xn--bcher-kva.example:8080"]
    );
    assert_eq!(site.ignore_robots.as_deref(), Some("ours"));
    assert_eq!(site.sections[0].history, crate::domain::History::All);
    assert_eq!(loaded.home, place.0.path());
}

#[test]
fn schemas_say_what_they_are() {
    for kind in KINDS {
        let schema = schema(kind).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["$id"], format!("urn:bantin:schema:{kind}"));
        assert_eq!(schema["additionalProperties"], false);
        assert!(schema["title"].is_string());
    }
    assert_eq!(
        schema("site").unwrap()["required"],
        serde_json::json!(["title", "home", "sections"])
    );
    assert_eq!(schema("other"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// No text of a file or variable panics, and each fault has a place and a message.
    #[test]
    fn any_text_is_borne(body in proptest::collection::vec(prop_oneof![
        "[a-z\\[\\]{}.=\"'#\n, 0-9é-]{1,12}",
        Just("\n[[sections]]\n".to_owned()), Just("\n[sections]\n".to_owned()),
        Just("\n[a]\n".to_owned()), Just("title = \"\"\"\n".to_owned()),
        Just("headers = { a = \"é\n".to_owned()),
        Just("sections.id = 99999999999999999999\n".to_owned()), Just("[[[[[[[[".to_owned()),
    ], 0..12)) {
        let body = body.concat();
        let files = ["feeds/x.toml", "bantin.toml", "engines/x.toml"];
        let place = Place::new(&files.map(|file| (file, body.as_str())));
        for fault in place.load(&[("BANTIN_FETCH__TIMEOUT", &body)]).err().unwrap_or_default() {
            prop_assert!(fault.line > 0 && fault.column > 0 && !fault.rendered.is_empty());
        }
    }
}
