//! What is switched while the portal runs, and how its wire breaks.

use super::*;

#[tokio::test]
async fn a_broken_state_is_an_error() {
    let portal = portal(Options { gzip: false, ..Options::default() }).await;
    let url = portal.base().join("/Pages/van-hoa.aspx").unwrap();
    let first = get(&url).await;
    let cookie = first.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let html = first.text();
    assert_eq!(post(&url, &html, &cookie, 2, |_| {}).await.status, 200);
    assert_eq!(post(&url, &html, "", 2, |_| {}).await.status, 500);
    for name in [
        "__VIEWSTATE",
        "__EVENTVALIDATION",
        "__REQUESTDIGEST",
        "__EVENTTARGET",
        "__EVENTARGUMENT",
        "__VIEWSTATEGENERATOR",
    ] {
        let got = post(&url, &html, &cookie, 2, |pair| {
            if pair.0 == name {
                pair.1.pop();
            }
        });
        assert_eq!(got.await.status, 500, "{name}");
    }
}

#[tokio::test]
async fn switches_change_pages_and_truth_alike() {
    let portal =
        portal(Options { articles: 20, gzip: false, shared: 0, ..Options::default() }).await;
    let number = portal.publish("tin-tuc").unwrap();
    let list = portal.base().join("/Pages/tin-tuc.aspx").unwrap();
    assert_eq!(portal.truth().section("tin-tuc").unwrap().numbers[0], number);
    let url = portal.truth().article(number).unwrap().urls[0].clone();
    assert!(get(&list).await.text().contains(url.path()));

    let tag = |got: &Got| got.header("etag").map(str::to_owned);
    let before = get(&list).await;
    let unchanged =
        ask(&list, "GET", &format!("If-None-Match: {}\r\n", tag(&before).unwrap()), "").await;
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    assert!(portal.edit(number, Edit { title: Some("A & B".into()), ..Edit::default() }));
    assert_ne!(tag(&get(&list).await), tag(&before));
    assert!(get(&url).await.text().contains("A &amp; B"));

    for (how, status) in
        [(Withdrawal::NotFound, 404), (Withdrawal::Gone, 410), (Withdrawal::Soft, 200)]
    {
        assert!(portal.withdraw(number, how));
        let got = get(&url).await;
        assert_eq!(got.status, status);
        assert!(!got.text().contains("A &amp; B"));
    }
    assert!(!portal.truth().section("tin-tuc").unwrap().numbers.contains(&number));
    assert!(portal.restore(number) && portal.alias(number, "/cu/1.aspx"));
    let got = get(&portal.base().join("/cu/1.aspx").unwrap()).await;
    assert_eq!(got.status, 301);
    assert_eq!(portal.base().join(got.header("location").unwrap()).unwrap(), url);

    assert!(portal.duplicate(number, "van-hoa", false));
    let told = portal.truth().article(number).unwrap().clone();
    assert_eq!(told.sections, ["tin-tuc", "van-hoa"]);
    assert_eq!(told.urls.len(), 3);
    let copy = told.urls.iter().find(|url| url.path().starts_with("/van-hoa")).unwrap();
    assert!(get(copy).await.text().contains("A &amp; B"));
    assert!(
        portal.unlist(number, "tin-tuc")
            && !portal.truth().section("tin-tuc").unwrap().numbers.contains(&number)
    );

    let slugged = portal.truth().section("kinh-te").unwrap().numbers[0];
    let old = portal.truth().article(slugged).unwrap().urls[0].clone();
    assert!(portal.rename(slugged, "ten moi"));
    assert_eq!(get(&old).await.status, 301);
    assert_eq!(get(&portal.truth().article(slugged).unwrap().urls[0]).await.status, 200);
}

#[tokio::test]
async fn faults_break_the_wire_as_asked_and_end() {
    let portal = portal(Options { articles: 20, ..Options::default() }).await;
    let url = portal.truth().articles[0].urls[0].clone();
    let arm = |fault: Fault| portal.fault(&url[url::Position::BeforePath..], fault, Some(1));
    arm(Fault::RetryAfter(503, "7".into()));
    let got = get(&url).await;
    assert_eq!((got.status, got.header("retry-after")), (503, Some("7")));
    arm(Fault::BadCoding);
    let got = get(&url).await;
    assert_eq!((got.header("content-encoding"), got.body.first()), (Some("gzip"), Some(&b'<')));
    arm(Fault::TruncatedGzip);
    assert_eq!(get(&url).await.body[..2], [0x1f, 0x8b]);
    arm(Fault::Short);
    let got = get(&url).await;
    assert!(got.body.len() < got.header("content-length").unwrap().parse().unwrap());
    arm(Fault::Reset);
    assert!(raw(&url, "GET", "", "").await.is_err());
    for fault in [Fault::Stall, Fault::Endless, Fault::SlowHead(Duration::from_secs(9))] {
        arm(fault.clone());
        assert!(
            tokio::time::timeout(Duration::from_millis(100), raw(&url, "GET", "", ""))
                .await
                .is_err(),
            "{fault:?}"
        );
    }
    assert_eq!(get(&url).await.status, 200);
    let statuses: Vec<u16> = portal.log().iter().map(|request| request.status).collect();
    assert_eq!(statuses[..5], [503, 200, 200, 200, 0]);
    portal.robots(Some("User-agent: *\nCrawl-delay: 2\n"));
    assert!(
        get(&portal.base().join("/robots.txt").unwrap()).await.text().contains("Crawl-delay: 2")
    );
    portal.stop().await;
}

#[tokio::test]
async fn a_connection_is_kept_and_some_answers_are_zipped() {
    let portal = portal(Options { articles: 20, ..Options::default() }).await;
    let mut stream =
        TcpStream::connect(("127.0.0.1", portal.base().port().unwrap())).await.unwrap();
    let targets: Vec<String> = portal
        .truth()
        .articles
        .iter()
        .map(|told| told.urls[0][url::Position::BeforePath..].to_owned())
        .collect();
    let (mut zipped, mut plain) = (0, 0);
    for target in &targets {
        stream
            .write_all(
                format!("GET {target} HTTP/1.1\r\nHost: portal\r\nAccept-Encoding: gzip\r\n\r\n")
                    .as_bytes(),
            )
            .await
            .unwrap();
        let mut bytes = Vec::new();
        let end = loop {
            assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let got = Got { status: 200, head, body: Vec::new() };
        let length: usize = got.header("content-length").unwrap().parse().unwrap();
        while bytes.len() < end + length {
            assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
        }
        let body = &bytes[end..];
        if got.header("content-encoding") == Some("gzip") {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(body), &mut text)
                .unwrap();
            assert!(text.contains("aspnetForm"));
            zipped += 1;
        } else {
            assert!(String::from_utf8(body.to_vec()).unwrap().contains("aspnetForm"));
            plain += 1;
        }
    }
    assert!(zipped > 0 && plain > 0);
    assert_eq!(portal.log().len(), targets.len());
}
