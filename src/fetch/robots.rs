//! robots.txt (RFC 9309): what a file says for us, and what is remembered of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use robotxt::Robots;
use tokio::time::Instant;
use url::Url;

use super::{Cause, Error};
use crate::domain::Validators;

/// Longest part of a file that is read; the rest is left out.
pub(super) const FILE_BYTES: usize = 500 << 10;
/// How long a file counts.
const FRESH: Duration = Duration::from_secs(24 * 3600);
/// How long one that cannot be read counts as forbidding all.
const UNREACHABLE: Duration = Duration::from_secs(5 * 60);
/// Origins of a generation.
const GENERATION: usize = 1 << 14;
/// Bytes of their files.
const GENERATION_BYTES: usize = 8 << 20;

/// What is remembered of one origin's file.
#[derive(Default)]
pub(super) struct Memory {
    rules: Option<Robots>,
    /// Of the file that they are of.
    bytes: usize,
    /// Why there are no rules, where the file was unreachable.
    why: Option<Cause>,
    /// Sent back when the file is asked again.
    pub(super) validators: Validators,
    due: Option<Instant>,
}

/// All origins, by scheme, host and port.
#[derive(Default)]
pub(super) struct Origins(Mutex<Generations>);

/// Those that were asked for of late, and those before them: who is not asked for while a whole
/// generation is goes, so nobody is looked through.
#[derive(Default)]
struct Generations {
    young: HashMap<String, Origin>,
    old: HashMap<String, Origin>,
    /// Of the young ones' files.
    bytes: usize,
}

#[derive(Default)]
struct Origin {
    memory: Arc<tokio::sync::Mutex<Memory>>,
    /// Of its file.
    bytes: usize,
}

impl Origins {
    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The memory of an address's origin; who holds its lock may read the file.
    pub(super) fn of(&self, url: &Url) -> Arc<tokio::sync::Mutex<Memory>> {
        self.lock().of(url.origin().ascii_serialization())
    }

    /// So long is the file that was read.
    pub(super) fn weigh(&self, url: &Url, bytes: usize) {
        let mut generations = self.lock();
        let Generations { young, bytes: all, .. } = &mut *generations;
        if let Some(origin) = young.get_mut(&url.origin().ascii_serialization()) {
            *all = *all - std::mem::replace(&mut origin.bytes, bytes) + bytes;
        }
    }
}

impl Generations {
    fn of(&mut self, key: String) -> Arc<tokio::sync::Mutex<Memory>> {
        if let Some(origin) = self.young.get(&key) {
            return origin.memory.clone();
        }
        if self.young.len() >= GENERATION || self.bytes >= GENERATION_BYTES {
            self.bytes = 0;
            self.old = std::mem::take(&mut self.young);
        }
        let origin = self.old.remove(&key).unwrap_or_default();
        self.bytes += origin.bytes;
        self.young.entry(key).or_insert(origin).memory.clone()
    }
}

impl Memory {
    /// Whether the file is to be asked.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_none_or(|due| due <= now)
    }

    /// Takes an answer: 2xx are rules, 304 confirms them, 429 and 5xx forbid all for now, anything
    /// else allows all.
    pub(super) fn take(&mut self, status: u16, body: &[u8], validators: Validators, token: &str) {
        match status {
            200..=299 => {
                (self.rules, self.bytes) = (Some(parse(body, token)), body.len().min(FILE_BYTES))
            }
            304 if self.rules.is_some() => {}
            429 | 500.. => return self.unreachable(Cause::of(format!("it answers {status}"))),
            _ => (self.rules, self.bytes) = (Some(Robots::allow_all()), 0),
        }
        self.validators = validators;
        self.due = Some(Instant::now() + FRESH);
    }

    /// The file could not be read: an older copy goes on to count (RFC 9309 §2.4).
    pub(super) fn unreachable(&mut self, why: Cause) {
        self.why = Some(why);
        self.due = Some(Instant::now() + UNREACHABLE);
    }

    /// How long the file is that counts.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The host's own crawl-delay.
    pub(super) fn delay(&self) -> Duration {
        self.rules.as_ref().and_then(Robots::crawl_delay).unwrap_or_default()
    }

    /// Whether the address may be asked.
    pub(super) fn allows(&self, url: &Url) -> Result<(), Error> {
        match &self.rules {
            None => Err(Error::RobotsUnreachable(self.why.clone().unwrap_or_else(not_asked))),
            Some(rules) if rules.is_url_allowed(url) => Ok(()),
            Some(_) => Err(Error::Barred),
        }
    }
}

fn not_asked() -> Cause {
    Cause::of("it was not asked for yet")
}

/// The product token of a User-Agent: what stands before its version.
pub(super) fn token(user_agent: &str) -> String {
    user_agent
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .collect()
}

fn parse(file: &[u8], token: &str) -> Robots {
    Robots::parse(&without_versions(&file[..file.len().min(FILE_BYTES)]), token)
}

/// Cuts the version of each agent line: `User-agent: name/1.0` means the product `name`.
fn without_versions(file: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(file.len());
    for line in file.split_inclusive(|b| matches!(b, b'\n' | b'\r' | 0)) {
        let end = line.len()
            - usize::from(line.ends_with(b"\n") || line.ends_with(b"\r") || line.ends_with(b"\0"));
        let kept = if is_agent(line) {
            line[..end].iter().position(|&b| b == b'/').unwrap_or(end)
        } else {
            end
        };
        out.extend_from_slice(&line[..kept]);
        out.extend_from_slice(&line[end..]);
    }
    out
}

fn is_agent(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_start();
    let starts =
        |name: &[u8]| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    starts(b"user-agent") || starts(b"user agent") || starts(b"useragent")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_files_say() {
        let long =
            format!("User-agent: *\nDisallow: /a\n#{}\nDisallow: /b\n", "x".repeat(FILE_BYTES));
        for (file, path, allowed) in [
            ("", "/x", true),
            ("User-agent: *\nDisallow: /", "/x", false),
            ("User-agent: *\nDisallow: /", "/robots.txt", true),
            ("User-agent: *\nDisallow:", "/x", true),
            ("User-agent: other\nDisallow: /", "/x", true),
            ("User-agent: Bantin\nDisallow: /x\n\nUser-agent: *\nDisallow: /y", "/y", true),
            ("User-agent: BANTIN/2.0\nDisallow: /x\nUser-agent: *\nAllow: /", "/x", false),
            ("user-agent: other/1\nuser-agent: bantin/1.0 (+x)\r\nDisallow: /x", "/x", false),
            ("User-agent: bantinbot\nDisallow: /", "/x", true),
            ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true),
            ("User-agent: *\nDisallow: /*&ban-in=", "/p?x=1&ban-in=1", false),
            ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", true),
            ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", false),
            ("User-agent: *\nDisallow: /nội-bộ/", "/n%E1%BB%99i-b%E1%BB%99/x", false),
            (
                "User-agent: *\nDisallow: /n%e1%bb%99i-b%e1%bb%99/",
                "/n%E1%BB%99i-b%E1%BB%99/x",
                false,
            ),
            ("User-agent: *\nDisallow: /a%2Fb", "/a/b", true),
            ("\u{feff}User-agent: bantin/1\nDisallow: /x", "/x", false),
            ("<html><body>Not found</body></html>", "/x", true),
            (&long, "/a", false),
            (&long, "/b", true),
        ] {
            let mut memory = Memory::default();
            memory.take(200, file.as_bytes(), Validators::default(), &token("bantin/1.0"));
            let verdict =
                memory.allows(&Url::parse("https://h.example/").unwrap().join(path).unwrap());
            assert_eq!(verdict.is_ok(), allowed, "{path} by {:.60}", file);
        }
    }

    #[test]
    fn what_statuses_mean_and_how_long() {
        let url = Url::parse("https://h.example/x").unwrap();
        for (status, allowed, age) in [
            (404, true, FRESH),
            (403, true, FRESH),
            (410, true, FRESH),
            (300, true, FRESH),
            (500, false, UNREACHABLE),
            (503, false, UNREACHABLE),
            (429, false, UNREACHABLE),
        ] {
            let mut memory = Memory::default();
            assert!(memory.is_due(Instant::now()));
            memory.take(status, b"User-agent: *\nDisallow: /", Validators::default(), "bantin");
            assert_eq!(memory.allows(&url).is_ok(), allowed, "{status}");
            let now = Instant::now();
            assert!(
                !memory.is_due(now + age - Duration::from_secs(9)) && memory.is_due(now + age),
                "{status}"
            );
        }
        let mut memory = Memory::default();
        memory.take(
            200,
            b"User-agent: *\nCrawl-delay: 1.5\nDisallow: /x",
            Validators::default(),
            "bantin",
        );
        memory.take(500, b"", Validators::default(), "bantin");
        assert!(matches!(memory.allows(&url), Err(Error::Barred)), "the older copy counts");
        memory.take(304, b"", Validators::default(), "bantin");
        assert!(matches!(memory.allows(&url), Err(Error::Barred)));
        assert_eq!(memory.delay(), Duration::from_millis(1500));
    }

    #[test]
    fn who_is_asked_for_is_remembered_and_others_go_by_number_or_bytes() {
        let url = |name: &str| Url::parse(&format!("https://{name}.example/")).unwrap();
        let origins = Origins::default();
        let kept = origins.of(&url("kept"));
        let is_kept = |origins: &Origins| Arc::ptr_eq(&origins.of(&url("kept")), &kept);
        for n in 0..3 * GENERATION {
            origins.of(&url(&format!("h{n}")));
            assert!(!n.is_multiple_of(1000) || is_kept(&origins), "{n}");
        }
        assert!(origins.lock().young.len() <= GENERATION && origins.lock().old.len() <= GENERATION);
        for n in 0..3 * GENERATION_BYTES / FILE_BYTES {
            let url = url(&format!("large{n}"));
            origins.of(&url);
            origins.weigh(&url, FILE_BYTES);
        }
        assert!(!is_kept(&origins) && origins.lock().bytes <= GENERATION_BYTES + FILE_BYTES);
    }

    #[test]
    fn product_tokens() {
        for (user_agent, want) in [
            ("bantin/1.0", "bantin"),
            ("bantin", "bantin"),
            ("my-reader_2 (x)", "my-reader_2"),
            ("/1", ""),
        ] {
            assert_eq!(token(user_agent), want);
        }
    }
}
