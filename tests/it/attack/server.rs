//! A server that breaks the rules: what it answers is a script of steps, what it is asked is kept.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

/// One step of an answer; the connection closes after the last.
#[derive(Clone)]
pub enum Step {
    Send(Vec<u8>),
    /// The same bytes for ever.
    Endless(Vec<u8>),
    /// Byte after byte, one each interval.
    Drip(Vec<u8>, Duration),
    /// Silence until the client goes away.
    Hang,
}

/// What answers a request: its target, and how often that target was asked before.
pub type Script = Arc<dyn Fn(&str, usize) -> Vec<Step> + Send + Sync>;

/// One request.
#[derive(Clone, Debug)]
pub struct Asked {
    pub target: String,
    pub head: String,
    pub at: Instant,
}

/// A site on a loopback address of its own: to the program another host.
pub struct Server {
    pub home: String,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub fn start(ip: &str, script: Script) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let home = format!("http://{}/", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = log.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, kept) = (script.clone(), kept.clone());
                std::thread::spawn(move || serve(stream, &script, &kept));
            }
        });
        Self { home, log }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }

    /// How often the target was asked.
    pub fn count(&self, target: &str) -> usize {
        self.asked().iter().filter(|asked| asked.target == target).count()
    }
}

/// One request a connection. How the client leaves is its own affair.
fn serve(mut stream: TcpStream, script: &Script, log: &Mutex<Vec<Asked>>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let mut piece = [0; 4096];
        match stream.read(&mut piece) {
            Ok(n) if n > 0 => head.extend_from_slice(&piece[..n]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let nth = {
        let mut log = log.lock().unwrap();
        log.push(Asked { target: target.clone(), head, at: Instant::now() });
        log.iter().filter(|asked| asked.target == target).count() - 1
    };
    let steps = script(&target, nth);
    if steps.into_iter().try_for_each(|step| play(&mut stream, step)).is_ok() {
        // Half closed, then read to the end, so that nothing unread turns the end into a reset.
        stream.shutdown(std::net::Shutdown::Write).ok();
        stream.read_to_end(&mut Vec::new()).ok();
    }
}

fn play(stream: &mut TcpStream, step: Step) -> std::io::Result<()> {
    match step {
        Step::Send(bytes) => stream.write_all(&bytes),
        Step::Endless(bytes) => loop {
            stream.write_all(&bytes)?;
        },
        Step::Drip(bytes, pause) => bytes.into_iter().try_for_each(|byte| {
            std::thread::sleep(pause);
            stream.write_all(&[byte])
        }),
        Step::Hang => stream.read_to_end(&mut Vec::new()).map(|_| ()),
    }
}

/// A whole answer with its length; `fields` end in line breaks.
pub fn answer(status: &str, fields: &str, body: impl AsRef<[u8]>) -> Vec<Step> {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status}\r\n{fields}Connection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    vec![Step::Send([head.as_bytes(), body].concat())]
}

/// A page.
pub fn html(body: impl AsRef<[u8]>) -> Vec<Step> {
    answer("200 OK", "Content-Type: text/html; charset=utf-8\r\n", body)
}

/// Exactly these bytes.
pub fn raw(bytes: impl AsRef<[u8]>) -> Vec<Step> {
    vec![Step::Send(bytes.as_ref().to_vec())]
}

/// Bytes in gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes in brotli.
pub fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let params = ::brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    ::brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).unwrap();
    out
}
