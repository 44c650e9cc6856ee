//! Fields of pages at large: what speaks for each.

use super::*;

const TEXT: &str = "<p>The bridge over the river was opened on Monday after four years of works \
    and two floods, says the town, and everybody who lives on the other side is glad of \
    it.</p>";

/// A page with what stands in its head and before its text.
fn page(head: &str, before: &str) -> Draft {
    let html = format!(
        "<html lang=en><head>{head}</head><body><div class=banner><p>Town of Weir</p></div>\
         <article>{before}<div>{}</div></article></body></html>",
        TEXT.repeat(10)
    );
    article(draft(&profile("liferay"), &html))
}

fn work(json: &str) -> String {
    format!("<script type='application/ld+json'>{{\"@type\": \"NewsArticle\", {json}}}</script>")
}

#[test]
fn a_title_is_what_heading_and_head_agree_on() {
    let og = |title: &str| format!("<meta property=og:title content='{title}'>");
    let site = "<meta property=og:site_name content='Weir Today'>";
    for (head, before, title) in [
        // Of several headings the one that the head says.
        (og("A bridge opens"), "<h1>News</h1><h2>A bridge opens</h2>", "A bridge opens"),
        // The head's own words lose to a heading that is like them.
        (
            og("Bridge in Weir opens"),
            "<h1>The new bridge opens at last</h1>",
            "The new bridge opens at last",
        ),
        // One that names the site alone says nothing.
        (og("Weir Today") + site, "<h1>A bridge opens</h1>", "A bridge opens"),
        // The site's name behind a title goes.
        (og("A bridge opens | Weir Today") + site, "", "A bridge opens"),
        // A kicker or a date in the heading is none of it.
        (
            og("A bridge opens - Weir"),
            "<h1><span>4 May 2022</span> <span>A bridge opens</span></h1>",
            "A bridge opens",
        ),
        (og("A bridge…"), "<h1>A br\u{ad}idge opens<br>at last</h1>", "A bridge opens at last"),
        (
            work("\"headline\": \"A bridge opens\""),
            "<h2>Weir</h2><p>A bridge opens</p>",
            "A bridge opens",
        ),
    ] {
        assert_eq!(page(&head, before).title.as_deref(), Some(title), "{head} {before}");
    }
}

#[test]
fn a_date_is_one_of_publication() {
    let declared = |date: &str| work(&format!("\"datePublished\": \"{date}\""));
    let title = "<h1>A bridge opens</h1>";
    for (head, before, date) in [
        (declared("2022-05-04T08:00:00Z"), String::new(), Some((2022, 5, 4))),
        // What is seen beside the title goes before what is declared.
        (declared("2022-06-01"), format!("{title}<p>May 4, 2022</p>"), Some((2022, 5, 4))),
        (
            String::new(),
            format!("{title}<p>Ann Lee, 4 May 2022, 5 min read</p>"),
            Some((2022, 5, 4)),
        ),
        (String::new(), format!("{title}<p>Published</p><p>4 May 2022</p>"), Some((2022, 5, 4))),
        // An edit is none.
        (String::new(), format!("{title}<p>Last updated: May 4, 2022</p>"), None),
        (
            String::new(),
            format!("{title}<p>Published May 4, 2022 | Updated May 9, 2022</p>"),
            Some((2022, 5, 4)),
        ),
        (String::new(), format!("{title}<p>Updated</p><p>4 May 2022</p>"), None),
        // Numbers say no order here, unless another witness or another date does.
        (String::new(), format!("{title}<p>5/4/2022</p>"), None),
        (declared("2022-05-04"), format!("{title}<p>5/4/2022</p>"), Some((2022, 5, 4))),
        (String::new(), format!("{title}<p>5/4/2022</p><p>See 5/14/2022</p>"), Some((2022, 5, 4))),
        (String::new(), format!("{title}<p>4/5/2022</p><p>See 14/5/2022</p>"), Some((2022, 5, 4))),
        (String::new(), format!("{title}<p>4.5.2022</p>"), Some((2022, 5, 4))),
        // An attribute tells what the words do not.
        (
            String::new(),
            format!("{title}<time datetime='2022-05-04T10:00:00Z'>two hours ago</time>"),
            Some((2022, 5, 4)),
        ),
    ] {
        let got = page(&head, &before).published.map(|w| w.date);
        assert_eq!(got, date, "{head} {before}");
    }
}

#[test]
fn the_clock_of_a_banner_is_no_date() {
    let html = |clock: &str| {
        format!(
            "<body><div role=banner><p>Weir</p><p>{clock}</p></div><h1>A bridge opens</h1>{}",
            TEXT.repeat(10)
        )
    };
    let got = article(draft(&profile("liferay"), &html("Monday, 4 May 2022")));
    assert_eq!(got.published, None);
}

#[test]
fn authors_are_names() {
    let title = "<h1>A bridge opens</h1>";
    let meta = |name: &str| format!("<meta name=author content='{name}'>");
    for (head, before, authors) in [
        (
            String::new(),
            format!("{title}<p>By Ann Lee and Bo Orr | May 4, 2022</p>"),
            "Ann Lee; Bo Orr",
        ),
        (String::new(), format!("{title}<p>Written by</p><p>Ann Lee</p>"), "Ann Lee"),
        (String::new(), format!("{title}<p>By signing up you agree</p>"), ""),
        (String::new(), format!("{title}<p>May 4, 2022 by Ann Lee</p>"), "Ann Lee"),
        (meta("Ann Lee, PhD"), title.to_owned(), "Ann Lee, PhD"),
        (meta("https://weir.example/ann") + &meta("ann@weir.example"), title.to_owned(), ""),
        // The site is one only where nobody is named.
        (
            meta("Weir Today") + "<meta property=og:site_name content='Weir Today'>",
            format!("{title}<p>By Ann Lee</p>"),
            "Ann Lee",
        ),
        (
            meta("Weir Today") + "<meta property=og:site_name content='Weir Today'>",
            title.to_owned(),
            "Weir Today",
        ),
        (
            work("\"author\": [{\"@type\": \"Person\", \"name\": \"Ann Lee\"}]") + &meta("Desk"),
            title.to_owned(),
            "Ann Lee",
        ),
    ] {
        assert_eq!(page(&head, &before).authors.join("; "), authors, "{head} {before}");
    }
}

#[test]
fn a_lead_stands_between_title_and_text() {
    let lead = "After four years the river can be crossed again, and it costs nothing to do so.";
    let before = format!("<h1>A bridge opens</h1><p>{lead}</p>");
    assert_eq!(page("", &before).lead.as_deref(), Some(lead));
    // What is only declared is none.
    let head = format!("<meta name=description content='{lead}'>");
    assert_eq!(page(&head, "<h1>A bridge opens</h1>").lead, None);
}
