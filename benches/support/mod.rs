//! What the measurements share: numbers from the environment, plain requests, figures of processes.
#![allow(dead_code)] // each measurement needs some of it

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

/// What a measurement may end with.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A number from the environment.
pub fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// The body of an answer of `127.0.0.1:port`.
pub fn get(port: u16, path: &str) -> Outcome<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text.split_once("\r\n\r\n").ok_or("no answer")?.1.to_owned())
}

/// VmHWM in KiB.
pub fn high_water(status: &Path) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// CPU seconds of a process, user and system; with `children`, of its children that have ended.
pub fn cpu(stat: &str, children: bool) -> (f64, f64) {
    let text = fs::read_to_string(stat).unwrap_or_default();
    let fields: Vec<&str> =
        text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // A tick is 10 ms on every Linux that matters.
    let ticks = |n: usize| fields.get(n).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0) / 100.0;
    if children { (ticks(13), ticks(14)) } else { (ticks(11), ticks(12)) }
}
