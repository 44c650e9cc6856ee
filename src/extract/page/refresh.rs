//! Pages that only send on (`meta refresh`, or the field Refresh): redirects that no status says.

use url::Url;

use super::base::Base;
use super::legacy_fonts::LegacyFonts;
use super::{decode, media};
use crate::extract::budget::Budget;
use crate::extract::html::dom::{Node, Step, Tree};

/// A page that waits longer is there to be read.
const LONGEST_WAIT: u32 = 5;
/// Characters of its own text, blanks and links apart, from which on a page says something itself.
const SAYS_SOMETHING: usize = 200;

/// Where a page that says nothing itself sends its reader, by the field Refresh or its markup; for
/// small pages, on an account of its own.
pub fn target(
    body: &[u8],
    content_type: Option<&str>,
    field: Option<&str>,
    url: &Url,
) -> Option<Url> {
    let named =
        field.is_some() || body.windows(7).any(|word| word.eq_ignore_ascii_case(b"refresh"));
    if !named || media::other(content_type, body).is_some() {
        return None;
    }
    let budget = Budget::default();
    let tree =
        Tree::parse(&decode::text(body, content_type, &LegacyFonts::default(), &budget), &budget)
            .ok()?;
    let is_refresh = |n: &Node<'_>| {
        n.is(&["meta"])
            && n.attr("http-equiv").is_some_and(|v| v.trim().eq_ignore_ascii_case("refresh"))
    };
    let markup =
        || tree.root().descendants().filter(is_refresh).find_map(|n| address(n.attr("content")?));
    let written = field.and_then(address).or_else(markup)?;
    let url = Base::of(&tree, Some(url)).resolve(written)?;
    if says_something(&tree) { None } else { Url::parse(&url).ok() }
}

/// The address in a refresh that waits no longer than a few seconds: `0; url='/there'`, as browsers
/// read it.
fn address(content: &str) -> Option<&str> {
    let content = content.trim_ascii_start();
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let wait = content[..digits].parse::<u32>().ok().or(content.starts_with('.').then_some(0))?;
    let rest = content[digits..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let between = |c: char| c.is_ascii_whitespace() || matches!(c, ';' | ',');
    if wait > LONGEST_WAIT || !rest.starts_with(between) {
        return None;
    }
    let rest = rest.trim_start_matches(between);
    let named = rest
        .get(..3)
        .filter(|word| word.eq_ignore_ascii_case("url"))
        .and_then(|_| rest[3..].trim_ascii_start().strip_prefix('='));
    let written = named.unwrap_or(rest).trim_ascii_start();
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    let written = quote
        .map_or(written, |quote| written[1..].split(quote).next().unwrap_or_default())
        .trim_ascii();
    (!written.is_empty()).then_some(written)
}

/// Whether a page has a text of its own: more than a few words beside its links.
fn says_something(tree: &Tree<'_>) -> bool {
    let mut said = 0;
    tree.root().walk(|node, step| {
        if let Some(text) = node.text().filter(|_| step == Step::Enter) {
            said += text.chars().filter(|c| !c.is_whitespace()).take(SAYS_SOMETHING).count();
        }
        said < SAYS_SOMETHING && !node.is(&["head", "script", "style", "noscript", "template", "a"])
    });
    said >= SAYS_SOMETHING
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(html: &str) -> Option<String> {
        let url = Url::parse("https://h.example/go/x?id=1").unwrap();
        target(html.as_bytes(), Some("text/html"), None, &url).map(String::from)
    }

    #[test]
    fn a_field_does_as_the_markup() {
        let url = Url::parse("https://h.example/go/x").unwrap();
        let sent = |field: &str, body: &str| {
            target(body.as_bytes(), None, Some(field), &url).map(String::from)
        };
        assert_eq!(sent("0; url=/there", "").as_deref(), Some("https://h.example/there"));
        assert_eq!(sent("300; url=/there", ""), None);
        assert_eq!(sent("0; url=/there", &"đoạn văn ".repeat(50)), None);
    }

    #[test]
    fn refreshes_as_they_are_written() {
        for (content, want) in [
            ("0; url=/there", Some("/there")),
            ("0;URL='/there?a=1'", Some("/there?a=1")),
            (" 3 , url = \"../there\" ", Some("/there")),
            ("0.5;/there", Some("/there")),
            (".5; url=/there", Some("/there")),
            ("5 /there", Some("/there")),
            ("6; url=/there", None),
            ("0", None),
            ("0; url=", None),
            ("0url=/there", None),
            ("url=/there", None),
            ("0; url=javascript:x()", None),
            ("99999999999; url=/there", None),
        ] {
            let page = format!(
                "<html><head><META HTTP-EQUIV=Refresh content='{}'>",
                content.replace('\'', "&#39;")
            );
            assert_eq!(
                sent(&page).as_deref(),
                want.map(|path| format!("https://h.example{path}")).as_deref(),
                "{content}"
            );
        }
    }

    #[test]
    fn a_page_with_a_text_of_its_own_is_read_itself() {
        let refresh = "<meta http-equiv='refresh' content='0; url=/there'>";
        let long = "Một đoạn văn của chính trang này. ".repeat(20);
        for (page, sends) in [
            (
                format!(
                    "<title>{long}</title>{refresh}<p>Đang chuyển… <a href=/there>{long}</a>\
                     <script>{long}</script>"
                ),
                true,
            ),
            (format!("<base href=https://h.example/a/>{refresh}"), true),
            (format!("{refresh}<p>{long}"), false),
            (format!("<noscript>{refresh}</noscript><p>x"), false),
            (format!("<!-- {refresh} -->"), false),
            (format!("%PDF-1.4 {refresh}"), false),
        ] {
            assert_eq!(sent(&page).is_some(), sends, "{page:.60}");
        }
    }
}
