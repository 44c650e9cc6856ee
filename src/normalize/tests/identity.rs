//! Which article a page is, and which version of it.

use super::*;

#[test]
fn identity_follows_what_identifies() {
    let page = Url::parse(PAGE).unwrap();
    let of = |canonical: Option<&str>, known: Option<&Url>| {
        let draft = Draft { canonical: canonical.map(Into::into), ..Draft::default() };
        let article = article(&draft, &Context { canonical: known, ..context(Some(&page)) });
        (article.id, article.url)
    };
    let own = of(None, None);
    assert_eq!((own.0.get_version_num(), own.1.as_str()), (5, PAGE));
    for doubtful in [
        "https://other.example/x",
        "https://tinh.example:8443/x",
        "https://tinh.example/",
        "http://tinh.example/Pages/tin.aspx",
        "javascript:x",
    ] {
        assert_eq!(of(Some(doubtful), None), own, "{doubtful}");
    }
    let told = of(Some("http://tinh.example:443/tin/5"), None);
    assert_ne!(told.0, own.0);
    let known = Url::parse("https://tinh.example/tin/5").unwrap();
    assert_eq!(of(None, Some(&known)), (told.0, known.to_string()));
    assert_ne!(
        article(&Draft::default(), &Context { site: "other", ..context(Some(&page)) }).id,
        own.0
    );
}

#[test]
fn a_version_is_what_a_reader_sees() {
    let draft = Draft {
        title: Some("T".into()),
        body: vec![
            Part::Paragraph { runs: vec![styled("a", BOLD), Run::plain(" b")] },
            figure("/i.jpg", Some("c")),
        ],
        ..Draft::default()
    };
    let first = read(&draft);
    let with = |change: fn(&mut Draft)| {
        let mut other = draft.clone();
        change(&mut other);
        let other = read(&other);
        (other.digest == first.digest, other.body_digest == first.body_digest)
    };
    assert_eq!(
        with(|d| d.body[0] = Part::Heading { level: 2, runs: vec![Run::plain(" a  b ")] }),
        (true, true)
    );
    assert_eq!(
        with(|d| d.body[1] = figure("http://tinh.example/i.jpg?utm_x=1", Some("c"))),
        (true, true)
    );
    assert_eq!(with(|d| d.language = Some("vi".into())), (true, true));
    assert_eq!(with(|d| d.body[1] = figure("/j.jpg", Some("c"))), (false, true));
    assert_eq!(with(|d| d.body[1] = figure("/i.jpg", Some("d"))), (false, true));
    assert_eq!(with(|d| d.body.push(figure("/x.png", None))), (false, true));
    assert_eq!(with(|d| d.lead = Some("l".into())), (false, true));
    assert_eq!(
        with(|d| d.published = Some(Written { date: (2020, 1, 1), time: None, offset_s: None })),
        (false, true)
    );
    assert_eq!(with(|d| d.authors = vec!["A".into()]), (false, true));
    assert_eq!(with(|d| d.attachments = vec![("/a.pdf".into(), "x".into())]), (false, true));
    assert_eq!(with(|d| d.title = Some("U".into())), (false, false));
    assert_eq!(with(|d| d.body.push(paragraph("c"))), (false, false));
}
