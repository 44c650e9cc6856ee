//! One site in full: its state, its sections, and each link that did not become an article.

use std::fmt::Write as _;

use super::row::Row;
use crate::app::Components;
use crate::cli::when::when;
use crate::domain::{Link, LinkState, Site};
use crate::store::Pick;

/// Most links that are looked at.
const LOOKED: usize = 50_000;
/// Most links that are shown.
const SHOWN: usize = 200;

/// The whole view.
pub async fn of(components: &Components, site: &Site, row: &Row) -> anyhow::Result<String> {
    let found = components.store.links(&site.id, Pick::All, LOOKED).await?;
    let whole = found.len() < LOOKED;
    Ok(facts(row) + &links(found, whole))
}

pub(super) fn facts(row: &Row) -> String {
    let mut text = format!("{}: {}\n", row.site, row.title);
    let mut say = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<14}{value}");
    };
    say("state", row.standing());
    row.reasons.iter().for_each(|reason| say("why", reason));
    say("last visit", &when(row.last_visit));
    say("last success", &when(row.last_success));
    say("next", &when(row.next_due));
    if row.paused_until.is_some() {
        say("paused until", &when(row.paused_until));
    }
    say("articles", &row.articles.to_string());
    say("links", &format!("{} open, {} no article", row.links_open, row.links_no_article));
    for section in &row.sections {
        let pages = section.pages();
        say(
            "section",
            &if pages.is_empty() {
                section.section.clone()
            } else {
                format!("{}: {}", section.section, pages.join("; "))
            },
        );
    }
    text
}

/// The links that did not become articles, the one that was read last at the end.
fn links(links: Vec<Link>, whole: bool) -> String {
    let mut left: Vec<_> =
        links.into_iter().filter_map(|link| Some((matter(&link)?, link))).collect();
    left.sort_by(|(_, a), (_, b)| (a.last_read, &a.key).cmp(&(b.last_read, &b.key)));
    let all = left.len();
    let shown = left.split_off(all.saturating_sub(SHOWN));
    let mut text = match (all, all - shown.len()) {
        (0, _) => "each link that was read is an article".to_owned(),
        (_, 0) => "links not read as articles, newest last:".to_owned(),
        (_, more) => {
            format!("links not read as articles, newest last ({more} older ones are not shown):")
        }
    };
    for (matter, link) in shown {
        let why = link.why.as_ref().map(|why| format!("  {why}")).unwrap_or_default();
        let _ = write!(text, "\n  {}  {matter:<12}  {}{why}", when(link.last_read), link.url);
    }
    if !whole {
        let _ = write!(text, "\n(only the first {LOOKED} links of the site were looked at)");
    }
    text
}

/// What is the matter with a link, if it was looked at and is no article.
fn matter(link: &Link) -> Option<String> {
    match link.state {
        LinkState::Unread | LinkState::Article(_) => None,
        LinkState::NoArticle => Some("no article".to_owned()),
        LinkState::Dead(status) => Some(format!("dead ({status})")),
        LinkState::Barred => Some("barred".to_owned()),
        LinkState::Failed => Some(format!("failed ({}x)", link.failures.max(1))),
        LinkState::Held => Some("held back".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{SiteId, Validators};

    fn link(n: usize, state: LinkState) -> Link {
        Link {
            site: SiteId::new("x").unwrap(),
            key: format!("k{n:04}"),
            url: format!("https://a.example/{n:04}"),
            state,
            sections: Vec::new(),
            via: String::new(),
            teaser: 0,
            validators: Validators::default(),
            said: None,
            last_read: Some(Timestamp::from_second(1_000_000 - i64::try_from(n).unwrap()).unwrap()),
            due: None,
            failures: 3,
            left: None,
            why: None,
            told: None,
            fetched: None,
            reread: None,
            instead: None,
        }
    }

    #[test]
    fn each_link_that_is_no_article_is_named_with_its_matter() {
        let states = [
            LinkState::Dead(410),
            LinkState::Unread,
            LinkState::Failed,
            LinkState::Article(uuid::Uuid::nil()),
            LinkState::Barred,
            LinkState::NoArticle,
            LinkState::Held,
        ];
        let text =
            links(states.into_iter().enumerate().map(|(n, state)| link(n, state)).collect(), true);
        let told: Vec<_> = text
            .lines()
            .skip(1)
            .map(|line| line.split_once("  1970").unwrap().1.get(16..).unwrap().trim())
            .collect();
        let wanted = [
            "held back     https://a.example/0006",
            "no article    https://a.example/0005",
            "barred        https://a.example/0004",
            "failed (3x)   https://a.example/0002",
            "dead (410)    https://a.example/0000",
        ];
        assert_eq!(told, wanted, "{text}");
        assert_eq!(
            links(vec![link(0, LinkState::Unread)], true),
            "each link that was read is an article"
        );
    }

    #[test]
    fn the_newest_two_hundred_are_shown() {
        let text = links((0..250).map(|n| link(n, LinkState::NoArticle)).collect(), false);
        assert_eq!(text.lines().count(), 1 + SHOWN + 1);
        assert!(
            text.contains("(50 older ones are not shown)")
                && text.contains("only the first 50000 links"),
            "{text}"
        );
        assert!(
            text.contains("example/0000")
                && text.contains("example/0199")
                && !text.contains("example/0200"),
            "{text}"
        );
    }
}
