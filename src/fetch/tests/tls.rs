//! Certificates that do not verify are refused unless the site file says otherwise.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::portal::answer;
use super::*;

/// A server with a self-signed certificate; it ends with the test.
fn self_signed() -> u16 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from_pem_slice(own.signing_key.serialize_pem().as_bytes()).unwrap();
    let config = Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(vec![own.cert.der().clone()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut tls = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
            if tls.read(&mut [0; 4096]).is_ok() {
                let _ = tls.write_all(&answer("200 OK", "", b"page"));
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        }
    });
    port
}

#[tokio::test]
async fn self_signed_is_taken_only_where_marked() {
    let home = format!("https://127.0.0.1:{}/", self_signed());
    let client = client();
    let failure = client.fetch(&site(&home), ask(&home)).await.unwrap_err();
    assert!(matches!(failure.error, Error::Connect(_)), "{:?}", failure.error);
    let marked = Site { accept_invalid_tls: true, ..site(&home) };
    assert_eq!(client.fetch(&marked, ask(&home)).await.unwrap().body, "page");
}
