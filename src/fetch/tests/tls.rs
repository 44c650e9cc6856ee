//! Certificates that do not verify are refused unless the site file says otherwise.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::portal::answer;
use super::*;

/// A server with a self-signed certificate that answers `/N` with its Nth answer; it ends with the
/// test.
pub struct Secure {
    pub home: String,
}

impl Secure {
    /// One that ends connections with close_notify or without.
    pub fn start(answers: Vec<Vec<u8>>, says_goodbye: bool) -> Secure {
        Self::serve(answers, answer("404 Not Found", "", b""), says_goodbye)
    }

    /// One that never says goodbye and answers `/robots.txt` with these bytes.
    pub fn with_robots(answers: Vec<Vec<u8>>, robots: Vec<u8>) -> Secure {
        Self::serve(answers, robots, false)
    }

    fn serve(answers: Vec<Vec<u8>>, other: Vec<u8>, says_goodbye: bool) -> Secure {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key =
            PrivateKeyDer::from_pem_slice(own.signing_key.serialize_pem().as_bytes()).unwrap();
        let config = Arc::new(
            ServerConfig::builder()
                .with_no_client_auth()
                .with_single_cert(vec![own.cert.der().clone()], key)
                .unwrap(),
        );
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let home = format!("https://127.0.0.1:{}/", listener.local_addr().unwrap().port());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut tls =
                    StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
                let mut request = [0; 4096];
                let Ok(length) = tls.read(&mut request) else { continue };
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let path =
                    request.split(' ').nth(1).and_then(|path| path[1..].parse::<usize>().ok());
                let _ = tls.write_all(path.map_or(&other, |path| &answers[path]));
                if says_goodbye {
                    tls.conn.send_close_notify();
                }
                let _ = tls.flush();
                let _ = tls.sock.shutdown(Shutdown::Write);
                // Read to the end, so that nothing unread turns the end into a reset.
                let _ = tls.sock.read_to_end(&mut Vec::new());
            }
        });
        Secure { home }
    }
}

#[tokio::test]
async fn self_signed_is_taken_only_where_marked() {
    let home = format!("{}0", Secure::start(vec![answer("200 OK", "", b"page")], true).home);
    let client = client();
    let failure = client.fetch(&site(&home), ask(&home)).await.unwrap_err();
    assert!(
        matches!(&failure.error, Error::Connect(why) if why.to_string().contains("accept_invalid")),
        "{:?}",
        failure.error
    );
    let marked = Site { accept_invalid_tls: true, ..site(&home) };
    assert_eq!(client.fetch(&marked, ask(&home)).await.unwrap().body, "page");
}
