//! What is odd on the wire: bantin reads what curl and wget both read, or the table says why not.

mod answers;

use std::process::{Command, Stdio};

use super::portal::{Portal, Step};
use super::tls::Secure;
use super::*;
use crate::domain::state::chain;
use answers::{
    Odd, chunked, chunks, codings, heads, in_chunks, lengths, lines, said, statuses, with, without,
};

/// What the answers hold.
const PAGE: &str = "<!DOCTYPE html><html><body>Một trang, và dấu chấm.</body></html>\n";

/// What bantin makes of an answer.
#[derive(Clone, Copy)]
enum Want {
    /// The byte for byte.
    Read,
    /// Nothing; the error says so much. Neither curl nor wget reads it, or only one of them.
    Refused(&'static str),
    /// The same, though both read it, because.
    Stricter(&'static str, &'static str),
}

use Want::{Read, Refused, Stricter};

/// What curl and wget print of an address; `None`: they are not here.
fn others(address: &str) -> Option<[Option<Vec<u8>>; 2]> {
    let run = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).arg(address).stdin(Stdio::null()).output();
        let missing = output.as_ref().is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound);
        assert!(
            !missing || std::env::var_os("CI").is_none_or(|ci| ci.is_empty()),
            "{program} is missing"
        );
        output.ok().map(|output| output.status.success().then_some(output.stdout))
    };
    let curl = ["-s", "-q", "-k", "--noproxy", "*", "--compressed", "-m", "20"];
    let wget = [
        "-q",
        "--no-config",
        "--no-proxy",
        "--no-check-certificate",
        "-t1",
        "-T20",
        "--compression=auto",
        "-O-",
    ];
    Some([run("curl", &curl)?, run("wget", &wget)?])
}

/// Reads each answer at its place `home`/N, and has curl and wget read it too.
async fn compare(home: &str, table: &[Odd]) {
    let site = Site { accept_invalid_tls: true, ..site(home) };
    let mut wrong = Vec::new();
    for (n, (what, _, want)) in table.iter().enumerate() {
        let address = format!("{home}{n}");
        let read = client().fetch(&site, ask(&address)).await;
        let told = match &read {
            Ok(answer) => format!("it is read as {:?}", String::from_utf8_lossy(&answer.body)),
            Err(failure) => chain(&failure.error),
        };
        let right = match want {
            Read => read.is_ok_and(|answer| answer.body == PAGE && answer.exchanges.len() == 1),
            Refused(why) | Stricter(why, _) => {
                read.is_err_and(|failure| failure.exchanges.is_empty()) && told.contains(why)
            }
        };
        if !right {
            let because = if let Stricter(_, because) = want { because } else { "" };
            wrong.push(format!("{what}: {told}; {because}"));
        }
        let others = tokio::task::spawn_blocking(move || others(&address)).await.unwrap();
        let both = others
            .is_some_and(|others| others.iter().all(|got| got.as_deref() == Some(PAGE.as_bytes())));
        if both && matches!(want, Refused(_)) {
            wrong.push(format!("{what}: curl and wget read it"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_curl_and_wget_read_is_read() {
    let table: Vec<Odd> = [heads(), lines(), statuses(), lengths(), in_chunks(), codings()]
        .into_iter()
        .flatten()
        .collect();
    let answers: Vec<Vec<u8>> = table.iter().map(|(_, bytes, _)| bytes.clone()).collect();
    let portal = Portal::start(move |target, _| {
        vec![Step::Send(answers[target[1..].parse::<usize>().unwrap()].clone())]
    })
    .await;
    compare(&portal.home, &table).await;
}

#[tokio::test]
async fn how_tls_ends() {
    let ended = |body: &str| {
        said("HTTP/1.1 200 OK", "Content-Type: text/html\r\nConnection: close\r\n", body)
    };
    let torn: Vec<Odd> = vec![
        ("a length", with("Connection: close\r\n"), Read),
        ("chunks", chunked(chunks("", "", "\r\n")), Read),
        ("the end tag of the root", ended(PAGE), Read),
        ("less than a length", without(&with(""), 9).to_vec(), Refused("it ends after")),
        (
            "no last chunk",
            chunked(without(&chunks("", "", "\r\n"), 5)),
            Refused("before its last chunk"),
        ),
        ("a page in its middle", ended(&PAGE[..40]), Refused("without close_notify")),
        (
            "no document",
            said("HTTP/1.1 200 OK", "Content-Type: text/plain\r\n", PAGE),
            Stricter("without close_notify", "nothing says that it is whole"),
        ),
    ];
    let secure = Secure::start(torn.iter().map(|(_, bytes, _)| bytes.clone()).collect(), false);
    compare(&secure.home, &torn).await;
    let closed: Vec<Odd> = vec![
        (
            "no length, no end tag, an orderly end",
            said("HTTP/1.1 200 OK", "Content-Type: text/plain\r\n", PAGE),
            Read,
        ),
        ("less than a length", without(&with(""), 9).to_vec(), Refused("it ends after")),
    ];
    let secure = Secure::start(closed.iter().map(|(_, bytes, _)| bytes.clone()).collect(), true);
    compare(&secure.home, &closed).await;
}

#[tokio::test]
async fn robots_counts_however_tls_ends() {
    for (robots, allowed) in
        [("User-agent: *\nDisallow: /1", false), ("User-agent: *\nDisallow:", true), ("", true)]
    {
        let file = said("HTTP/1.1 200 OK", "Content-Type: text/plain\r\n", robots);
        let gone = said("HTTP/1.1 404 Not Found", "Content-Type: text/html\r\n", "<html>khong");
        for file in [file, gone.clone()] {
            let allowed = allowed || file == gone;
            let secure = Secure::with_robots(vec![with(""), with("")], file);
            let site = Site { accept_invalid_tls: true, ..obeying(&secure.home) };
            let read = client().fetch(&site, ask(&format!("{}1", secure.home))).await;
            assert_eq!(read.is_ok(), allowed, "{robots:?}: {read:?}");
        }
    }
}

#[tokio::test]
async fn a_body_of_another_status_says_nothing() {
    let cut = "Content-Length: 900\r\n\r\nhalf";
    let portal = Portal::start(move |target, _| {
        let answer = match target {
            "/moved" => format!("HTTP/1.1 302 Found\r\nLocation: /page\r\n{cut}"),
            "/choices" => format!("HTTP/1.1 300 Multiple Choices\r\nLocation: /page\r\n{cut}"),
            "/page" => return super::portal::ok("page"),
            "/zipped" => {
                "HTTP/1.1 404 Gone\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone"
                    .to_owned()
            }
            _ => format!("HTTP/1.1 404 Gone\r\n{cut}"),
        };
        vec![Step::Send(answer.into_bytes())]
    })
    .await;
    for (path, status, exchanges) in
        [("moved", 200, 1), ("choices", 200, 1), ("gone", 404, 0), ("zipped", 404, 1)]
    {
        let answer = client()
            .fetch(&site(&portal.home), ask(&format!("{}{path}", portal.home)))
            .await
            .unwrap();
        assert_eq!(
            (answer.status, answer.exchanges.len()),
            (status, exchanges),
            "{path}: what is cut is not archived"
        );
    }
}

#[tokio::test]
async fn what_is_archived_is_what_came() {
    let portal = Portal::saying(with("X-A : a\x7f\r\n  b\r\nno field\r\nX-A: 2\r\n")).await;
    let answer = client().fetch(&site(&portal.home), ask(&portal.home)).await.unwrap();
    let fields: Vec<_> = answer.exchanges[0]
        .fields
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value)))
        .collect();
    let length = format!("content-length: {}", PAGE.len());
    assert_eq!(
        fields,
        ["content-type: text/html; charset=utf-8", "x-a: a\x7f b", "x-a: 2", length.as_str()]
    );
}
