//! Connections: how long each lives, and who makes room for whom.

use super::*;

#[tokio::test]
async fn heads_are_bounded_in_fields_and_bytes() {
    let server = start(Limits::default(), 100).await;
    let many: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
    let long = format!("X-A: {}\r\n", "a".repeat(70_000));
    for fields in [many, long] {
        let answer = server.raw(&format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n")).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
            "{}",
            &answer[..answer.len().min(80)]
        );
    }
}

#[tokio::test]
async fn silent_slow_and_idle_clients_are_closed_in_time() {
    let limits = Limits { head: Duration::from_millis(300), ..Limits::default() };
    let server = start(limits, 100).await;
    for sent in ["", "GET / HTTP/1.1\r\nX-", "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let began = Instant::now();
        server.raw(sent).await;
        let took = began.elapsed();
        assert!(
            took >= Duration::from_millis(250) && took < Duration::from_secs(5),
            "{sent:?} {took:?}"
        );
    }
    // A body that is announced and does not come holds nothing up.
    let answer = server
        .raw("POST /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nab")
        .await;
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
}

/// A client that asks for the feed and reads no more than the first byte.
async fn lazy(server: &Running) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    stream.read_u8().await.unwrap();
    stream
}

/// Waits until so many connections are open, the one that asks among them.
async fn taken(server: &Running, count: usize) {
    let figure = format!("bantin_http_places_taken {count}\n");
    let told = async { while !server.ask("GET", "/metrics", "").await.1.contains(&figure) {} };
    tokio::time::timeout(Duration::from_secs(20), told).await.unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_connection() {
    // More than the kernel's buffers on both ends take.
    let server =
        start(Limits { stall: Duration::from_millis(300), ..Limits::default() }, 32 << 20).await;
    let _lazy = [lazy(&server).await, lazy(&server).await];
    taken(&server, 1).await;
}

#[tokio::test]
async fn a_connection_lives_so_long_and_no_longer() {
    let limits = Limits { life: Duration::from_millis(300), ..Limits::default() };
    let server = start(limits, 32 << 20).await;
    let (began, mut answers) = (Instant::now(), 0);
    let mut lasting = TcpStream::connect(server.address).await.unwrap();
    let last = loop {
        lasting.write_all(b"GET /feeds/none HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 4096];
        let length = lasting.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).to_ascii_lowercase();
        assert!(answer.starts_with("http/1.1 404"), "{answer}");
        answers += 1;
        assert!(began.elapsed() < Duration::from_secs(20), "its last answer comes");
        if answer.contains("connection: close") {
            break lasting.read(&mut [0; 1]).await.unwrap();
        }
    };
    assert!(last == 0 && answers > 1 && began.elapsed() >= limits.life, "its last answer says so");
    // An answer that is read, but too slowly: more than what it must be within each time.
    let server = start(Limits { stall: Duration::from_millis(700), ..limits }, 32 << 20).await;
    let mut slow = lazy(&server).await;
    let reading = async {
        let mut bytes = vec![0; 64 << 10];
        while slow.read(&mut bytes).await.is_ok_and(|length| length > 0) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let ended = async { tokio::join!(reading, taken(&server, 1)) };
    let began = Instant::now();
    ended.await;
    assert!(began.elapsed() < Duration::from_secs(4), "32 MiB take longer at that pace");
}

#[tokio::test]
async fn whoever_comes_gets_in_and_the_idlest_goes() {
    let server = start(Limits { connections: 16, ..Limits::default() }, 32 << 20).await;
    let _reading = lazy(&server).await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        idle.push(stream);
    }
    let is_open = |stream: &TcpStream| {
        let read = stream.try_read(&mut [0]);
        read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    taken(&server, 16).await;
    let open: Vec<_> = idle.iter().map(is_open).collect();
    assert_eq!(
        (open.iter().position(|open| *open), open.iter().filter(|open| **open).count()),
        (Some(26), 14),
        "{open:?}"
    );

    // Whoever is silent goes first once it has been so for a while; whoever is being answered
    // never.
    drop(idle.drain(..36));
    let silent = TcpStream::connect(server.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    taken(&server, 7).await;
    let mut lazies = Vec::new();
    while is_open(&silent) {
        lazies.push(lazy(&server).await);
    }
    assert!(idle.iter().all(is_open), "they had asked");
    while lazies.len() < 13 {
        lazies.push(lazy(&server).await);
    }
    let (busy, _) = server.ask("GET", "/feeds/bac-ha.atom", "").await;
    assert!(
        busy.starts_with("http/1.1 503")
            && busy.contains("retry-after: 10")
            && busy.contains("connection: close"),
        "{busy}"
    );
    assert!(server.ask("GET", "/healthz", "").await.0.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn shutdown_ends_within_its_grace() {
    let limits = Limits { grace: Duration::from_millis(300), ..Limits::default() };
    let server = start(limits, 32 << 20).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    idle.read_u8().await.unwrap();
    let mut lazy = TcpStream::connect(server.address).await.unwrap();
    lazy.write_all(b"GET /feeds/bac-ha.atom HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    lazy.read_u8().await.unwrap();
    server.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), server.task).await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}
