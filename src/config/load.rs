//! Everything at once: the daemon's file, engines, profiles and sites.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::Document;
use super::home::Home;
use super::located::Located;
use super::site::Around;
use super::sources::{self, Sources};
use super::text::Text;
use super::value::Vault;
use super::{environment, raw, schema, settings, site};
use crate::domain::settings::Settings;
use crate::domain::{Fault, Rules, Site, SiteId, Subject};

/// A configuration without fault; a copy of it shares sites and texts.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The daemon's settings.
    pub settings: Settings,
    /// The sites by id, enabled or not.
    pub sites: Vec<Arc<Site>>,
    /// What pages are read by.
    pub rules: Rules,
    /// What relative paths start from.
    pub home: PathBuf,
    /// The file it was loaded from.
    pub file: PathBuf,
    /// The texts behind engines, profiles and sites.
    pub sources: Arc<Sources>,
}

impl Loaded {
    /// The site of that name.
    pub fn site(&self, name: &str) -> Option<&Arc<Site>> {
        self.sites.iter().find(|site| site.id.as_str() == name)
    }

    /// The place of a fault of rules in the file that says what is wrong.
    pub fn locate(&self, subject: &Subject, fault: Fault) -> Located {
        self.sources.locate(subject, fault)
    }
}

/// Loads `file` and all that it names; `env` overrides keys (`BANTIN_…`) and names systemd's
/// folders.
///
/// # Errors
/// Every fault of every file, by file and line.
pub fn load(file: &Path, env: &[(String, String)]) -> Result<Loaded, Vec<Located>> {
    let home = Home::of(file, env);
    let (settings, mut main) = read_main(file, env, &home)?;
    let feeds = sources::files(&settings.feeds);
    if let Err(error) = &feeds {
        main.fault(no_feeds(&settings.feeds, error));
    }
    let mut faults = main.into_faults();
    let mut sources = Sources::shipped();
    faults.extend(sources.add_beside(&home));
    let (mut rules, bad) = sources.read();
    faults.extend(bad);
    let (sites, bad) = load_sites(feeds.unwrap_or_default(), &home, &mut sources);
    faults.extend(bad);
    rules.sites = sources.read_sites(&mut faults);
    sources::once(&mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Loaded {
        settings,
        sites: sites.into_iter().map(Arc::new).collect(),
        rules,
        home: home.folder,
        file: file.to_owned(),
        sources: Arc::new(sources),
    })
}

/// The daemon's settings alone.
///
/// # Errors
/// The faults of its file.
pub fn load_settings(file: &Path, env: &[(String, String)]) -> Result<Settings, Vec<Located>> {
    let (settings, main) = read_main(file, env, &Home::of(file, env))?;
    let faults = main.into_faults();
    if faults.is_empty() { Ok(settings) } else { Err(faults) }
}

fn read_main(
    file: &Path,
    env: &[(String, String)],
    home: &Home,
) -> Result<(Settings, Document), Vec<Located>> {
    let (text, unreadable) = Text::read(file, file.to_owned());
    if unreadable.is_some() {
        return Err(Document::new((text, unreadable), None).into_faults());
    }
    let mut main = Document::new((text, None), None);
    environment::override_with(env, &schema::BANTIN, &mut main);
    let raw: raw::Bantin = main.read(&schema::BANTIN);
    let settings = settings::resolve(raw, home, &mut main);
    Ok((settings, main))
}

fn no_feeds(folder: &Path, error: &std::io::Error) -> Fault {
    let what = format!("folder of site files cannot be read: {error}");
    Fault::new("feeds", what, format!("create {} or set `feeds`", folder.display()))
}

fn load_sites(
    files: Vec<sources::Named>,
    home: &Home,
    sources: &mut Sources,
) -> (Vec<Site>, Vec<Located>) {
    let (mut sites, mut faults) = (Vec::new(), Vec::new());
    let known = sources.clone();
    let vault = Vault { home: &home.folder, credentials: home.credentials.clone() };
    let around = Around { portals: known.portal_names(), vault };
    for sources::Named { name, path } in files {
        let (text, unreadable) = Text::read(&path, home.show(&path));
        let Some(id) = SiteId::new(&name) else {
            faults.push(sources::bad_name(&text));
            continue;
        };
        let mut document = Document::new((text, unreadable), Some("headers"));
        let raw: raw::Site = document.read(&schema::SITE);
        let has_rules = raw.rules.is_some() || raw.date_order.is_some();
        let site = site::resolve(id, raw, &around, &mut document);
        if let Some(site) = site.as_ref().filter(|_| has_rules) {
            sources.keep_site(&name, site::rules(site, &document));
        }
        sites.extend(site);
        faults.extend(document.into_faults());
    }
    (sites, faults)
}
