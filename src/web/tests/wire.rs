//! Requests as bytes: what is answered, how the connection goes on, and that it is all one in which
//! pieces they come.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::web::permits::Permits;
use crate::web::router::Router;
use crate::web::wire::talk;

/// What is answered to bytes that come in these pieces, without the dates.
async fn answers(pieces: &[&[u8]]) -> String {
    let permits = Permits::new(8);
    let (house, permit) =
        (Router::new(state_of(100), permits.clone()), permits.take([127, 0, 0, 1].into()).unwrap());
    let (mut client, server) = tokio::io::duplex(4 << 20);
    let asking = async {
        for piece in pieces {
            // What comes after the last answer may find nobody.
            let _ = client.write_all(piece).await;
            tokio::task::yield_now().await;
        }
        let _ = client.shutdown().await;
        let mut out = Vec::new();
        client.read_to_end(&mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    };
    let (said, ended) =
        tokio::join!(asking, talk(server, &house, &permit.connection, Limits::default()));
    ended.unwrap();
    said.lines()
        .filter(|line| !line.starts_with("date: "))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The statuses of all answers.
fn statuses(said: &str) -> Vec<u16> {
    said.split("HTTP/1.").skip(1).map(|answer| answer[2..5].parse().unwrap()).collect()
}

const GET: &str = "GET /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\n\r\n";
const LONG: &str = "POST /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n";

/// What is sent, what is answered, and whether a further request is.
static TABLE: LazyLock<Vec<(String, u16, bool)>> = LazyLock::new(|| {
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(70_000));
    let table = [
        (GET, 200, true),
        ("GET /healthz HTTP/1.1\nHost: a\n\n", 200, true),
        (
            "\r\n\r\nHEAD /feeds/bac-ha.json HTTP/1.1\r\nhost: a\r\nAccept-Encoding: gzip\r\n\r\n",
            200,
            true,
        ),
        ("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200, true),
        ("GET http://b/feeds/none HTTP/1.1\r\nHost: a\r\n\r\n", 404, true),
        ("GET /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n", 304, true),
        ("OPTIONS /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\n\r\n", 204, true),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 404, true),
        (
            "POST /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /",
            405,
            true,
        ),
        ("PUT /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /", 405, true),
        ("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, true),
        ("GET /healthz HTTP/1.0\r\n\r\n", 200, false),
        ("GET /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200, false),
        ("GET /feeds/bac-ha.atom HTTP/1.1\r\n\r\n", 400, false),
        (
            "POST /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
             5\r\nGET /\r\n0\r\n\r\n",
            405,
            false,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nGET /",
            405,
            false,
        ),
        (LONG, 405, false),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n\
             0\r\n\r\n",
            400,
            false,
        ),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, false),
        ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 400, false),
        ("\u{16}\u{3}\u{1}\r\n\r\n", 400, false),
        (&long, 431, false),
    ];
    table.into_iter().map(|(text, status, lasts)| (text.to_owned(), status, lasts)).collect()
});

#[tokio::test]
async fn each_request_is_answered_and_the_connection_goes_on_or_ends() {
    for (text, status, lasts) in &*TABLE {
        let said = answers(&[text.as_bytes(), GET.as_bytes()]).await;
        let wanted: &[u16] = if *lasts { &[*status, 200] } else { &[*status] };
        assert_eq!(statuses(&said), wanted, "{text:.200}\n{said:.600}");
        let head = said.split("\n\n").next().unwrap();
        assert_eq!(head.contains("connection: close"), !lasts, "{text:.200}");
        assert_eq!(head.starts_with("HTTP/1.0"), text.contains("HTTP/1.0"));
        if text.contains("HEAD") || [204, 304].contains(status) {
            assert!(said.contains("\n\nHTTP/1.1 200"), "no body: {said}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn it_is_all_one_in_which_pieces_requests_come(
        asked in prop::collection::vec(prop::sample::select(&**TABLE), 1..5),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let bytes = asked.iter().map(|(text, ..)| text.as_str()).collect::<String>().into_bytes();
        let mut ends: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        ends.sort_unstable();
        ends.push(bytes.len());
        let begins = std::iter::once(0).chain(ends.iter().copied());
        let pieces: Vec<_> = begins.zip(&ends).map(|(begin, end)| &bytes[begin..*end]).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (whole, parted) =
            runtime.block_on(async { (answers(&[&bytes]).await, answers(&pieces).await) });
        prop_assert_eq!(&whole, &parted);
        let lasting =
            asked.iter().position(|(.., lasts)| !lasts).map_or(asked.len(), |last| last + 1);
        let wanted: Vec<_> = asked[..lasting].iter().map(|(_, status, _)| *status).collect();
        prop_assert_eq!(statuses(&whole), wanted);
    }
}

#[tokio::test]
async fn who_still_sends_a_long_body_gets_the_answer() {
    let server = start(Limits::default(), 100).await;
    let body = "GET / HTTP/1.1\r\n".repeat(60_000);
    let head = format!(
        "POST /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = server.raw(&format!("{head}{body}")).await;
    assert!(answer.starts_with("HTTP/1.1 405") && statuses(&answer).len() == 1, "{answer}");
}

#[tokio::test]
async fn a_body_may_come_after_its_answer() {
    let server = start(Limits::default(), 100).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"POST /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0; 4096];
    let length = stream.read(&mut answer).await.unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 405"));
    stream.write_all(format!("GET /{GET}").as_bytes()).await.unwrap();
    let length = stream.read(&mut answer).await.unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
}
