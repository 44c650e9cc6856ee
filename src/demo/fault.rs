//! How an address misbehaves when a test asks it to.

use std::time::Duration;

/// One way to misbehave.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Another status with a short page.
    Status(u16),
    /// A status with `Retry-After` as written.
    RetryAfter(u16, String),
    /// Head and half the body, then silence.
    Stall,
    /// Nothing for so long, then the answer.
    Delay(Duration),
    /// The head byte by byte, so long between two of them.
    SlowHead(Duration),
    /// A gzip body that breaks off in the middle.
    TruncatedGzip,
    /// A few bytes of gzip wire that expand to so many mebibytes.
    Bomb(usize),
    /// A body that never ends.
    Endless,
    /// A body that is not in the coding its head names.
    BadCoding,
    /// Fewer bytes than `Content-Length` says.
    Short,
    /// The connection is reset in the middle of the body.
    Reset,
    /// 200 and nothing.
    Empty,
    /// 200 and a page to sign in.
    Login,
    /// A redirect to another address, such as itself.
    Redirect(String),
}

/// A fault at an address.
#[derive(Clone, Debug)]
pub struct Armed {
    /// The path, or path and query; `*` at the end fits any rest; with `POST ` before it posts
    /// alone.
    pub path: String,
    /// What happens.
    pub fault: Fault,
    /// How many more times; `None`: always.
    pub times: Option<u32>,
}

impl Armed {
    /// Whether it fits a request.
    pub fn fits(&self, method: &str, target: &str) -> bool {
        let path = match self.path.strip_prefix("POST ") {
            Some(_) if method != "POST" => return false,
            Some(path) => path,
            None => &self.path,
        };
        match path.strip_suffix('*') {
            Some(start) => target.starts_with(start),
            None => target == path || target.split('?').next() == Some(path),
        }
    }
}

/// The fault for a request, spent once.
pub fn take(armed: &mut Vec<Armed>, method: &str, target: &str) -> Option<Fault> {
    let place = armed.iter().position(|armed| armed.fits(method, target))?;
    let fault = armed.get(place)?.fault.clone();
    if let Some(times) = armed.get_mut(place).and_then(|armed| armed.times.as_mut()) {
        *times = times.saturating_sub(1);
        if *times == 0 {
            armed.remove(place);
        }
    }
    Some(fault)
}
