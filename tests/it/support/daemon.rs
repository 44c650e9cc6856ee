//! A running daemon: asked, listened to, ended.

use std::borrow::BorrowMut;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::http::{Answer, ask};
use super::{DEADLINE, until};

/// A running daemon; dropped, it is killed.
pub struct Daemon {
    pub child: Child,
    pub address: String,
    /// What it logs after that it serves, line by line.
    pub log: mpsc::Receiver<String>,
}

impl Daemon {
    /// Runs a command that is one and waits until it serves.
    pub(super) fn by(mut command: impl BorrowMut<Command>) -> Self {
        let mut child = command.borrow_mut().stderr(Stdio::piped()).spawn().unwrap();
        let lines = lines(child.stderr.take().unwrap());
        let address = loop {
            let line = lines.recv_timeout(DEADLINE).expect("the daemon serves");
            if line.contains("\"serving\"") {
                let line: Value = serde_json::from_str(&line).unwrap();
                break line["address"].as_str().unwrap().to_owned();
            }
        };
        Self { child, address, log: lines }
    }

    /// Its files below `/proc`.
    pub fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(name)
    }

    pub fn get(&self, path: &str) -> Answer {
        ask(&self.address, "GET", path, &[])
    }

    /// A figure of `/metrics`.
    pub fn figure(&self, name: &str) -> u64 {
        self.get("/metrics").figure(name).unwrap()
    }

    /// SIGTERM; the exit code.
    pub fn stop(mut self) -> Option<i32> {
        end(&mut self.child, Signal::TERM)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The lines of a pipe, read to its end whether or not they are taken.
pub fn lines(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            send.send(line).ok();
        }
    });
    receive
}

/// Sends a signal and waits for the end; the exit code.
pub fn end(child: &mut Child, signal: Signal) -> Option<i32> {
    kill_process(Pid::from_child(child), signal).unwrap();
    let mut status = None;
    until("the program ends", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap().code()
}
