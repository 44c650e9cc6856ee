//! The next page's request.

use super::*;

fn next_page(pager: &str) -> Option<PageRequest> {
    let list = format!("{}<div>{pager}</div>", items(1..4));
    let whole =
        next(&segment(&page(2010, "t", &block(2010, 1, "A - Block_Tin_List", &list), ""))).cloned();
    // The same pager in the layout beside the block must be found too.
    let bare = format!("{}<div>{pager}</div>", block(2010, 1, "A - Block_Tin_List", &items(1..4)));
    assert_eq!(next(&segment(&page(2010, "t", &bare, ""))), whole.as_ref(), "{pager}");
    whole
}

#[test]
fn plain_links() {
    let at = |path: &str| Some(PageRequest::Get(format!("https://portal.example{path}")));
    for (pager, want) in [
        (
            r#"<a href="?page=1">1</a> <b>[2]</b> <a href="?page=3">3</a> <a href="?page=9">9</a>"#,
            at("/Tin/Pages/list.aspx?page=3"),
        ),
        (
            r#"<a href="list.aspx">1</a><a href="trang-2">2</a><a href="trang-3">3</a>"#,
            at("/Tin/Pages/trang-2"),
        ),
        (
            r#"<ul><li class="active"><a href="?p=2">2</a></li><li><a href="?p=3">3</a></li></ul>"#,
            at("/Tin/Pages/list.aspx?p=3"),
        ),
        (
            r#"<span>1</span><a href="?p=2">2</a><a href="?p=2">Trang sau »</a>"#,
            at("/Tin/Pages/list.aspx?p=2"),
        ),
        (
            r#"<a href="?p=0">‹</a> <a href="?p=2">›</a> <a href="?p=9">»</a>"#,
            at("/Tin/Pages/list.aspx?p=2"),
        ),
        (
            r#"<a href="?p=2" title="Trang sau"><img src="/n.gif"></a>"#,
            at("/Tin/Pages/list.aspx?p=2"),
        ),
        (
            r#"<a href="?p=2"><img src="/n.gif" alt="Trang sau"></a>"#,
            at("/Tin/Pages/list.aspx?p=2"),
        ),
        (r#"<a rel="next nofollow" href="?p=2">Cũ hơn</a>"#, at("/Tin/Pages/list.aspx?p=2")),
        (
            "<a href=\"#\" onclick='RefreshPageTo(event, \
             \"/Tin/L.aspx?Paged=TRUE\\u0026PagedPrev=TRUE\\u0026p_ID=1\");return false;'>&lt;</a>
                <a href=\"#\" onclick='RefreshPageTo(event, \
             \"/Tin/L.aspx?Paged=TRUE\\u0026p_ID=30\\u0026PageFirstRow=31\");return false;'>\
             &gt;</a>",
            at("/Tin/L.aspx?Paged=TRUE&p_ID=30&PageFirstRow=31"),
        ),
        (r#"<a href="?p=1">1</a> <b>2</b>"#, None),
        (r#"<li class="disabled"><a href="?p=3">Trang sau</a></li>"#, None),
        (r#"<a href="javascript:;">Trang sau</a>"#, None),
        (r#"<a href="list.aspx">Trang sau</a>"#, None),
        (r#"<span>Trang sau</span>"#, None),
    ] {
        assert_eq!(next_page(pager), want, "{pager}");
    }
}

#[test]
fn a_post_back_sends_the_whole_form() {
    let fields = "<select name=\"nam\"><option value=\"2019\">2019</option>\
        <option value=\"2020\" selected>2020</option></select><input name=\"q\" value=\"tin\">
        <input type=\"checkbox\" name=\"c\"><input type=\"checkbox\" name=\"d\" checked>\
        <textarea name=\"t\">x</textarea><input type=\"submit\" name=\"go\" value=\"Tìm\">\
        <input name=\"off\" disabled>";
    let sent = |target: &str, argument: &str| {
        let fields = [
            ("MSOWebPartPage_PostbackSource", ""),
            ("__EVENTTARGET", target),
            ("__EVENTARGUMENT", argument),
            ("__VIEWSTATE", "/wEP="),
            ("nam", "2020"),
            ("q", "tin"),
            ("d", "on"),
            ("t", "x"),
        ];
        let fields = fields.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
        PageRequest::Post { url: "https://portal.example/Tin/Pages/list.aspx".to_owned(), fields }
    };
    let by_number = "<table><tr><td><span>1</span></td><td>\
        <a href=\"javascript:__doPostBack('ctl00$gv','Page$2')\">2</a></td></tr></table>";
    assert_eq!(next_page(&(fields.to_owned() + by_number)), Some(sent("ctl00$gv", "Page$2")));
    let by_word =
        r#"<a id="ctl00_lkNext2" href="javascript:__doPostBack('ctl00$lkNext2','')">&gt;&gt;</a>"#;
    assert_eq!(next_page(&(fields.to_owned() + by_word)), Some(sent("ctl00$lkNext2", "")));
    let last = r#"<a id="ctl00_lkNext2" class="aspNetDisabled">&gt;&gt;</a>"#;
    assert_eq!(next_page(&(fields.to_owned() + last)), None);
    let button = r#"<input type="submit" name="ctl00$next" value="Trang sau">"#;
    let Some(PageRequest::Post { fields: pressed, .. }) = next_page(button) else {
        panic!("a button posts")
    };
    assert_eq!(pressed.last(), Some(&("ctl00$next".to_owned(), "Trang sau".to_owned())));
}

#[test]
fn bare_numbers_and_choices_turn_the_page() {
    let pager = |inner: &str| {
        let got = segment(&page(
            2013,
            "t",
            &block(2013, 1, "X - Block_Tin_List", &format!("<ul>{}</ul>{inner}", items(1..4))),
            "",
        ));
        got.blocks[0].listing.as_ref().unwrap().next.clone()
    };
    let second =
        Some(PageRequest::Get("https://portal.example/Tin/Pages/list.aspx?p=2".to_owned()));
    assert_eq!(pager("<div>1 <a href='?p=2'>2</a> <a href='?p=3'>3</a></div>"), second);
    assert_eq!(pager("<div><a href='list.aspx?p=1'>1</a> <a href='?p=2'>2</a> 3</div>"), None);
    let choice = "<select onchange='location=this.value'><option value='list.aspx' selected>\
        1</option><option value='?p=2'>2</option></select>";
    assert_eq!(pager(choice), second);
    let posted = "<select name='ddl' \
        onchange='javascript:setTimeout(&quot;__doPostBack(\\&quot;ddl\\&quot;,\
        \\&quot;\\&quot;)&quot;, 0)'><option value=1>1</option><option value=2>2</option></select>";
    let Some(PageRequest::Post { fields, .. }) = pager(posted) else { panic!("no post") };
    let has = |name: &str, value: &str| fields.iter().any(|(n, v)| n == name && v == value);
    assert!(has("ddl", "2") && has("__EVENTTARGET", "ddl"), "{fields:?}");
}
