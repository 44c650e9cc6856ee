//! Pages of a small portal in a known chrome: what the cases put their attacks into.

/// The head of a page in a chrome that the shipped engines know.
const HEAD: &str = "<!DOCTYPE html><html><head><meta name=generator content='Microsoft SharePoint'>\
                    <link href='/_layouts/15/1033/styles/corev15.css'><title>Tin</title></head>\
                    <body><form>";
/// A text that nobody takes for anything but an article's.
pub const TEXT: &str = "<p>Thân bài dài, có dấu chấm. Và một câu nữa, cũng có dấu chấm.</p>";

fn block(n: u8, name: &str, inner: &str) -> String {
    format!("<!-- ~/Portal/Block_Tin_{name}.ascx --><div webpartid={n}>{inner}</div>")
}

/// A list of articles, each with address and title, and what stands below it.
pub fn list(links: &[(String, String)], below: &str) -> String {
    let links: Vec<_> = links
        .iter()
        .map(|(href, title)| (href.clone(), title.clone(), "07/04/2020".to_owned()))
        .collect();
    list_of(&links, below)
}

/// The same where each link has a date of its own.
pub fn list_of(links: &[(String, String, String)], below: &str) -> String {
    let items: String = links
        .iter()
        .map(|(href, title, date)| format!("<li><a href=\"{href}\">{title}</a> <i>{date}</i></li>"))
        .collect();
    format!("{HEAD}{}</form></body></html>", block(1, "List", &format!("<ul>{items}</ul>{below}")))
}

/// An article with any date, title and body, all in markup.
pub fn article_of(date: &str, title: &str, body: &str) -> String {
    blocks(&format!("<p>{date}</p><h1>{title}</h1>"), body)
}

/// An article of these two blocks.
pub fn blocks(toolbar: &str, data: &str) -> String {
    let (toolbar, data) = (block(1, "Toolbar", toolbar), block(2, "ViewData", data));
    format!("{HEAD}{toolbar}{data}</form></body></html>")
}

/// An article of that body.
pub fn article(body: &str) -> String {
    article_of("07/04/2020 14:05", "Một bài viết của tỉnh", body)
}

/// An article after so much furniture.
pub fn crowded(furniture: &str) -> String {
    article(TEXT).replacen("<form>", &format!("<form>{furniture}"), 1)
}

/// A harmless article.
pub fn good(n: usize) -> String {
    article_of("06/04/2020", &format!("Bài viết lành số {n}"), TEXT)
}

/// The links of a site's list: an article that attacks and one that does not.
pub fn links(bad: &str) -> Vec<(String, String)> {
    vec![
        (bad.to_owned(), "Bài viết thứ hai".to_owned()),
        ("/good.aspx?ItemID=1".to_owned(), "Bài viết lành số 1".to_owned()),
    ]
}
