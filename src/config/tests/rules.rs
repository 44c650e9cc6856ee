//! Rules in layers: what they say together, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Place, SECTION, SITE, site};
use crate::config::{load, shipped, sources};
use crate::domain::{DateOrder, Fault, Origins, ProfileRules, ReadBy, Subject};

fn subject(kind: &'static str, name: &str) -> Subject {
    Subject { kind, name: name.to_owned(), ..Subject::default() }
}

/// A site that reads a publishing portal by rules of its own.
fn site_rules(rules: &str) -> String {
    format!("{SITE}portal = \"publishing-portal\"\n{SECTION}[rules]\n{rules}")
}

#[test]
fn own_data_replaces_shipped_data_and_is_located() {
    let place =
        Place::new(&[("portals/publishing-portal.toml", "# mine\n"), ("portals/other.toml", "")]);
    let loaded = place.load(&[]).unwrap();
    let rules = shipped();
    assert_eq!(loaded.rules.engines, rules.engines);
    assert_eq!(loaded.rules.portals.len(), rules.portals.len() + 1);
    let fault = Fault::new("roles.0", "bad selector", "");
    let located = loaded.locate(&subject("portal", "publishing-portal"), fault);
    assert_eq!((located.line, located.column), (1, 1));
    assert!(located.file.ends_with("portals/publishing-portal.toml"));
}

/// A copy of the shipped files beside a configuration is looked through as anybody's files are.
#[test]
fn the_shipped_rules_have_no_fault_as_an_operators_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let mut files = Vec::new();
    for folder in ["", "languages", "engines", "letters", "portals"] {
        for file in sources::files(&root.join(folder)).unwrap() {
            let body = std::fs::read_to_string(&file.path).unwrap();
            files.push((format!("{folder}/{}.toml", file.name).trim_matches('/').to_owned(), body));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let place = Place::new(&files);
    assert_eq!(place.faults(&[]), [""; 0]);
    let (own, shipped) = (place.load(&[]).unwrap().rules, shipped());
    let plain = |mut portals: Vec<ProfileRules>| {
        portals.iter_mut().for_each(|portal| portal.origins = Origins::default());
        portals
    };
    assert_eq!(plain(own.portals), plain(shipped.portals));
    assert_eq!(
        (own.engines, own.letters, own.html),
        (shipped.engines, shipped.letters, shipped.html)
    );
}

#[test]
fn the_shipped_files_have_no_fault() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let loaded = load(&root.join("config/bantin.toml"), &[])
        .map_err(|f| f.iter().map(|f| f.rendered.clone()).collect::<String>())
        .unwrap();
    assert!(loaded.sites.iter().all(|site| !site.enabled) && loaded.sites.len() >= 2);
    let rules = shipped();
    let names = |folder: &str| {
        sources::files(&root.join("config").join(folder)).unwrap().into_iter().map(|file| file.name)
    };
    let is_family = |name: &String| {
        std::fs::read_to_string(root.join(format!("config/engines/{name}.toml")))
            .unwrap()
            .contains("\nfamily = true\n")
    };
    assert_eq!(
        names("engines").filter(|name| !is_family(name)).collect::<Vec<_>>(),
        rules.engines.into_iter().map(|e| e.name).collect::<Vec<_>>()
    );
    assert_eq!(
        names("portals").collect::<Vec<_>>(),
        rules.portals.into_iter().map(|p| p.name).collect::<Vec<_>>()
    );
    for name in names("engines").chain(names("portals")) {
        assert!(
            ["engine", "portal"]
                .into_iter()
                .any(|kind| loaded.sources.resolved(&subject(kind, &name)).is_some()),
            "{name}"
        );
    }
}

/// A language, a family with an engine, and portals that take their rules from them.
const LAYERS: [(&str, &str); 5] = [
    (
        "languages/xx.toml",
        "title = 'Xx'\n[dates]\ndays = ['{d} {month} {y}']\nmonths = [['un']]\n[labels]\n\
         date = ['on']\n[in_blocks.labels]\ndate = ['o']\n",
    ),
    (
        "engines/fam.toml",
        "family = true\nthreshold = 7\nhidden = ['h']\n[article]\ntitles = ['.t']\n[[roles]]\n\
         role = 'view-data'\nnames = ['B']\n",
    ),
    ("engines/fam-1.toml", "extends = 'fam'\ntitle = 'One'\nhidden = ['i']\n"),
    (
        "portals/wide.toml",
        "engines = ['fam-1']\nlanguages = ['xx']\nreading = 'page'\n[labels]\ndate = ['at']\n\
         [dates]\nmonths = [['one']]\n",
    ),
    (
        "portals/named.toml",
        "languages = ['xx']\nreading = 'blocks'\n[authors]\nwords = 3\n[body]\n\
         end_marks = { drop = ['./.'] }\n",
    ),
];

#[test]
fn rules_stand_in_layers_and_each_value_is_found_where_it_is_said() {
    let place = Place::new(&LAYERS);
    let loaded = place.load(&[]).unwrap();
    let engine = loaded.rules.engines.iter().find(|engine| engine.name == "fam-1").unwrap();
    assert!(
        !loaded.rules.engines.iter().any(|engine| engine.name == "fam"),
        "a family is no engine"
    );
    assert_eq!(
        (engine.title.as_str(), engine.threshold, &*engine.hidden),
        ("One", 7, &["i".to_owned(), "h".to_owned()][..])
    );
    let portal =
        |name: &str| loaded.rules.portals.iter().find(|portal| portal.name == name).unwrap();
    let (wide, named) = (portal("wide"), portal("named"));
    assert_eq!(
        (&wide.labels.date[..], &wide.dates.months[0][..]),
        (&["at".to_owned(), "on".to_owned()][..], &["one".to_owned(), "un".to_owned()][..])
    );
    assert_eq!(wide.page.as_ref().unwrap().titles, [".t", "h1", "h2"]);
    assert_eq!((wide.roles.len(), wide.authors.words, wide.edited.counts), (1, 0, false));
    assert_eq!(
        (&named.labels.date[..], named.page.is_none()),
        (&["o".to_owned(), "on".to_owned()][..], true),
        "words of blocks count"
    );
    assert_eq!(
        (named.authors.words, named.edited.counts, named.body.end_marks.len()),
        (3, true, 0)
    );
    let place_of = |name: &str, path: &str| {
        let located = loaded.locate(&subject("portal", name), Fault::new(path, "bad", ""));
        let file = located.file.display().to_string();
        format!("{}:{}:{}", file.rsplit('/').next().unwrap(), located.line, located.column)
    };
    assert_eq!(
        ["labels.date.0", "labels.date.1", "page.titles.0"].map(|path| place_of("wide", path)),
        ["wide.toml:5:9", "xx.toml:6:9", "fam.toml:5:11"]
    );
    assert!(place_of("wide", "page.titles.1").starts_with("web.toml:"));
    let shown = loaded.sources.resolved(&subject("portal", "wide")).unwrap();
    assert!(shown.contains("\"on\", # ") && shown.contains("languages/xx.toml:6\n"), "{shown}");
    assert!(shown.parse::<toml::Table>().is_ok());
}

#[test]
fn a_sites_own_rules_go_before_its_portals() {
    let rules = "languages = ['vi', 'en', 'fr']\n[[rules.roles]]\nrole = 'view-data'\n\
        names = ['Chi tiết']\n[rules.labels]\ndate = ['Đưa tin lúc']\n[rules.tools]\n\
        words = { drop = ['Bình chọn'] }\n[rules.page]\nleave = ['.hotline']\n";
    let place = Place::new(&[
        ("feeds/x.toml", &site_rules(rules)),
        ("feeds/y.toml", &format!("date_order = 'mdy'\n{SITE}{SECTION}")),
        ("feeds/z.toml", &format!("{SITE}{SECTION}")),
    ]);
    let loaded = place.load(&[]).map_err(|_| place.faults(&[])).unwrap();
    assert_eq!(loaded.rules.sites.keys().collect::<Vec<_>>(), ["x", "y"]);
    let (portals, own) = (&loaded.rules.portals, &loaded.rules.sites["x"][0]);
    let shared = portals.iter().find(|portal| portal.name == "publishing-portal").unwrap();
    assert_eq!((loaded.rules.sites["x"].len(), &own.name), (1, &shared.name));
    assert_eq!(own.labels.date[..2], ["Đưa tin lúc".to_owned(), shared.labels.date[0].clone()]);
    assert_eq!(own.roles[0].names, ["Chi tiết"]);
    assert!(own.tools.words.iter().all(|word| word != "Bình chọn"));
    assert!(own.dates.months[0].contains(&"janvier".to_owned()));
    let left = &own.page.as_ref().unwrap().leave;
    assert_eq!((own.reading, &**left), (Some(ReadBy::Blocks), &[".hotline".to_owned()][..]));
    // Of a site that any profile may read each has its order of dates, and a digest of its own.
    let any = &loaded.rules.sites["y"];
    assert_eq!(any.len(), portals.len());
    assert!(any.iter().all(|portal| portal.dates.order == Some(DateOrder::Mdy)));
    let marks: std::collections::BTreeSet<_> = any.iter().chain([own]).map(|p| p.own).collect();
    assert!(marks.len() == portals.len() + 1 && !marks.contains(&None) && shared.own.is_none());

    let subject = Subject { site: Some("x".to_owned()), ..subject("portal", "publishing-portal") };
    let shown = loaded.sources.resolved(&subject).unwrap();
    let has = |value: &str, place: &str| {
        shown.lines().any(|line| line.contains(value) && line.ends_with(place))
    };
    assert!(has("\"Đưa tin lúc\", # ", "feeds/x.toml:14"), "{shown}");
    assert!(shown.contains("\"Ngày đăng\", # config/languages/vi.toml:"), "{shown}");
    let located = loaded.locate(&subject, Fault::new("labels.date.0", "bad", ""));
    assert!(located.file.ends_with("feeds/x.toml") && located.line == 14, "{located:?}");
}

#[test]
fn faults_of_a_sites_own_rules_have_their_places() {
    for (rules, wanted) in [
        ("languges = ['vi']\n", "9:1 unknown key `languges`"),
        ("languages = ['wi']\n", "9:14 there is no language `wi`"),
        ("engines = ['liferay']\n", "9:12 `liferay` is a family, no engine"),
        ("[rules.tools]\nwords = 1\n", "10:9 expected an array or a table, found an integer"),
        (
            "[rules.tools]\nwords = { drop = ['Bình chon'] }\n",
            "10:19 `Bình chon` is dropped, and no layer below says it",
        ),
        ("[rules.dates]\norder = 'dym'\n", "10:9 unknown value `dym`"),
    ] {
        let faults = site(&site_rules(rules)).faults(&[]);
        assert_eq!(faults, [format!("feeds/x.toml:{wanted}")], "{rules}");
    }
    // Over any portal: what says something over one of them is no fault.
    let any = |rules: &str| site(&format!("{SITE}{SECTION}[rules]\n{rules}")).faults(&[]);
    assert_eq!(any("[rules.lists]\nnext = { drop = ['Weiter'] }\n"), [""; 0]);
    assert_eq!(any("[rules.lists]\nnext = { drop = ['Wieter'] }\n").len(), 1);
}

#[test]
fn faults_of_the_sum_are_told_at_the_most_specific_layer() {
    for (portal, file, wanted) in [
        (
            "languages = ['vi']\n[labels]\nnone = ['ngày  đăng']\n",
            "portals/a.toml:3:9 ",
            "\"ngày  đăng\" stands in labels.none and in labels.date, from languages/vi.toml:",
        ),
        (
            "languages = ['en']\n[lists]\nnext = ['Last']\n",
            "portals/a.toml:3:9 ",
            "\"Last\" stands in lists.next and in lists.previous, from languages/en.toml:",
        ),
        // Of two languages the one that is named first is the more specific.
        (
            "languages = ['en', 'xx']\n",
            "languages/en.toml:",
            "\"Published\" stands in labels.date and in labels.lead, from languages/xx.toml:2",
        ),
        (
            "languages = ['yy']\n",
            "portals/a.toml:1:13 ",
            "no form of a date with {month}, and words for months from languages/yy.toml:2",
        ),
        (
            "[dates]\ndays = { only = [] }\n",
            "portals/a.toml:1:1 ",
            "the profile has no form of a date",
        ),
    ] {
        let place = Place::new(&[
            ("portals/a.toml", portal),
            ("languages/xx.toml", "[labels]\nlead = ['published']\n"),
            ("languages/yy.toml", "[dates]\nmonths = [['un']]\n"),
        ]);
        let prefix = format!("{}/", place.0.path().display());
        let faults = place.faults(&[]);
        let told = faults.iter().map(|fault| fault.replace(&prefix, "").replace("config/", ""));
        // The profile for any page knows each language, also one with a fault.
        let told: Vec<String> =
            told.filter(|fault| !fault.starts_with("portals/web.toml")).collect();
        let fits = |fault: &String| fault.starts_with(file) && fault.contains(wanted);
        assert!(told.len() == 1 && fits(&told[0]), "{portal}: {told:#?}");
    }
}

#[test]
fn a_portal_may_be_read_by_the_language_of_its_pages() {
    let place = Place::new(&[
        ("languages/xx.toml", "[labels]\ndate = ['on']\n"),
        (
            "portals/a.toml",
            "languages = { page = true, else = ['xx'] }\n[tools]\n\
             words = { drop = ['Copy link'] }\n",
        ),
        ("portals/b.toml", "languages = { page = true, els = ['xx'] }\n"),
    ]);
    assert_eq!(place.faults(&[]), ["portals/b.toml:1:28 unknown key `els`"]);
    std::fs::remove_file(place.0.path().join("portals/b.toml")).unwrap();
    let loaded = place.load(&[]).map_err(|_| place.faults(&[])).unwrap();
    let portal = loaded.rules.portals.iter().find(|portal| portal.name == "a").unwrap();
    assert_eq!(portal.labels.date, ["on"]);
    assert_eq!(portal.in_language.len(), 9);
    assert_eq!(portal.in_language["xx"].labels.date, ["on"]);
    assert!(portal.in_language["de"].labels.date.contains(&"Veröffentlicht".to_owned()));
    assert!(!portal.in_language["en"].tools.words.contains(&"Copy link".to_owned()));
}

#[test]
fn what_layers_lack_is_told_with_its_place() {
    let place = Place::new(&[
        ("engines/fam.toml", "family = true\nextends = 'liferay'\n"),
        ("engines/fam-1.toml", "extends = 'liferay-7'\n"),
        ("engines/lost.toml", "extends = 'shairpoint'\n"),
        ("languages/xx.toml", "[lables]\n"),
        (
            "portals/a.toml",
            "languages = ['vi', 'wi']\nengines = ['liferey', 'liferay']\n[tools]\n\
             words = { drop = ['Bình chon'] }\n",
        ),
        ("portals/b.toml", "reading = 'blocs'\n[tools]\nwords = { ad = ['x'] }\n"),
        ("portals/c.toml", "languages = ['xx']\n"),
        ("web.toml", "[page]\ntitles = 1\n"),
    ]);
    let faults = place.faults(&[]);
    let wanted = [
        "web.toml:2:10 expected an array or a table, found an integer",
        "languages/xx.toml:1:2 unknown key `lables`",
        "portals/b.toml:1:11 unknown value `blocs`",
        "portals/b.toml:3:11 unknown key `ad`",
        "engines/fam.toml:2:11 a family extends nothing",
        "engines/fam-1.toml:1:11 `liferay-7` is no family",
        "engines/lost.toml:1:11 there is no engine `shairpoint`",
        "portals/a.toml:2:12 there is no engine `liferey`",
        "portals/a.toml:2:23 `liferay` is a family, no engine",
        "portals/a.toml:1:20 there is no language `wi`",
        "portals/a.toml:4:19 `Bình chon` is dropped, and no layer below says it",
    ];
    assert_eq!(faults.len(), wanted.len(), "{faults:#?}");
    for (fault, wanted) in faults.iter().zip(wanted) {
        assert!(fault.starts_with(wanted), "{fault} is not {wanted}");
    }
}

/// The values of a file's lists by their paths, as profiles have them.
fn values(table: &toml::Table, path: &str, found: &mut BTreeSet<(String, String)>) {
    for (key, value) in table {
        let key = if path.is_empty() && key == "article" { "page" } else { key };
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            toml::Value::Table(table) => {
                let path = path.strip_prefix("in_blocks.").unwrap_or(&path);
                values(table, if path == "in_blocks" { "" } else { path }, found);
            }
            toml::Value::Array(items) => {
                found.extend(items.iter().map(|item| (path.clone(), item.to_string())));
            }
            _ => {}
        }
    }
}

/// Languages may have words in common, and an engine's lists of selectors are in order of
/// preference; else what a layer says no layer above it says again.
#[test]
fn no_value_stands_in_two_layers_that_are_merged() {
    const ORDERED: [&str; 5] =
        ["page.titles", "page.leads", "page.dates", "page.authors", "page.bodies"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let mut layers = BTreeMap::new();
    for folder in ["", "languages", "engines", "portals"] {
        for file in sources::files(&root.join(folder)).unwrap() {
            let table: toml::Table = std::fs::read_to_string(&file.path).unwrap().parse().unwrap();
            let mut found = BTreeSet::new();
            values(&table, "", &mut found);
            found.retain(|(path, _)| !ORDERED.contains(&path.as_str()));
            layers.insert((folder, file.name), (table, found));
        }
    }
    let extends = |table: &toml::Table, name: &str| {
        table.get("extends").and_then(toml::Value::as_str) == Some(name)
    };
    let merged = |(one, other): (&(&str, String), &(&str, String))| match (one.0, other.0) {
        ("", _) => one.1 == "web" && one != other,
        ("engines", "engines") => extends(&layers[other].0, &one.1),
        ("languages" | "engines", "portals") => true,
        _ => false,
    };
    let mut twice = Vec::new();
    for (below, (_, said)) in &layers {
        for (above, (_, again)) in layers.iter().filter(|(above, _)| merged((below, above))) {
            twice.extend(
                said.intersection(again).map(|value| format!("{below:?} {above:?} {value:?}")),
            );
        }
    }
    assert_eq!(twice, [""; 0]);
}
