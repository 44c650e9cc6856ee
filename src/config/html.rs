//! What a published body may hold: a list that lets in what runs, loads or asks is refused.

use super::document::Document;
use super::schema;
use super::text::Text;
use crate::domain::{Fault, HtmlRules};

/// Elements that run, load, ask, or end how a page is read.
const ACTIVE: [&str; 43] = [
    "applet",
    "base",
    "basefont",
    "bgsound",
    "body",
    "button",
    "datalist",
    "embed",
    "fieldset",
    "form",
    "frame",
    "frameset",
    "head",
    "html",
    "iframe",
    "image",
    "input",
    "isindex",
    "keygen",
    "label",
    "legend",
    "link",
    "listing",
    "math",
    "menuitem",
    "meta",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "optgroup",
    "option",
    "output",
    "param",
    "plaintext",
    "portal",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "xmp",
];
/// Attributes that run, load or send, beside those that begin with `on`.
const ACTIVE_ATTRIBUTES: [&str; 19] = [
    "action",
    "archive",
    "background",
    "classid",
    "code",
    "codebase",
    "data",
    "dynsrc",
    "formaction",
    "is",
    "lowsrc",
    "manifest",
    "ping",
    "poster",
    "profile",
    "srcdoc",
    "srcset",
    "style",
    "xlink:href",
];
/// Schemes that links may have.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// The rules of a text; what is wrong with them is added to its document.
pub(super) fn read(text: &Text) -> (HtmlRules, Document) {
    let mut document = Document::new((text.clone(), None), None);
    let rules: HtmlRules = document.read(&schema::HTML);
    faults(&rules).into_iter().for_each(|fault| document.fault(fault));
    (rules, document)
}

fn faults(rules: &HtmlRules) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (n, tag) in rules.tags.iter().enumerate() {
        let told = match tag.as_str() {
            tag if ACTIVE.contains(&tag.to_ascii_lowercase().as_str()) => {
                ("is never published: it runs, loads or asks", "take it out")
            }
            tag if !is_name(tag) => ("is no element's name", "small letters and digits"),
            tag if rules.drop.iter().any(|dropped| dropped == tag) => {
                ("is dropped and stays, both", "take it out of one of the lists")
            }
            _ => continue,
        };
        faults.push(fault(["tags".to_owned(), n.to_string()], tag, told));
    }
    for (n, scheme) in rules.schemes.iter().enumerate() {
        if !SCHEMES.contains(&scheme.as_str()) {
            let told = ("is no scheme that links may have", "of http, https, mailto and tel");
            faults.push(fault(["schemes".to_owned(), n.to_string()], scheme, told));
        }
    }
    for (tag, names) in &rules.attributes {
        if !rules.tags.contains(tag) {
            let told = ("has attributes and does not stay", "add it to `tags`, or take this out");
            faults.push(fault(["attributes".to_owned(), tag.clone()], tag, told));
        }
        let active = names.iter().enumerate().filter(|(_, name)| is_active(name));
        faults.extend(active.map(|(n, name)| {
            let told = ("is never published: it runs, loads or sends", "take it out");
            fault(["attributes".to_owned(), tag.clone(), n.to_string()], name, told)
        }));
    }
    faults
}

fn is_active(attribute: &str) -> bool {
    let name = attribute.trim().to_ascii_lowercase();
    name.starts_with("on") || ACTIVE_ATTRIBUTES.contains(&name.as_str()) || !is_attribute(&name)
}

fn is_name(tag: &str) -> bool {
    tag.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && tag.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_attribute(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn fault<const N: usize>(path: [String; N], name: &str, (what, advice): (&str, &str)) -> Fault {
    Fault { path: path.into(), what: format!("`{name}` {what}"), advice: advice.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn told(body: &str) -> Vec<String> {
        let text = Text::new(PathBuf::from("html.toml"), body.to_owned());
        let place = |f: &super::super::Located| format!("{}:{} {}", f.line, f.column, f.fault.what);
        read(&text).1.into_faults().iter().map(place).collect()
    }

    #[test]
    fn what_runs_loads_or_asks_is_refused() {
        for tag in [
            "script", "SCRIPT", "style", "iframe", "frame", "object", "embed", "form", "input",
            "svg", "math", "base", "meta", "link", "template",
        ] {
            let faults = told(&format!("tags = [\"p\", \"{tag}\"]\n"));
            let wanted = format!("1:14 `{tag}` is never published: it runs, loads or asks");
            assert_eq!(faults, [wanted], "{tag}");
        }
        for name in ["onclick", "OnLoad", " onerror", "srcdoc", "style", "formaction", "srcset"] {
            let faults = told(&format!("tags = [\"a\"]\n[attributes]\na = [\"{name}\"]\n"));
            let wanted = format!("3:6 `{name}` is never published: it runs, loads or sends");
            assert_eq!(faults, [wanted], "{name}");
        }
        for scheme in ["javascript", "data", "vbscript", "ftp", "HTTP", "file", "blob"] {
            let faults = told(&format!("schemes = [\"{scheme}\"]\n"));
            let wanted = format!("1:12 `{scheme}` is no scheme that links may have");
            assert_eq!(faults, [wanted], "{scheme}");
        }
    }

    #[test]
    fn a_list_that_contradicts_itself_is_refused() {
        for (body, wanted) in [
            ("tags = [\"p\"]\ndrop = [\"p\"]\n", "1:9 `p` is dropped and stays, both"),
            ("[attributes]\np = [\"title\"]\n", "2:5 `p` has attributes and does not stay"),
            ("tags = [\"p q\"]\n", "1:9 `p q` is no element's name"),
            ("tags = \"p\"\n", "1:8 expected an array, found a string"),
            ("tag = [\"p\"]\n", "1:1 unknown key `tag`"),
        ] {
            assert_eq!(told(body), [wanted], "{body}");
        }
        assert_eq!(told("tags = [\"p\", \"h2\"]\nschemes = [\"tel\"]\n"), [""; 0]);
    }
}
