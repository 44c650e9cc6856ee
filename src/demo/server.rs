//! A small HTTP/1.1 server of our own, because it must be able to break the rules that a library
//! keeps.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::data::{piece, word};
use super::fault::{self, Fault};
use super::part::fill;
use super::route;
use super::wire::{Reply, Request, http_date};
use super::world::World;

/// The most that a request's head, and its body, may have.
const HEAD: usize = 32 << 10;
const BODY: usize = 4 << 20;
/// How long a connection may say nothing.
const IDLE: Duration = Duration::from_secs(60);

/// The state that handle and connections share.
pub type Shared = Arc<Mutex<World>>;

/// The world, also after a panic elsewhere.
pub fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes connections until `stop`; while it is held nothing is answered.
pub async fn serve(
    listener: TcpListener,
    world: Shared,
    held: watch::Receiver<bool>,
    stop: CancellationToken,
) {
    let tasks = TaskTracker::new();
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            taken = listener.accept() => taken,
        };
        let Ok((stream, _)) = stream else {
            tokio::task::yield_now().await;
            continue;
        };
        let (world, held, stop) = (world.clone(), held.clone(), stop.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                // How a peer leaves is its own affair.
                _ = connection(stream, world, held) => {}
            }
        });
    }
    tasks.close();
    tasks.wait().await;
}

async fn connection(
    mut stream: TcpStream,
    world: Shared,
    mut held: watch::Receiver<bool>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some(mut request) = read(&mut stream, &mut buffer, &world).await? {
        // An error says that the handle is gone: the portal stops.
        held.wait_for(|held| !held).await.map_err(io::Error::other)?;
        let (reply, fault) = {
            let mut world = lock(&world);
            let fault = fault::take(&mut world.faults, &request.method, &request.target);
            let reply = route::answer(&mut world, &request);
            let reply =
                fault.as_ref().map_or_else(|| reply.clone(), |fault| instead(fault, reply.clone()));
            let reply = reply.with("Date", http_date(world.now()));
            request.status = if fault == Some(Fault::Reset) { 0 } else { reply.status };
            world.note(request.clone());
            (reply, fault)
        };
        if !write(&mut stream, &request, &reply, fault).await? {
            break;
        }
    }
    stream.shutdown().await
}

/// The next request of a connection; `None` at its end.
async fn read(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    world: &Shared,
) -> io::Result<Option<Request>> {
    let end = loop {
        if let Some(place) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break place;
        }
        if buffer.len() > HEAD || !more(stream, buffer).await? {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(buffer.get(..end).unwrap_or_default()).into_owned();
    buffer.drain(..end + 4);
    let Some(mut request) = Request::parse(&head, lock(world).now()) else { return Ok(None) };
    let length =
        request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    if length > BODY || request.header("transfer-encoding").is_some() {
        return Ok(None);
    }
    while buffer.len() < length {
        if !more(stream, buffer).await? {
            return Ok(None);
        }
    }
    request.body = buffer.drain(..length).collect();
    Ok(Some(request))
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<bool> {
    match tokio::time::timeout(IDLE, stream.read_buf(buffer)).await {
        Ok(count) => Ok(count? > 0),
        Err(_) => Ok(false),
    }
}

/// The reply that a fault puts in the place of the right one.
fn instead(fault: &Fault, right: Reply) -> Reply {
    match fault {
        Fault::Status(status) => {
            Reply::page(*status, format!("<html><body>{status}</body></html>"))
        }
        Fault::RetryAfter(status, value) => {
            Reply::page(*status, String::new()).with("Retry-After", value.clone())
        }
        Fault::Empty => Reply::page(200, String::new()),
        Fault::Login => Reply::page(200, fill(piece("login"), &[("title", word("login"))])),
        Fault::Redirect(to) => Reply::redirect(302, to),
        Fault::TruncatedGzip => {
            let mut reply = plain(right).zipped();
            reply.body.truncate(reply.body.len() / 2);
            reply
        }
        Fault::Bomb(mebibytes) => Reply::page(200, " ".repeat(*mebibytes << 20)).zipped(),
        Fault::BadCoding => {
            let reply = plain(right);
            let body = reply.body.clone();
            Reply { body, ..reply.with("Content-Encoding", "gzip") }
        }
        Fault::Stall
        | Fault::Delay(_)
        | Fault::SlowHead(_)
        | Fault::Endless
        | Fault::Short
        | Fault::Reset => right,
    }
}

/// A reply without a coding, so that a fault's own one is the only one.
fn plain(mut reply: Reply) -> Reply {
    if reply.headers.iter().any(|(name, _)| *name == "Content-Encoding") {
        let mut text = Vec::new();
        io::copy(&mut flate2::read::GzDecoder::new(reply.body.as_slice()), &mut text).ok();
        reply.body = text;
        reply.headers.retain(|(name, _)| *name != "Content-Encoding" && *name != "Vary");
    }
    reply
}

/// Writes the reply, well or badly; whether the connection goes on.
async fn write(
    stream: &mut TcpStream,
    request: &Request,
    reply: &Reply,
    fault: Option<Fault>,
) -> io::Result<bool> {
    let keep =
        !request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    let length = Some(reply.body.len()).filter(|_| reply.status != 304);
    let head = reply.head(Some(reply.body.len()), keep);
    let half = reply.body.get(..reply.body.len() / 2).unwrap_or_default();
    match fault {
        Some(Fault::Delay(pause)) => tokio::time::sleep(pause).await,
        Some(Fault::SlowHead(pause)) => {
            for byte in head.as_bytes() {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(pause).await;
            }
            stream.write_all(&reply.body).await?;
            return Ok(keep);
        }
        Some(Fault::Stall) => {
            stream.write_all(&[head.as_bytes(), half].concat()).await?;
            std::future::pending::<()>().await;
        }
        Some(Fault::Short) => {
            stream.write_all(&[head.as_bytes(), half].concat()).await?;
            return Ok(false);
        }
        Some(Fault::Reset) => {
            stream.write_all(&[head.as_bytes(), half].concat()).await?;
            stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Some(Fault::Endless) => return endless(stream, reply).await,
        _ => {}
    }
    let head = if length.is_none() {
        reply.head(Some(0), keep).replace("Content-Length: 0\r\n", "")
    } else {
        head
    };
    let body: &[u8] = if request.method == "HEAD" { &[] } else { &reply.body };
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    Ok(keep)
}

/// Goes on until the peer has had enough.
async fn endless(stream: &mut TcpStream, reply: &Reply) -> io::Result<bool> {
    stream.write_all(plain(reply.clone()).head(None, false).as_bytes()).await?;
    let block = vec![b' '; 64 << 10];
    loop {
        stream.write_all(&block).await?;
    }
}
