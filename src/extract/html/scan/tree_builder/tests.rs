use proptest::prelude::*;

use super::*;
use crate::extract::budget::Budget;
use crate::extract::html::dom::{Node, Step};

/// What stands below a node written down, node by node.
fn written(root: Node<'_>) -> String {
    let mut out = String::new();
    root.walk(|node, step| {
        match (step, node.name(), node.text(), node.comment()) {
            (Step::Leave, ..) => out.push(')'),
            (_, Some(name), ..) => out.push_str(&format!("({name} {:?}", sorted(node))),
            (_, _, Some(text), _) => out.push_str(&format!("(text {text:?}")),
            (.., Some(comment)) => out.push_str(&format!("(comment {comment:?}")),
            _ => out.push_str("(other"),
        }
        true
    });
    out
}

fn sorted(node: Node<'_>) -> Vec<(&str, &str)> {
    let mut attrs: Vec<_> = node.attrs().collect();
    attrs.sort_unstable();
    attrs
}

/// How every page begins in which a part stands, and the names of what it stands in.
const AROUND: [(&str, &[&str]); 3] = [
    ("<!DOCTYPE html><html><head></head><body>", &[]),
    ("<!DOCTYPE html><form><div><b>", &["form", "div", "b"]),
    ("<!DOCTYPE html><table><tbody><tr><td>", &["table", "tbody", "tr", "td"]),
];

/// Whether a part of a page is grown; grown or parsed, it must be as in the parser's whole tree.
fn grown(body: &str) -> bool {
    AROUND.map(|(before, around)| grown_in(body, before, around))[0]
}

fn grown_in(body: &str, before: &str, around: &[&str]) -> bool {
    let page = format!("{before}<section id=own>{body}</section>");
    // A part is an element whose end is known.
    let whole = Tree::parse(&page, &Budget::default()).unwrap();
    let own = |n: &Node<'_>| n.attr("id") == Some("own");
    let Some(want) = whole.root().descendants().find(own) else { return false };
    let names = around.iter().map(|text| name(text)).collect();
    let part = Part { bytes: before.len()..page.len(), name: name("section"), around: names };
    let mut grower = Grower::new(&page, 0, Limits::default());
    let is_grown = grower.grows(&part);
    if is_grown {
        let tree = Tree::built(grower.arena);
        assert_eq!(tree.root().children().count(), 1, "{body}");
        assert_eq!(written(tree.root().first_child().unwrap()), written(want), "{body}");
    }
    is_grown
}

/// Whether a part that the parser reads alone is as in its whole tree.
fn is_parsed_alone(body: &str, (before, around): (&str, &[&str])) -> bool {
    let page = format!("{before}<section id=own>{body}</section>");
    let whole = Tree::parse(&page, &Budget::default()).unwrap();
    let own = |n: &Node<'_>| n.attr("id") == Some("own");
    let want = whole.root().descendants().find(own).unwrap();
    let around = around.iter().map(|text| name(text)).collect();
    let part = Part { bytes: before.len()..page.len(), name: name("section"), around };
    let mut grower = Grower::new(&page, 0, Limits::default());
    assert!(grower.is_parsed(&part, &Budget::default()).unwrap(), "{body}");
    let tree = Tree::built(grower.arena);
    tree.root().children().count() == 1
        && written(tree.root().first_child().unwrap()) == written(want)
}

#[test]
fn what_leaves_nothing_to_mend_is_grown() {
    for body in [
        "",
        "một <B>hai</B><!-- ba --><?xml:namespace prefix=o /><o:p>&nbsp;</o:p><![if !vml]>",
        "<form><table Border=1 border=2><tr><td>a<p>b</p><td2>c</td2></td></tr></table></form>\
         <form></form>",
        "<table>\r\n<caption>a</caption><colgroup><col></colgroup><tbody><tr><th>b</th></tr>\
         </tbody><tr><td>c</td></tr></table>",
        "<ul><li>a<ul><li>b</li></ul></li></ul><dl><dt>c</dt><dd><p>d</p></dd></dl><p>e<button>\
         <p>f</p></button></p>",
        "<a href='?a=1&b=2'><div><table><tbody><tr><td><a>x</a></td></tr></tbody></table></div></a>\
         <b><b><b><b>x</b></b></b></b>y",
        "<script>if (a < b && c) { x = '<p>' }</script><style>a</style><iframe src=x></iframe>\
         <noscript><p></noscript><pre>x</pre>",
        "<h1>a</h1><hr><p>b<br/><img src=a><input></p><!----><!--> <!---> a --!>b<!-- <!-- -->\
         < p > &amp; &ecirc; & &#7841;",
    ] {
        assert!(grown(body), "{body}");
    }
}

#[test]
fn what_a_parser_mends_is_left_to_it() {
    for body in [
        "<p>a<p>b",
        "<li>a<li>b",
        "<b>a<i>b</b>c</i>",
        "<table>x</table>",
        "<table><td>x</table>",
        "</p>",
        "</br>",
        "<a>a<a>b",
        "<select><option>a",
        "<svg></svg>",
        "<pre>\na</pre>",
        "<p><table></table></p>",
        "<form><form></form></form>",
        "<h1><h2>a</h2></h1>",
        "a\0b",
        "<image>",
        "<textarea></textarea>",
        "<nobr><nobr></nobr></nobr>",
        "<p>a<div>b</div></p>",
        "<button><button></button></button>",
        "</>",
    ] {
        assert!(!grown(body), "{body}");
        assert!(AROUND.iter().all(|around| is_parsed_alone(body, *around)), "{body}");
    }
}

#[rustfmt::skip]
const PIECES: [&str; 74] = [
    "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<a href=x>", "</a>", "<table>", "</table>",
    "<tr>", "</tr>", "<td>", "</td>", "<tbody>", "</tbody>", "<ul>", "</ul>", "<li>", "</li>",
    "<dl>", "</dl>", "<dd>", "</dd>", "<dt>", "</dt>", "<h1>", "</h1>", "<H2 ID=a id=b>", "</H2>",
    "<span class='a&amp;b'>", "</span>", "<o:p>", "</o:p>", "<br>", "<br/>",
    "<img alt=\"&ecirc;\">", "<input type=hidden>", "<hr>", "<!-- c -->", "<!-->", "<!---x--!>",
    "<?x?>", "<!x>", "</ x>", "<script>a</b></script>", "<style>p</style>", "<form>", "</form>",
    "<button>", "</button>", "<pre>", "</pre>", "<caption>", "</caption>", "<colgroup>",
    "</colgroup>", "<col>", "<font color=red>", "</font>", "<nobr>", "</nobr>", "<center>",
    "</center>", "<iframe></iframe>", "<blockquote>", "</blockquote>", " ", "\r\n", "một", "&nbsp;",
    "a < b", "<i>", "</i>",
];

/// Markup of which much is well nested: pieces by number, and how deep their ends stand.
fn nested(pieces: &[(usize, bool)]) -> String {
    let (mut out, mut open): (String, Vec<&str>) = Default::default();
    for (n, ends) in pieces {
        let piece = PIECES[*n];
        let end = PIECES.get(n + 1).filter(|end| end.starts_with("</"));
        out.push_str(piece);
        open.extend(end.copied().filter(|_| !piece.starts_with("</")));
        if *ends {
            out.extend(open.pop());
        }
    }
    open.iter().rev().for_each(|end| out.push_str(end));
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn a_grown_tree_is_the_parsers(
        pieces in proptest::collection::vec((0..PIECES.len(), any::<bool>()), 0..14),
    ) {
        grown(&nested(&pieces));
        grown(&pieces.iter().map(|(n, _)| PIECES[*n]).collect::<String>());
    }
}
