//! Redirects: each hop guarded, counted and recorded.

use super::portal::{Portal, Step, answer, ok, redirect};
use super::*;

#[tokio::test]
async fn a_chain_is_followed_and_recorded() {
    let portal = Portal::start(|target, _| match target {
        "/" => redirect("tin tức"),
        "/tin%20t%E1%BB%A9c" => redirect("/2"),
        _ => ok("page"),
    })
    .await;
    let answer = client().fetch(&site(&portal.home), ask(&portal.home)).await.unwrap();
    assert_eq!((answer.url.path(), &answer.body[..]), ("/2", &b"page"[..]));
    assert_eq!(answer.exchanges.iter().map(|e| e.status).collect::<Vec<_>>(), [302, 302, 200]);
}

#[tokio::test]
async fn five_hops_and_no_more() {
    let portal = Portal::start(|target, _| redirect(&format!("{target}x"))).await;
    let failure = client().fetch(&site(&portal.home), ask(&portal.home)).await.unwrap_err();
    assert_eq!(failure.error.bound(), Some(crate::domain::Bound::Redirects));
    assert_eq!((portal.asked().len(), failure.exchanges.len()), (6, 6));
}

#[tokio::test]
async fn itself_once_more_if_it_set_a_cookie() {
    let wall = Portal::start(|target, nth| {
        let cookie = vec![Step::Send(answer(
            "302 Found",
            &format!("Location: {target}\r\nSet-Cookie: sid=7; path=/; HttpOnly\r\n"),
            b"",
        ))];
        if nth == 0 { cookie } else { ok("in") }
    })
    .await;
    let (client, site_a) = (client(), site(&wall.home));
    assert_eq!(client.fetch(&site_a, ask(&wall.home)).await.unwrap().body, "in");
    assert_eq!(wall.asked()[1].field("Cookie"), Some("sid=7"));
    let kept = client.cookies(&site_a).unwrap();
    let later = super::client();
    later.restore_cookies(&site_a, &kept);
    later.fetch(&site_a, ask(&wall.home)).await.unwrap();
    assert_eq!(wall.asked()[2].field("Cookie"), Some("sid=7"));

    for fields in ["", "Set-Cookie: sid=7; path=/\r\n"] {
        let fields = format!("Location: /x\r\n{fields}");
        let stuck =
            Portal::start(move |_, _| vec![Step::Send(answer("302 Found", &fields, b""))]).await;
        let failure = super::client()
            .fetch(&site(&stuck.home), ask(&format!("{}x", stuck.home)))
            .await
            .unwrap_err();
        assert!(matches!(failure.error, Error::Redirect(_)));
        assert!(stuck.asked().len() <= 2);
    }
}

#[tokio::test]
async fn other_ports_schemes_and_addresses_are_never_asked() {
    let canary = Portal::start(|_, _| ok("secret")).await;
    let port = canary.port;
    for to in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://0:{port}/"),
        format!("http://x@127.1:{port}/"),
        format!("http://１２７.0.0.1:{port}/"),
        format!("\\\\127.0.0.1:{port}\\"),
        "http://169.254.169.254/latest/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1/".to_owned(),
        "data:text/html,x".to_owned(),
    ] {
        let location = to.clone();
        let portal = Portal::start(move |_, _| redirect(&location)).await;
        let client = client();
        let failure = client.fetch(&site(&portal.home), ask(&portal.home)).await.unwrap_err();
        assert!(
            matches!(failure.error, Error::Refused(_) | Error::Redirect(_)),
            "{to}: {:?}",
            failure.error
        );
        assert_eq!(failure.exchanges.len(), 1, "{to}");
    }
    assert!(canary.asked().is_empty());
}

#[tokio::test]
async fn without_allow_private_nothing_is_asked() {
    let portal = Portal::start(|_, _| ok("secret")).await;
    let client = client_with(Fetching { allow_private: false, ..settings() });
    let localhost = portal.home.replace("127.0.0.1", "localhost");
    for home in [&portal.home, &localhost] {
        let failure = client.fetch(&obeying(home), ask(home)).await.unwrap_err();
        assert!(matches!(failure.error, Error::Refused(_)), "{:?}", failure.error);
    }
    assert!(portal.asked().is_empty());
    let named = super::client().fetch(&site(&localhost), ask(&localhost)).await;
    assert!(named.is_ok(), "a site file may name it: {named:?}");
}

#[tokio::test]
async fn a_post_sends_its_form_and_becomes_a_get() {
    let portal = Portal::start(|_, nth| if nth == 0 { redirect("/") } else { ok("page") }).await;
    let form = Some(vec![("__VIEWSTATE".to_owned(), "a+b/=".to_owned())]);
    let answer =
        client().fetch(&site(&portal.home), Request { form, ..ask(&portal.home) }).await.unwrap();
    let asked = portal.asked();
    assert!(
        asked[0].text.starts_with("POST / ")
            && asked[0].text.ends_with("\r\n\r\n__VIEWSTATE=a%2Bb%2F%3D"),
        "{}",
        asked[0].text
    );
    assert!(asked[1].text.starts_with("GET / ") && asked[1].field("Content-Type").is_none());
    assert_eq!(
        (answer.exchanges[0].method, &answer.exchanges[0].request_body[..]),
        ("POST", &b"__VIEWSTATE=a%2Bb%2F%3D"[..])
    );
}
