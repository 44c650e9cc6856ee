//! Markup that would run where a page is shown: in bodies, titles, authors and addresses.

use super::pages::{TEXT, article, article_of};

/// What would run.
const CODE: &str = "alert(document.domain)";
/// Ways to hide a script's scheme.
const SCHEMES: [&str; 24] = [
    "javascript:",
    "JaVaScRiPt:",
    " javascript:",
    "\u{1}javascript:",
    "java\tscript:",
    "java\nscript:",
    "java&#x0A;script:",
    "&#106;avascript:",
    "&#x6A;avascript:",
    "&#0000106avascript:",
    "javascript&colon;",
    "javascript&#58;",
    "java&Tab;script:",
    "java&NewLine;script:",
    "\u{200b}javascript:",
    "vbscript:",
    "livescript:",
    "data:text/html,<script>",
    "data:text/html;base64,PHNjcmlwdD4=#",
    "data:image/svg+xml,<svg onload=x>",
    "blob:null/",
    "file:///",
    "view-source:javascript:",
    "feed:javascript:",
];
/// Elements with an address, `%` in its place.
const PLACES: [&str; 16] = [
    "<a href=\"%\">x</a>",
    "<a href='%'>x</a>",
    "<a href=%>x</a>",
    "<img src=\"%\">",
    "<img srcset=\"% 2x\" src=a.png>",
    "<iframe src=\"%\"></iframe>",
    "<form action=\"%\"><button formaction=\"%\">x</button></form>",
    "<object data=\"%\"></object>",
    "<embed src=\"%\">",
    "<area href=\"%\">",
    "<svg><a xlink:href=\"%\"><text>x</text></a></svg>",
    "<math href=\"%\">x</math>",
    "<body background=\"%\">",
    "<video poster=\"%\"><source src=\"%\"></video>",
    "<blockquote cite=\"%\">x</blockquote>",
    "<meta http-equiv=refresh content=\"0;url=%\"><base href=\"%\"><link rel=stylesheet \
     href=\"%\">",
];
/// Elements that take handlers, and the handlers.
const ELEMENTS: [&str; 12] = [
    "img src=x",
    "svg",
    "body",
    "video",
    "details open",
    "marquee",
    "input autofocus",
    "p",
    "a href=#",
    "table",
    "td",
    "custom-x",
];
const HANDLERS: [&str; 8] = [
    "onerror",
    "onload",
    "ONFOCUS",
    "ontoggle",
    "onclick",
    "onanimationstart",
    "on\u{e9}",
    "onpointerenter",
];
/// Markup whose parsers disagree.
const ODD: [&str; 30] = [
    "<script>X</script>",
    "<ScRiPt >X</sCrIpT\t>",
    "<script/x>X</script>",
    "<<script>X//<</script>",
    "<scr<script>ipt>X</scr</script>ipt>",
    "<script\0>X</script>",
    "<svg><script>X</script></svg>",
    "<svg><script xlink:href=data:,X />",
    "<svg><style><img src=x onerror=X></style></svg>",
    "<math><mi//xlink:href='data:x,<script>X</script>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 \
     onerror=X&gt;'>",
    "<noscript><p title=\"</noscript><img src=x onerror=X>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=X>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=X>\">",
    "<!--><img src=x onerror=X>-->",
    "<!--!><img src=x onerror=X>-->",
    "<![CDATA[<img src=x onerror=X>]]>",
    "<? <img src=x onerror=X> ?>",
    "</ <img src=x onerror=X>",
    "<textarea></p><img src=x onerror=X></textarea>",
    "<title></p><img src=x onerror=X></title>",
    "<xmp><img src=x onerror=X></xmp>",
    "<template><img src=x onerror=X></template>",
    "<select><style></select><img src=x onerror=X></style>",
    "<a title='\"><img src=x onerror=X>'>x</a>",
    "<img alt=\"`><img src=x onerror=X>\" src=a.png>",
    "<p style=\"background:url(javascript:X)\">x</p>",
    "<style>@import 'javascript:X';</style>",
    "&lt;img src=x onerror=X&gt;",
    "<plaintext><img src=x onerror=X>",
];

/// Every vector.
fn vectors() -> Vec<String> {
    let addresses = SCHEMES.iter().flat_map(|scheme| {
        PLACES.iter().map(move |place| place.replace('%', &format!("{scheme}{CODE}")))
    });
    let handlers = ELEMENTS.iter().flat_map(|element| {
        HANDLERS.iter().map(move |handler| format!("<{element} {handler}={CODE}>x"))
    });
    let odd = ODD.iter().map(|vector| vector.replace('X', CODE));
    addresses.chain(handlers).chain(odd).collect()
}

/// Pages with vectors in each field, many to a page.
pub fn all() -> Vec<(&'static str, String)> {
    let vectors = vectors();
    let joined = |step: usize, from: usize| {
        vectors
            .iter()
            .skip(from)
            .step_by(step)
            .map(|vector| format!("<div>{vector}</div>"))
            .collect::<String>()
    };
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let twice = vectors
        .iter()
        .rev()
        .step_by(9)
        .map(|vector| format!("<p>{}.</p>", escaped(vector)))
        .collect::<String>();
    vec![
        ("xss-body", article(&format!("{TEXT}{}", joined(3, 0)))),
        ("xss-body-2", article(&format!("{TEXT}{}", joined(3, 1)))),
        ("xss-text", article(&format!("{TEXT}{twice}"))),
        (
            "xss-title",
            article_of(
                "07/04/2020",
                &escaped("Tin <img src=x onerror=alert(1)></title><script>alert(1)</script>"),
                TEXT,
            ),
        ),
        (
            "xss-author",
            article(&format!("{TEXT}<p><b>Tác giả: {}</b></p>", escaped("<svg onload=alert(1)>"))),
        ),
    ]
}

/// Each vector alone, as body, title, author and picture of an article: safe HTML in well-formed
/// feeds.
#[test]
fn no_script_vector_survives_in_published_html() {
    use crate::fuzz::targets;
    let vectors = vectors();
    assert!(vectors.len() > 500, "{}", vectors.len());
    let raw = vectors.iter().filter(|vector| !targets::unsafe_parts(vector).is_empty()).count();
    assert!(
        raw * 10 > vectors.len() * 9,
        "the judge sees {raw} of {} where nothing is cleaned",
        vectors.len()
    );
    for vector in &vectors {
        targets::cleaning(vector.as_bytes());
        targets::extraction(article(&format!("{TEXT}{vector}{TEXT}")).as_bytes());
        targets::extraction(article_of("07/04/2020", vector, TEXT).as_bytes());
    }
}
