//! Both ways to an article say the same, whatever is done to a page.

use url::Url;

use super::*;
use crate::extract::budget::Budget;

fn reader() -> &'static Reader {
    static READER: std::sync::LazyLock<Reader> = std::sync::LazyLock::new(|| {
        let mut rules = crate::config::shipped();
        rules.portals.retain(|portal| portal.name != "liferay");
        Reader::compile(rules).unwrap()
    });
    &READER
}

/// Two named blocks, `between` them and `inside` the second.
fn page(between: &str, inside: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta name=generator content='Microsoft SharePoint'>\
         <link href='/_layouts/1033/x.css'></head><body><form>\
         <!-- ~/a/Block_Tin_Toolbar.ascx --><div webpartid=1><p>07/04/2020\
         <h1>Một bài viết của tỉnh</h1></div>{between}\
         <!-- ~/a/Block_Tin_ViewData.ascx --><div webpartid=2>{inside}<p>Thân bài dài, có dấu \
         chấm. Và một câu nữa, cũng có dấu chấm.</div></form>"
    )
}

#[test]
fn the_scan_says_why_it_is_not_sure() {
    let url = Url::parse("https://portal.example/Pages/bai.aspx?ItemID=77").unwrap();
    for (between, inside, why) in [
        (
            "<script>'<div webpartid=3>'</script><!-- <div webpartid=3> -->",
            "<b><i>x</b></i><ul><li>a<li>b</ul><span>",
            None,
        ),
        (
            "<table><tr><td><b>x</td></tr></table></p></div>",
            "<textarea><div webpartid=3></textarea><a title='<div webpartid=3>'>x</a>",
            None,
        ),
        ("<b><i>x</b>", "", Some("a block in badly nested formatting")),
        ("", "<div webpartid=3></div>", Some("a block inside a block")),
        ("", "<table><p>x</table>", Some("an element between the cells of a table")),
        ("<p><table></table>", "", Some("a table in a paragraph")),
        ("<table><form></table>", "", None),
        ("<template>x</template>", "", Some("an element that only the parser follows")),
        ("<div title='", "", Some("the page ends inside a tag")),
    ] {
        let html = page(between, inside);
        let view =
            View { body: html.as_bytes(), url: Some(&url), explain: true, ..View::default() };
        let scanned = reader().scanned(&html, &view, None, &Budget::default());
        match (scanned, why) {
            (Err(Unsure(said)), Some(why)) => assert_eq!(said, why),
            (Ok(reading), None) => {
                assert_eq!(
                    format!("{reading:?}"),
                    format!(
                        "{:?}",
                        reader().whole(&html, &view, None, &Budget::default()).unwrap()
                    ),
                    "{html}"
                )
            }
            (scanned, why) => panic!("{why:?}, but {scanned:?}: {html}"),
        }
    }
}
