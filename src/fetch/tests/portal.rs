//! A raw server: what it sends is a script, what it was asked is kept.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// One step of an answer; the connection closes after the last.
pub enum Step {
    Send(Vec<u8>),
    /// The same bytes for ever.
    Endless(Vec<u8>),
    /// Byte after byte, one each interval.
    Drip(Vec<u8>, Duration),
    /// Waits for more from the client and does not answer it.
    Listen,
    /// Silence until the client goes away.
    Hang,
}

/// One request as it came: the head, then the body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub text: String,
    pub at: Instant,
}

impl Asked {
    pub fn target(&self) -> &str {
        self.text.split(' ').nth(1).unwrap()
    }
    /// The value of a field of the request.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

pub struct Portal {
    pub home: String,
    pub port: u16,
    log: Arc<Mutex<Vec<Asked>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Portal {
    /// Answers each request (its target, and how many came before) by a script.
    pub async fn start(
        script: impl Fn(&str, usize) -> Vec<Step> + Send + Sync + 'static,
    ) -> Portal {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (kept, script) = (log.clone(), Arc::new(script));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), kept.clone()));
            }
        });
        Portal { home: format!("http://127.0.0.1:{port}/"), port, log, task }
    }

    /// Answers everything with these bytes.
    pub async fn saying(answer: Vec<u8>) -> Portal {
        Self::start(move |_, _| vec![Step::Send(answer.clone())]).await
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }

    pub fn targets(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.target().to_owned()).collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<impl Fn(&str, usize) -> Vec<Step>>,
    log: Arc<Mutex<Vec<Asked>>>,
) {
    let mut head = Vec::new();
    while !is_whole(&head) {
        match stream.read_buf(&mut head).await {
            Ok(n) if n > 0 => {}
            _ => return,
        }
    }
    let asked = Asked { text: String::from_utf8(head).unwrap(), at: Instant::now() };
    let target = asked.target().to_owned();
    let nth = {
        let mut log = log.lock().unwrap();
        log.push(asked);
        log.len() - 1
    };
    for step in script(&target, nth) {
        if play(&mut stream, step).await.is_err() {
            return;
        }
    }
    // Half closed, then read to the end, so that nothing unread turns the end into a reset.
    let _ = stream.shutdown().await;
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

async fn play(stream: &mut TcpStream, step: Step) -> std::io::Result<()> {
    match step {
        Step::Send(bytes) => stream.write_all(&bytes).await,
        Step::Endless(bytes) => loop {
            stream.write_all(&bytes).await?;
        },
        Step::Drip(bytes, pause) => {
            for byte in bytes {
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(pause).await;
            }
            Ok(())
        }
        Step::Listen => stream.read_buf(&mut Vec::with_capacity(4096)).await.map(|_| ()),
        Step::Hang => stream.read_to_end(&mut Vec::new()).await.map(|_| ()),
    }
}

/// Whether head and stated body are there.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// A whole answer with its length; `fields` end in line breaks.
pub fn answer(status: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{fields}Connection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub fn ok(body: &str) -> Vec<Step> {
    vec![Step::Send(answer("200 OK", "Content-Type: text/html\r\n", body.as_bytes()))]
}

pub fn redirect(to: &str) -> Vec<Step> {
    vec![Step::Send(answer("302 Found", &format!("Location: {to}\r\n"), b""))]
}
