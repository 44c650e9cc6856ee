//! A reader out of rules.

use xxhash_rust::xxh3::xxh3_64;

use super::blocks::outline_view;
use super::budget::Limits;
use super::page::legacy_fonts::LegacyFonts;
use super::reader::{Own, Reader};
use super::rules::compiler::Compiler;
use super::rules::engine::Engine;
use super::rules::list_words::Vocabulary;
use super::rules::profile::Profile;
use super::rules::regexes::Care;
use super::rules::signatures::Marks;
use super::view::BadData;
use crate::domain as data;
use crate::domain::{ProfileRules, Rules, Subject};

impl Reader {
    /// Compiles all rules at once.
    ///
    /// # Errors
    /// All their faults.
    pub fn compile(rules: Rules) -> Result<Reader, Vec<BadData>> {
        Self::of(rules, Care::All)
    }

    /// Looks all rules through, and compiles what pages use when they use it: for a reader of few
    /// pages.
    ///
    /// # Errors
    /// All faults of the rules, but for patterns that are too large.
    pub fn lazy(rules: Rules) -> Result<Reader, Vec<BadData>> {
        Self::of(rules, Care::Form)
    }

    /// The same with rules that are known to have no fault: the shipped ones.
    ///
    /// # Errors
    /// Faults that are found all the same.
    pub fn trusting(rules: Rules) -> Result<Reader, Vec<BadData>> {
        Self::of(rules, Care::Nothing)
    }

    fn of(rules: Rules, care: Care) -> Result<Reader, Vec<BadData>> {
        let (mut compiler, mut faults) = (Compiler::new(care), Vec::new());
        let (version, Rules { engines, portals, sites, letters, .. }) =
            (env!("CARGO_PKG_VERSION"), rules);
        // Whoever reads few pages compares them with none of before.
        let digest = match care {
            Care::All => {
                let said = format!("{version} {engines:?} {portals:?} {letters:?}");
                xxh3_64(said.as_bytes())
            }
            Care::Form | Care::Nothing => 0,
        };
        let letters = LegacyFonts::compile(&letters).unwrap_or_else(|found| {
            faults.extend(found.into_iter().map(|(name, fault)| BadData {
                subject: Subject { kind: "letters", name, ..Subject::default() },
                fault,
            }));
            LegacyFonts::default()
        });
        let engines: Vec<Engine> = engines
            .into_iter()
            .filter_map(|data| engine(data, &mut compiler, &mut faults))
            .collect();
        let mut all = |portals: Vec<ProfileRules>, site: Option<&String>| -> Vec<Profile> {
            let compiled = portals.into_iter();
            compiled.filter_map(|data| profile(data, site, &mut compiler, &mut faults)).collect()
        };
        let profiles = all(portals, None);
        let own = |(site, portals): (String, Vec<ProfileRules>)| {
            let digest = xxh3_64(format!("{portals:?}").as_bytes());
            let profiles = all(portals, Some(&site));
            (site, Own { profiles, digest })
        };
        let reader = Reader {
            sites: sites.into_iter().map(own).collect(),
            marks: signs(&engines, true),
            marks_at_large: signs(&engines, false),
            probes: outline_view::probes(&engines),
            letters,
            engines,
            profiles,
            no_words: Vocabulary::default(),
            limits: Limits::default(),
            digest,
        };
        if faults.is_empty() { Ok(reader) } else { Err(faults) }
    }
}

/// The marks of the engines that name their blocks, or of those that do not.
fn signs(engines: &[Engine], blocks: bool) -> Marks {
    let numbered = engines.iter().enumerate().filter(|(_, e)| e.has_blocks() == blocks);
    Marks::compile(numbered.map(|(n, engine)| (n, engine.threshold(), engine.marks())))
}

fn engine(
    data: data::Engine,
    compiler: &mut Compiler,
    faults: &mut Vec<BadData>,
) -> Option<Engine> {
    let name = data.name.clone();
    let told = |fault| {
        let subject = Subject { kind: "engine", name: name.clone(), ..Subject::default() };
        BadData { subject, fault }
    };
    compiler.engine(data).map_err(|found| faults.extend(found.into_iter().map(told))).ok()
}

fn profile(
    data: ProfileRules,
    site: Option<&String>,
    compiler: &mut Compiler,
    faults: &mut Vec<BadData>,
) -> Option<Profile> {
    let told =
        |(subject, fault)| BadData { subject: Subject { site: site.cloned(), ..subject }, fault };
    compiler.profile(data).map_err(|found| faults.extend(found.into_iter().map(told))).ok()
}
