//! Whatever a draft holds becomes sound: ammonia is the judge of its markup.

use proptest::prelude::*;

use super::*;
use crate::domain::HtmlRules;
use crate::domain::run::Voice;

/// What is said of a body as a whole.
const OWN: speech::Own<'_> = speech::Own { leftward: true, language: Some("vi") };

/// What a sanitizer leaves of markup by the rules, and by rules that allow more.
fn judged(markup: &str) -> String {
    let rules = crate::config::shipped().html;
    fn set(list: &[String]) -> std::collections::HashSet<&str> {
        list.iter().map(String::as_str).collect()
    }
    ammonia::Builder::empty()
        .tags(set(&rules.tags))
        .clean_content_tags(set(&rules.drop))
        .tag_attributes(
            rules.attributes.iter().map(|(tag, keys)| (tag.as_str(), set(keys))).collect(),
        )
        .url_schemes(set(&rules.schemes))
        .link_rel(None)
        .clean(markup)
        .to_string()
}

/// As wide a list as is accepted: what neither runs, loads nor asks stays, nothing is dropped.
fn widest() -> HtmlRules {
    const MORE: [&str; 15] = [
        "article", "center", "dd", "details", "div", "dl", "dt", "font", "marquee", "picture",
        "section", "span", "summary", "u", "video",
    ];
    const KEYS: [&str; 13] = [
        "class", "colspan", "dir", "href", "id", "lang", "name", "reversed", "rowspan", "src",
        "start", "type", "value",
    ];
    let shipped = crate::config::shipped().html;
    let tags: Vec<String> = shipped.tags.iter().cloned().chain(MORE.map(str::to_owned)).collect();
    let keys = |tag: &String| (tag.clone(), KEYS.map(str::to_owned).to_vec());
    HtmlRules { attributes: tags.iter().map(keys).collect(), drop: Vec::new(), tags, ..shipped }
}

/// Texts that often mean something elsewhere.
fn words() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "một ",
        " hai",
        "&amp;",
        "&lt;",
        "&nbsp;",
        "\"",
        "&amp;amp;",
        "a\u{301}",
        "\u{338}",
        "\u{301}",
        "\n",
        "  ",
        "\u{200b}",
        "\r",
        "&x",
        ">",
        "<b>",
        "</p>",
        "<!--",
        "]]>",
        "\0",
        "\u{b}",
        "\u{ffff}",
    ]);
    let piece = prop_oneof![3 => odd.prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn runs() -> impl Strategy<Value = Vec<Run>> {
    let to = prop::sample::select(vec![
        "/a?b&c",
        "https://x.org/\"",
        "mailto:a@b",
        "http://[",
        "",
        "javascript:x",
        "x y>",
        "data:x",
        "tel:1",
    ]);
    let to = proptest::option::weighted(0.3, to);
    let run =
        (words(), 0_u16..2048, any::<bool>(), to, 0..8).prop_map(|(text, style, plain, to, n)| {
            let style = if plain { 0 } else { style };
            let voice =
                (n == 1).then(|| Voice { direction: Some("rtl"), language: Some(text.clone()) });
            let voice = voice.map(Into::into);
            Run { text, style, link: to.map(Into::into), voice, breaks: n == 0 }
        });
    prop::collection::vec(run, 0..6)
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let address =
        prop::sample::select(vec!["/a.png", "data:x", "", " ", "javascript:x", "//x/\"b\""]);
    let part = (0..9, runs(), words(), address, any::<bool>(), 0_u8..4).prop_map(
        |(kind, runs, text, src, flag, depth)| match kind {
            0 => Part::Heading { level: depth * 2, runs },
            1 | 2 => {
                let value = flag.then_some(depth.into());
                let kind = (depth == 1).then_some('a');
                let numbers = Numbers { start: value, reversed: depth == 2, kind, value };
                Part::Item { ordered: flag, depth, numbers, runs }
            }
            3 => Part::Quote { runs },
            4 => Part::Preformatted { text },
            5 => {
                let cell = Cell { runs, heading: flag, columns: depth.into(), rows: 1 };
                Part::Table { rows: vec![vec![cell.clone()], vec![], vec![cell]] }
            }
            6 => Part::Figure { src: src.into(), alt: text.clone(), caption: flag.then_some(text) },
            7 => {
                let file = flag.then(String::new);
                Part::Embedded(Embedded { to: src.into(), title: text, file, ..<_>::default() })
            }
            _ => Part::Paragraph { runs },
        },
    );
    prop::collection::vec(part, 0..6)
}

proptest! {
    #[test]
    fn any_draft_becomes_sound(title in any::<String>(), body in parts()) {
        let article = read(&Draft { title: Some(title), body, ..Draft::default() });
        for text in [&article.title, &article.content_html, &article.content_text] {
            prop_assert!(unicode_normalization::is_nfc(text));
            let legal = |c: char| (c >= ' ' || matches!(c, '\n' | '\t')) && c != '\u{ffff}';
            prop_assert!(text.chars().all(legal));
        }
        prop_assert_eq!(judged(&article.content_html), article.content_html);
    }

    #[test]
    fn the_widest_list_lets_in_nothing_else(body in parts()) {
        let page = Url::parse(PAGE).unwrap();
        let cleaned: Vec<_> = body.iter().map(|part| body::cleaned(part, Some(&page))).collect();
        let sanitizer = Sanitizer::new(widest());
        let (markup, _) = body::html((&body, &cleaned), OWN, Some(&page), &sanitizer);
        let mut builder = ammonia::Builder::default();
        builder.link_rel(None).add_generic_attributes(["dir"]);
        builder.add_tag_attributes("ol", ["reversed", "type"]).add_tag_attributes("li", ["value"]);
        let judge = builder.clean(&markup).to_string();
        prop_assert_eq!(judge, markup);
    }

    #[test]
    fn no_more_is_written_than_rules_allow(body in parts(), gone in proptest::sample::subsequence(
        vec![
            "a", "strong", "em", "s", "ruby", "rt", "figure", "figcaption", "img", "pre", "sub",
            "h2",
        ],
        0..6,
    )) {
        let mut rules = crate::config::shipped().html;
        rules.tags.retain(|tag| !gone.contains(&tag.as_str()));
        rules.attributes.retain(|tag, _| !gone.contains(&tag.as_str()));
        let page = Url::parse(PAGE).unwrap();
        let cleaned: Vec<_> = body.iter().map(|part| body::cleaned(part, Some(&page))).collect();
        let sanitizer = Sanitizer::new(rules);
        let (markup, pictures) = body::html((&body, &cleaned), OWN, Some(&page), &sanitizer);
        for tag in &gone {
            let (start, long) = (format!("<{tag}>"), format!("<{tag} "));
            let written = markup.contains(&start) || markup.contains(&long);
            prop_assert!(!written, "{}: {}", tag, markup);
        }
        prop_assert!(pictures.is_empty() || !gone.contains(&"img"));
        prop_assert_eq!(judged(&markup), markup);
    }
}
