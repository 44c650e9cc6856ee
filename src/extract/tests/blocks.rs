//! Engines, names and roles.

use super::*;

#[test]
fn each_version_is_told_and_its_blocks_are_named() {
    for (version, engine) in
        [(2007, "sharepoint-2007"), (2010, "sharepoint-2010"), (2013, "sharepoint-2013")]
    {
        let main = block(version, 1, "Portal - Block_Tin_Toolbar", "<p>a</p>")
            + &block(version, 2, "Portal - Block_Tin_ViewData", "<p>b</p>");
        let got = segment(&page(version, "t", &main, &block(version, 3, "", "<p>c</p>")));
        assert_eq!(got.engine.as_deref(), Some(engine), "{:?}", got.why);
        assert_eq!(got.portal.as_deref(), Some("news"), "{:?}", got.why);
        let blocks: Vec<_> =
            got.blocks.iter().map(|b| (b.name.as_str(), b.role, b.text.as_str())).collect();
        assert_eq!(
            blocks,
            [
                ("", Role::Other, "c"),
                ("Portal - Block_Tin_Toolbar", Role::Toolbar, "a"),
                ("Portal - Block_Tin_ViewData", Role::ViewData, "b"),
            ]
        );
    }
}

#[test]
fn a_name_is_found_wherever_it_stands() {
    let part = |before: &str, head: &str, inner: &str| {
        format!(r#"{head}{before}<div WebPartID="1" id="WebPartWPQ9">{inner}</div>"#)
    };
    let chrome = |attributes: &str, text: &str| {
        format!(r#"<div id="WebPartTitleWPQ9" {attributes}>{text}</div>"#)
    };
    let field = "<div id=\"ctl00_A_label\" style=\"display:none\">Page Content</div>\
        <div id=\"ctl00_A__ControlWrapper_RichHtmlField\"";
    for (html, name) in [
        (
            part("", &chrome("style='display:none'", "&nbsp;Tin\u{200b} &nbsp;mới"), "<p>x</p>"),
            "Tin mới",
        ),
        (part("", &chrome("title='Tin - Mục - Tin - Mục'", ""), "<p>x</p>"), "Tin - Mục"),
        (part("", &chrome("title='Tin mới - '", ""), "<p>x</p>"), "Tin mới"),
        (part("", &chrome("title='Tin mới - Hiển thị tin'", ""), "<p>x</p>"), "Tin mới"),
        (format!("{field} aria-labelledby='ctl00_A_label'><p>x</p></div>"), "Page Content"),
        (format!("{field}><p>x</p></div>"), "Page Content"),
        (
            part(r"<!--Timer:0==UrlControls:\VB_Controls\uc_Tin.ascx.load -->", "", "<p>x</p>"),
            "uc_Tin",
        ),
        (part("", "", "<!-- ~/_CONTROLTEMPLATES/15/Portal/uc_Tin.ascx --><p>x</p>"), "uc_Tin"),
        (part("", "", "<div><h2> Giá vàng </h2></div>"), "Giá vàng"),
        (part("", "", "<p>x</p>"), ""),
    ] {
        assert_eq!(segment(&page(2013, "t", &html, "")).blocks[0].name, name, "{html}");
    }
}

#[test]
fn comments_before_the_doctype_name_blocks_only_if_they_are_as_many() {
    let comments =
        "<!-- ~/_CONTROLTEMPLATES/uc_Head.ascx --><!-- ~/_CONTROLTEMPLATES/uc_List.ascx -->";
    let main = block(2013, 1, "", "<p>a</p>") + &block(2013, 2, "", &items(1..4));
    let names =
        |html: String| segment(&html).blocks.into_iter().map(|b| b.name).collect::<Vec<_>>();
    assert_eq!(
        names(comments.to_owned() + &page(2013, "t", &main, &block(2013, 3, "", "c"))),
        ["", "uc_Head", "uc_List"]
    );
    let more = main.clone() + &block(2013, 4, "", "<p>d</p>");
    assert_eq!(names(comments.to_owned() + &page(2013, "t", &more, ""))[0], "");
}

#[test]
fn an_outer_block_goes_without_its_inner_ones() {
    let inner = block(2010, 2, "Trong", "<p>trong</p>");
    let got = segment(&page(
        2010,
        "t",
        &block(2010, 1, "Ngoài", &format!("<p>ngoài</p>{inner}<p>sau</p>")),
        "",
    ));
    let blocks: Vec<_> = got.blocks.iter().map(|b| (b.name.as_str(), b.text.as_str())).collect();
    assert_eq!(blocks, [("Ngoài", "ngoài\nTrong\nsau"), ("Trong", "trong")]);
}

#[test]
fn a_page_of_no_known_engine_is_read_by_its_landmarks() {
    let html = format!(
        "<header>logo</header><nav><a href=/a>Giới thiệu chung</a></nav><main><h1>Tin</h1>{}</main>\
         <footer>c</footer>",
        items(1..5)
    );
    let got = segment(&html);
    assert_eq!((got.engine, got.portal), (None, None));
    let roles: Vec<_> = got.blocks.iter().map(|b| b.role).collect();
    assert_eq!(
        roles,
        [Role::Other, Role::Other, Role::Navigation, Role::Listing, Role::Navigation]
    );
    assert!(segment("").blocks.len() <= 1);
}

#[test]
fn a_profile_can_be_asked_for_by_name() {
    let (reader, html) = (reader(), page(2010, "t", &block(2010, 1, "Tin", "<p>a</p>"), ""));
    let view = |portal| View { body: html.as_bytes(), portal, ..View::default() };
    assert_eq!(reader.segment(&view(Some("news"))).unwrap().portal.as_deref(), Some("news"));
    assert_eq!(reader.segment(&view(None)).unwrap().portal.as_deref(), Some("sharepoint"));
    assert!(reader.segment(&view(Some("none"))).is_err());
}

#[test]
fn faults_of_data_are_told_by_file_and_key() {
    let engine = Engine {
        name: "e".into(),
        items: vec!["ID=(".into()],
        turns: vec!["x".into()],
        ..Engine::default()
    };
    let faults = Reader::compile(Rules { engines: vec![engine], ..Rules::default() }).unwrap_err();
    let path = |f: &BadData| (f.subject.kind, f.subject.name.clone(), f.fault.path.join("."));
    let paths: Vec<_> = faults.iter().map(path).collect();
    assert_eq!(
        paths,
        ["items.0", "turns.0"].map(|path| ("engine", "e".to_owned(), path.to_owned()))
    );
}

#[test]
fn an_item_id_is_found_only_where_the_data_says() {
    let data = crate::config::shipped()
        .engines
        .into_iter()
        .find(|engine| engine.name == "sharepoint-2013")
        .unwrap();
    let engine = crate::extract::rules::compiler::Compiler::default().engine(data).unwrap();
    for (url, item) in [
        ("https://a.example/Pages/bai.aspx?cid=3&itemid=1042", Some("1042")),
        ("https://a.example/Pages/2017-06-05-03.aspx", None),
        ("https://a.example/Pages/bai.aspx?ParentItemID=7", None),
    ] {
        assert_eq!(engine.item(url).as_deref(), item, "{url}");
    }
}

#[test]
fn a_reader_serves_any_thread() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&reader());
}

#[test]
fn a_sites_own_profiles_read_its_pages_alone() {
    let mut rules = crate::config::shipped();
    let shared = rules.portals.iter().find(|portal| portal.name == "publishing-portal").unwrap();
    let mut own = ProfileRules { own: Some(0xabc), ..shared.clone() };
    own.roles.retain(|names| names.role != Role::Toolbar);
    rules.sites.insert("x".to_owned(), vec![own]);
    let reader = Reader::compile(rules).unwrap();
    let mark = |site, portal| reader.profile_mark(site, portal);
    assert_eq!(
        [mark("x", "publishing-portal"), mark("y", "publishing-portal"), mark("x", "gone")],
        ["publishing-portal 1 00000abc", "publishing-portal 1", "gone 0"]
    );
    assert_ne!(reader.digest_with("x", ""), reader.digest_with("y", ""));
    let html = page(2010, "t", &block(2010, 1, "Portal - Block_Tin_Toolbar", "<p>a</p>"), "");
    let roles = |site, portal| {
        let view = View { body: html.as_bytes(), portal, site, ..View::default() };
        reader.segment(&view).map(|page| page.blocks.iter().map(|block| block.role).collect())
    };
    let read: Vec<Vec<Role>> = [
        (Some("x"), Some("publishing-portal")),
        (Some("y"), Some("publishing-portal")),
        (Some("x"), Some("sharepoint")),
    ]
    .map(|(site, portal)| roles(site, portal).unwrap())
    .into();
    assert!(!read[0].contains(&Role::Toolbar) && read[1].contains(&Role::Toolbar));
    assert_eq!(read[2].len(), read[1].len(), "another profile may be asked for");
}
