//! The pages made to hurt, by name.

/// A page's largest body; less of it where code is not optimised, so that the test takes a minute.
const PAGE: usize = if cfg!(debug_assertions) { 256 << 10 } else { 8 << 20 };
/// The same without what stands around it.
const BODY: usize = PAGE - (64 << 10);

pub fn all() -> Vec<(&'static str, String)> {
    let all = [nested(), misnested(), attributes(), long(), parts(), tables(), words(), blocks()];
    all.into_iter().flatten().collect()
}

/// `piece` for each number, up to `bytes` in all.
fn many(bytes: usize, piece: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    for n in 0.. {
        let next = piece(n);
        if out.len() + next.len() > bytes {
            break;
        }
        out.push_str(&next);
    }
    out
}

/// Elements in one another, deep and beside each other.
fn nested() -> Vec<(&'static str, String)> {
    vec![
        ("deep", "<div>".repeat(200_000)),
        ("deep-closed", format!("{}x{}", "<div>".repeat(200_000), "</div>".repeat(200_000))),
        ("deep-inline", format!("{}x", "<span>".repeat(200_000))),
        ("deep-b", "<b>".repeat(200_000)),
        ("deep-svg", format!("<svg>{}", "<g>".repeat(200_000))),
        ("deep-lists", "<ul><li>x".repeat(100_000)),
        ("deep-tables", "<table><tr><td>".repeat(60_000)),
        ("deep-quotes", "<blockquote>x".repeat(100_000)),
        (
            "just-deep-enough",
            many(BODY, |_| format!("{}x{}", "<div>".repeat(400), "</div>".repeat(400))),
        ),
        (
            "just-deep-inline",
            many(BODY, |_| format!("<p>{}x{}</p>", "<i>".repeat(400), "</i>".repeat(400))),
        ),
        (
            "blocks-nested",
            "<div id='MSOZoneCell_WebPartWPQ7'><div WebPartID='7' id='WebPartWPQ7'>x".repeat(200),
        ),
        ("headings-nested", "<h1><h2>".repeat(300_000)),
        ("nested-forms", "<form><input>".repeat(300_000)),
        ("nested-anchors", many(BODY, |n| format!("<a href={n}>"))),
        ("templates", "<template>".repeat(100_000)),
        ("buttons", "<button>".repeat(300_000)),
        ("rubies", "<ruby><rt><rp>".repeat(200_000)),
        ("frames", format!("<frameset>{}", "<frame>".repeat(500_000))),
    ]
}

/// What the parser moves or closes by itself.
fn misnested() -> Vec<(&'static str, String)> {
    vec![
        ("adoption", many(BODY, |_| "<a><p><b><i></a></p></b><div></i>x".to_owned())),
        ("foster", format!("<table>{}", many(BODY, |n| format!("<b>{n}<tr>x<td>")))),
        ("foster-text", format!("<table>{}", "x<b>".repeat(500_000))),
        ("fonts", many(BODY, |n| format!("<p><font color={n}>"))),
        ("fonts-text", many(BODY, |n| format!("<p>x<font color={n}>"))),
        ("unclosed-tags", "<a".repeat(BODY / 2)),
        ("unclosed-quotes", "<a href='".repeat(BODY / 9)),
        ("less-than", "<".repeat(BODY)),
        ("ends", "</p>".repeat(BODY / 4)),
        ("ends-odd", "</b></i></div>".repeat(BODY / 14)),
        ("plaintext", format!("<plaintext>{}", "<p>".repeat(BODY / 3))),
    ]
}

/// Attributes in number and length, and what is keyed by them.
fn attributes() -> Vec<(&'static str, String)> {
    let attributes = |count: usize| (0..count).map(|n| format!(" a{n}={n}")).collect::<String>();
    vec![
        ("attributes", format!("<p{}>x</p>", attributes(100_000))),
        ("attributes-under", many(BODY, |_| format!("<p{}>x</p>", attributes(1_900)))),
        ("attributes-quoted", format!("<p{}>x</p>", attributes(100_000).replace(" a", " b='<' a"))),
        ("long-attribute", format!("<p title='{}'>x</p>", "x".repeat(BODY))),
        ("long-attribute-open", format!("<p title='{}", "x ".repeat(BODY / 2))),
        ("long-href", format!("<a href='/{}'>x</a>", "a/../".repeat(BODY / 5))),
        ("ids", many(BODY, |n| format!("<i id=i{n}></i>"))),
        ("classes", format!("<p class='{}'>x</p>", many(BODY, |n| format!("c{n} ")))),
        (
            "options",
            format!("<select>{}</select>", many(BODY, |n| format!("<option value={n}>{n}"))),
        ),
        (
            "inputs",
            format!("<form>{}</form>", many(PAGE / 2, |n| format!("<input name=n{n} value={n}>"))),
        ),
    ]
}

/// One text that is long.
fn long() -> Vec<(&'static str, String)> {
    vec![
        ("long-title", format!("<title>{}</title>", "tiêu đề ".repeat(100_000))),
        ("long-heading", format!("<h1>{}</h1>", "tiêu đề ".repeat(100_000))),
        ("long-word", "x".repeat(BODY)),
        ("long-text", "từ và chữ ".repeat(BODY / 16)),
        ("blanks", " ".repeat(BODY)),
        ("nul", "\0".repeat(BODY)),
        ("pre", format!("<pre>{}</pre>", "dòng\n".repeat(BODY / 6))),
        ("comments", "<!--x-->".repeat(1_000_000)),
        ("comment-open", format!("<!--{}", "-".repeat(BODY))),
        ("comments-odd", "<!-- --!".repeat(1_000_000)),
        ("scripts", "<script>x</script>".repeat(400_000)),
        ("script-open", format!("<script>{}", "</scrip".repeat(BODY / 7))),
        ("script-escaped", format!("<script><!--{}", "<script".repeat(BODY / 7))),
    ]
}

/// What a body is made of, very often.
fn parts() -> Vec<(&'static str, String)> {
    let link = |n: usize| {
        format!(
            "<li><a href='/Pages/t.aspx?ItemID={n}'>Bài viết số {n} của chuyên mục</a> \
             <span>07/04/2020</span></li>"
        )
    };
    vec![
        ("links", many(BODY, link)),
        ("links-bare", many(BODY, |n| format!("<a href=/Pages/t{n}.aspx>Bài số {n}</a>"))),
        (
            "links-nested",
            many(BODY, |n| format!("<div><a href=/Pages/t{n}.aspx>Bài số {n}</a></div>")),
        ),
        ("paragraphs", many(BODY, |n| format!("<p>câu {n}</p>"))),
        ("paragraphs-empty", "<p></p>".repeat(1_000_000)),
        ("paragraphs-few", many(PAGE / 8, |n| format!("<p>câu số {n} của bài</p>"))),
        ("headings", many(PAGE / 8, |n| format!("<h3>Đề mục {n}</h3>"))),
        ("breaks", "x<br>".repeat(150_000)),
        ("inline", format!("<p>{}</p>", "<b>x</b> <i>y</i> ".repeat(40_000))),
        ("inline-all", format!("<p>{}</p>", "<b>x</b>".repeat(1_000_000))),
        ("images", many(BODY, |n| format!("<img src=/i{n}.jpg alt='ảnh {n}'>"))),
        (
            "images-captions",
            many(PAGE / 4, |n| format!("<p><img src=/i{n}.jpg></p><p><em>Ảnh: Tên {n}</em></p>")),
        ),
        ("attachments", many(PAGE / 4, |n| format!("<p><a href=/tep/{n}.pdf>Tệp {n}</a></p>"))),
    ]
}

/// Tables and lists of definitions.
fn tables() -> Vec<(&'static str, String)> {
    vec![
        (
            "cells",
            format!(
                "<table>{}</table>",
                format!("<tr>{}</tr>", "<td>1</td>".repeat(100)).repeat(2_000)
            ),
        ),
        ("cells-wide", format!("<table><tr>{}</tr></table>", "<td>1".repeat(150_000))),
        (
            "cells-span",
            format!("<table>{}</table>", "<tr><td colspan=1000 rowspan=65534>1".repeat(60_000)),
        ),
        ("rows", format!("<table>{}</table>", "<tr><td>1".repeat(60_000))),
        ("tables", "<table><tr><td>1</table>".repeat(30_000)),
        ("definitions", format!("<dl>{}</dl>", many(BODY, |n| format!("<dt>mục {n}<dd>nghĩa")))),
        (
            "definitions-few",
            format!("<dl>{}</dl>", many(PAGE / 8, |n| format!("<dt>mục {n}</dt><dd>nghĩa</dd>"))),
        ),
    ]
}

/// Characters and words that readers look at twice.
fn words() -> Vec<(&'static str, String)> {
    vec![
        ("references", "&amp;".repeat(BODY / 5)),
        ("references-long", "&CounterClockwiseContourIntegral".repeat(BODY / 32)),
        (
            "references-titles",
            many(BODY, |n| format!("<a title='&yen;&#{n};&copy' id='&lt;{n}&ccedil;'>x</a>")),
        ),
        ("dates", many(BODY, |n| format!("<p>07/04/2020 {n}:00 12-31-9999</p>"))),
        ("dates-line", format!("<p>{}</p>", "07/04/2020 ".repeat(BODY / 11))),
        ("labels", many(PAGE / 4, |_| "<p>Tác giả: Nguồn: Theo: Ảnh:</p>".to_owned())),
        ("end-marks", "<p>x./.</p>".repeat(100_000)),
        ("old-letters", format!("<p>{}</p>", "®\u{ad}îc ".repeat(BODY / 7))),
        ("old-letters-tags", "<p>®·<i>".repeat(BODY / 10)),
        ("old-letters-both", "<b title='®·'>ñaùng ®\u{ad}îc".repeat(BODY / 36)),
        ("marks", "a\u{301}\u{323}".repeat(BODY / 5)),
        ("stacked-marks", "\u{301}\u{323}".repeat(BODY / 4)),
    ]
}

/// Blocks of the engines, very many.
fn blocks() -> Vec<(&'static str, String)> {
    vec![
        (
            "blocks",
            many(BODY, |n| {
                format!(
                    "<div id='MSOZoneCell_WebPartWPQ{n}' class='ms-webpartzone-cell'><div \
                     WebPartID='{n}' id='WebPartWPQ{n}'>x</div></div>"
                )
            }),
        ),
        (
            "blocks-few",
            many(128 << 10, |n| {
                format!(
                    "<div id='MSOZoneCell_WebPartWPQ{n}'><div WebPartID='{n}' \
                     id='WebPartWPQ{n}'>x</div></div>"
                )
            }),
        ),
        (
            "portlets",
            many(BODY, |n| {
                format!(
                    "<div class='portlet-boundary' id='p_p_id_56_INSTANCE_k{n}_'><section \
                     class=portlet><p>x</p></section></div>"
                )
            }),
        ),
    ]
}
