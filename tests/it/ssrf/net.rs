//! A name server, canaries on inner addresses, and a web server on public ones: one listener hears
//! them all, since it knows where it was reached.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};

use crate::attack::pages;
use crate::attack::server::Step;

/// The public addresses of the namespace.
pub const PUBLIC: &str = "93.184.216.34";
pub const PUBLIC_6: &str = "2606:2800:220:1::1";
/// One that nobody has.
const NOBODY: &str = "93.184.216.99";
/// Inner addresses that `tests/netns.sh` makes.
pub const CANARIES: [&str; 11] = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.168.0.1",
    "::1",
    "fd00::1",
    "fd00:ec2::254",
    "64:ff9b::a00:1",
    "2002:a00:1::1",
    "::ffff:10.0.0.1",
];

/// A connection: where it arrived, and what came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub local: String,
    pub head: String,
}

impl Asked {
    pub fn host(&self) -> &str {
        self.head.lines().find_map(|line| line.strip_prefix("Host: ")).unwrap_or_default()
    }
    fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }
}

/// All servers of the namespace.
pub struct World(Arc<Mutex<Vec<Asked>>>);

impl World {
    /// Starts them; site number n leads to the n-th of the addresses.
    pub fn start(leads: Vec<String>) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let leads = Arc::new(leads);
        for port in [80, 443, 8080] {
            let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).unwrap();
            let (log, leads) = (log.clone(), leads.clone());
            std::thread::spawn(move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    let (log, leads) = (log.clone(), leads.clone());
                    std::thread::spawn(move || serve(stream, &log, &leads));
                }
            });
        }
        let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
        std::thread::spawn(move || names(&socket));
        Self(log)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.0.lock().unwrap().clone()
    }

    /// Connections to an address that is not public.
    pub fn canaries(&self) -> Vec<Asked> {
        self.asked()
            .into_iter()
            .filter(|asked| ![PUBLIC, PUBLIC_6].contains(&asked.local.as_str()))
            .collect()
    }

    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, leads: &[String]) {
    let local = stream.local_addr().unwrap().ip().to_canonical().to_string();
    let place = {
        let mut log = log.lock().unwrap();
        log.push(Asked { local: local.clone(), head: String::new() });
        log.len() - 1
    };
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let mut piece = [0; 4096];
        match stream.read(&mut piece) {
            Ok(n) if n > 0 => head.extend_from_slice(&piece[..n]),
            _ => return,
        }
    }
    let asked = Asked { local, head: String::from_utf8_lossy(&head).into_owned() };
    if let Some(kept) = log.lock().unwrap().get_mut(place) {
        kept.head.clone_from(&asked.head);
    }
    for step in answer(&asked, leads) {
        if let Step::Send(bytes) = step {
            stream.write_all(&bytes).ok();
        }
    }
}

/// What the public web server says, by host and path.
fn answer(asked: &Asked, leads: &[String]) -> Vec<Step> {
    use crate::attack::server::{answer, html};
    let redirect = |to: &str| answer("302 Found", &format!("Location: {to}\r\n"), "");
    let number =
        asked.host().trim_end_matches(".test").trim_start_matches(['s', 'r']).parse::<usize>().ok();
    let lead = number.and_then(|n| leads.get(n)).map_or("http://10.0.0.1/", String::as_str);
    let titled = |url: &String| (url.clone(), "Bài viết của trang".to_owned());
    match asked.target() {
        "/robots.txt" if asked.host().starts_with("sr") => redirect(lead),
        "/robots.txt" => answer("404 Not Found", "", ""),
        "/redirect" => redirect(lead),
        "/links" => html(pages::list(
            &leads.iter().map(titled).collect::<Vec<_>>(),
            &format!("<a href=\"{lead}\">Trang sau</a>"),
        )),
        "/articles" => html(pages::list(
            &(0..leads.len()).map(|n| titled(&format!("/article?ItemID={n}"))).collect::<Vec<_>>(),
            "",
        )),
        "/form" => html(
            pages::list(
                &[titled(&"/a?ItemID=1".to_owned())],
                "<a href=\"javascript:__doPostBack('p','Page$2')\">Trang sau</a>",
            )
            .replace(
                "<form>",
                "<form method=post action=\"http://10.0.0.1/canary\"><input type=hidden \
                 name=__EVENTTARGET><input type=hidden name=__EVENTARGUMENT>\
                 <input type=hidden name=__VIEWSTATE value=x><base href=\"http://10.0.0.1/\"><link \
                 rel=canonical href=\"http://10.0.0.1/\">",
            ),
        ),
        "/list" => html(pages::list(&[titled(&"/a?ItemID=1".to_owned())], "")),
        target => match (
            target.strip_prefix("/article?ItemID=").and_then(|n| n.parse::<usize>().ok()),
            target.strip_prefix("/to?"),
        ) {
            (Some(n), _) => redirect(&leads[n]),
            (_, Some(to)) => redirect(to),
            _ => html(pages::article(&format!(
                "<img src=\"{lead}\"><iframe src=\"{lead}\"></iframe>{}",
                pages::TEXT
            ))),
        },
    }
}

/// The addresses of a name when it is asked for the n-th time: canonical name, if it has one, and
/// addresses.
fn addresses(name: &str, nth: usize) -> (Option<&'static str>, Vec<&'static str>) {
    let name = name.trim_end_matches(".test");
    match name {
        "plain" => (None, vec!["10.0.0.1"]),
        "loop" => (None, vec!["127.0.0.1"]),
        "cname" => (Some("plain.test"), vec!["10.0.0.1"]),
        "cname-meta" => (Some("meta.test"), vec!["169.254.169.254"]),
        "meta" => (None, vec!["169.254.169.254"]),
        "meta6" => (None, vec!["fd00:ec2::254"]),
        "zero" => (None, vec!["0.0.0.0"]),
        "cgn" => (None, vec!["100.64.0.1"]),
        "lan" => (None, vec!["192.168.0.1"]),
        "v6" => (None, vec!["::1"]),
        "ula" => (None, vec!["fd00::1"]),
        "link" => (None, vec!["fe80::1"]),
        "mapped" => (None, vec!["::ffff:10.0.0.1"]),
        "nat64" => (None, vec!["64:ff9b::a00:1"]),
        "six" => (None, vec!["2002:a00:1::1"]),
        "compat" => (None, vec!["::10.0.0.1"]),
        "multi" => (None, vec!["10.0.0.1", "127.0.0.1", "fd00::1", "::1"]),
        "none" => (None, Vec::new()),
        // The public one does not answer: the others must not stand in for it.
        "closed" => (None, vec![NOBODY, "10.0.0.1", "fd00::1"]),
        "both" => (None, vec!["10.0.0.1", PUBLIC, "::1", "127.0.0.1"]),
        // Public at first; a name is asked for once by each type.
        "rebind" if nth == 0 => (None, vec![PUBLIC]),
        "rebind" => (None, vec!["10.0.0.1"]),
        "flip" if nth.is_multiple_of(2) => (None, vec![PUBLIC]),
        "flip" => (None, vec!["127.0.0.1"]),
        "late" if nth > 0 => (None, vec![PUBLIC]),
        "late" => (None, vec!["10.0.0.1"]),
        "s6" => (None, vec![PUBLIC_6]),
        _ => (None, vec![PUBLIC]),
    }
}

/// Answers A and AAAA questions, without a time to live.
fn names(socket: &UdpSocket) {
    let mut counts: HashMap<(String, u16), usize> = HashMap::new();
    let mut buffer = [0; 512];
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        let Some((name, kind, end)) = question(&buffer[..length]) else { continue };
        let nth = counts.entry((name.clone(), kind)).or_default();
        let (canonical, found) = addresses(&name, *nth);
        *nth += 1;
        let mut records: Vec<Vec<u8>> = Vec::new();
        let mut owner = vec![0xc0, 12];
        if let Some(canonical) = canonical {
            records.push(record(&owner, 5, &labels(canonical)));
            owner = labels(canonical);
        }
        for address in found.iter().map(|address| address.parse::<IpAddr>().unwrap()) {
            match (address, kind) {
                (IpAddr::V4(ip), 1) => records.push(record(&owner, 1, &Ipv4Addr::octets(&ip))),
                (IpAddr::V6(ip), 28) => records.push(record(&owner, 28, &Ipv6Addr::octets(&ip))),
                _ => {}
            }
        }
        let mut answer = buffer[..2].to_vec();
        answer.extend([0x85, 0x80, 0, 1, 0, records.len() as u8, 0, 0, 0, 0]);
        answer.extend_from_slice(&buffer[12..end]);
        answer.extend(records.concat());
        socket.send_to(&answer, from).ok();
    }
}

/// Name and type of the first question, and where it ends.
fn question(packet: &[u8]) -> Option<(String, u16, usize)> {
    let (mut at, mut name) = (12, Vec::new());
    while *packet.get(at)? > 0 {
        let length = usize::from(packet[at]);
        name.push(String::from_utf8_lossy(packet.get(at + 1..at + 1 + length)?).to_lowercase());
        at += 1 + length;
    }
    let kind = u16::from_be_bytes([*packet.get(at + 1)?, *packet.get(at + 2)?]);
    Some((name.join("."), kind, at + 5))
}

fn labels(name: &str) -> Vec<u8> {
    let labels = name
        .split('.')
        .flat_map(|label| [vec![label.len() as u8], label.as_bytes().to_vec()].concat());
    labels.chain([0]).collect()
}

fn record(owner: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
    [owner, &[0, kind, 0, 1, 0, 0, 0, 0, 0, data.len() as u8], data].concat()
}
