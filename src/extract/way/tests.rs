//! Both ways to an article say the same, whatever is done to a page.

use std::collections::BTreeMap;

use url::Url;

use super::*;

use crate::extract::decode;

fn reader() -> &'static Reader {
    static READER: std::sync::LazyLock<Reader> = std::sync::LazyLock::new(|| {
        let engines = [
            ("sharepoint-2007", include_str!("../../../config/engines/sharepoint-2007.toml")),
            ("sharepoint-2010", include_str!("../../../config/engines/sharepoint-2010.toml")),
            ("sharepoint-2013", include_str!("../../../config/engines/sharepoint-2013.toml")),
        ];
        let portals = [
            ("publishing-portal", include_str!("../../../config/portals/publishing-portal.toml")),
            ("sharepoint", include_str!("../../../config/portals/sharepoint.toml")),
        ];
        let engines = engines.map(|(name, text)| crate::domain::Engine { name: name.to_owned(), ..toml::from_str(text).unwrap() });
        let portals = portals.map(|(name, text)| crate::domain::Portal { name: name.to_owned(), ..toml::from_str(text).unwrap() });
        Reader::compile(engines.into(), portals.into()).unwrap()
    });
    &READER
}

/// Compares the two ways; gives why the scan was not sure, if it was not.
fn compare(html: &str) -> Result<Option<&'static str>, String> {
    let url = Url::parse("https://portal.example/Tin/Pages/bai.aspx?ItemID=77").unwrap();
    let view = View { body: html.as_bytes(), content_type: None, url: Some(&url), portal: None };
    let scanned = match reader().scanned(html, &view, None) {
        Ok(reading) => format!("{reading:#?}"),
        Err(Unsure(why)) => return Ok(Some(why)),
    };
    let whole = reader().whole(html, &view, None).map(|r| format!("{r:#?}")).unwrap_or_else(|e| e.to_string());
    if scanned == whole {
        return Ok(None);
    }
    let at = scanned.lines().zip(whole.lines()).find(|(a, b)| a != b);
    Err(format!("scanned and whole differ at {at:?}\n{html}"))
}

#[test]
#[ignore = "reads the folders that PAGES names"]
fn pages_of_folders() {
    let mut why: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = 0;
    for folder in std::env::var("PAGES").unwrap().split(':') {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let Ok(body) = std::fs::read(entry.path()) else { continue };
            let html = decode::decode(&body, None).text;
            match compare(&html) {
                Ok(reason) => {
                    println!("{:?} {}", entry.path(), reason.unwrap_or("scanned"));
                    *why.entry(reason.unwrap_or("scanned")).or_default() += 1;
                }
                Err(e) => {
                    wrong += 1;
                    println!("{:?}: {}", entry.path(), e.chars().take(1500).collect::<String>());
                }
            }
        }
    }
    println!("{why:#?}");
    assert_eq!(wrong, 0);
}
