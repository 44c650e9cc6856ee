//! Many clients, few descriptors: whoever comes is answered, and nothing spins. `tests/clients`
//! does it with all of them.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

use crate::support::{Daemon, Home, SAMPLE, SITE, ask, pass, portal, try_ask, until};

/// Where clients live.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
});
/// Clients that connect at one time.
const DOOR: usize = 64;
/// What a client asks.
const HEAD: &[u8] = b"HEAD /feeds/all.atom HTTP/1.1\r\nHost: a\r\n\r\n";

/// What clients do.
#[derive(Clone, Copy)]
struct Habit {
    /// Whether they ask anything.
    asks: bool,
    /// The addresses of 127.0.0.0/8 that they come from.
    sources: u8,
    /// After this, give or take a half, they ask again, or come again if they were closed.
    every: Duration,
}

/// Clients that stay for as long as they may; dropped, they go.
struct Crowd {
    tasks: Vec<tokio::task::JoinHandle<()>>,
    came: Arc<AtomicUsize>,
}

impl Crowd {
    /// So many clients, once all of them have come.
    fn gather(daemon: &Daemon, count: usize, habit: Habit) -> Self {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
        let (door, came, address) = (
            Arc::new(Semaphore::new(DOOR)),
            Arc::<AtomicUsize>::default(),
            daemon.address.parse().unwrap(),
        );
        let client = |n: usize| {
            let (door, came) = (door.clone(), came.clone());
            let source =
                Ipv4Addr::new(127, 0, 0, 1 + u8::try_from(n % usize::from(habit.sources)).unwrap());
            // No two have the same pace, so that they come one by one.
            let habit =
                Habit { every: habit.every.mul_f64(0.5 + n as f64 / count as f64), ..habit };
            RUNTIME.spawn(async move {
                loop {
                    let permit = door.acquire().await.unwrap();
                    let stream = connected(source, address, habit.asks).await;
                    drop(permit);
                    came.fetch_add(1, Ordering::Relaxed);
                    let begin = Instant::now();
                    if let Ok(stream) = stream {
                        stay(stream, habit).await.ok();
                    }
                    tokio::time::sleep(habit.every.saturating_sub(begin.elapsed())).await;
                }
            })
        };
        let crowd = Self { tasks: (0..count).map(client).collect(), came: came.clone() };
        until("all clients have come", || crowd.came.load(Ordering::Relaxed) >= count);
        crowd
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.tasks.iter().for_each(|task| task.abort());
    }
}

/// A connection from that address, answered once if the client asks.
async fn connected(
    source: Ipv4Addr,
    address: SocketAddr,
    asks: bool,
) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if source != Ipv4Addr::LOCALHOST {
        socket.bind((source, 0).into())?;
    }
    let mut stream = socket.connect(address).await?;
    if asks {
        stream.write_all(HEAD).await?;
        // An answer without a body is written at once.
        if stream.read(&mut [0; 4096]).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(stream)
}

/// Stays until it is closed.
async fn stay(mut stream: TcpStream, habit: Habit) -> std::io::Result<()> {
    let (mut read, mut write) = stream.split();
    let asking = async {
        loop {
            tokio::time::sleep(habit.every).await;
            if habit.asks {
                write.write_all(HEAD).await?;
            }
        }
    };
    let reading = async {
        let mut bytes = [0; 1024];
        while read.read(&mut bytes).await? > 0 {}
        Ok(())
    };
    tokio::select! {
        end = asking => end,
        end = reading => end,
    }
}

/// How long a new client waits for `path`, at most for 99 of 100.
fn p99(daemon: &Daemon, path: &str, rounds: usize) -> Duration {
    let mut waits: Vec<_> = (0..rounds)
        .map(|round| {
            let begin = Instant::now();
            let answer = try_ask(&daemon.address, "GET", path, &[])
                .unwrap_or_else(|error| panic!("{path}, round {round}: {error}"));
            assert_eq!(answer.status, 200, "{path}");
            let wait = begin.elapsed();
            pass(Duration::from_millis(10));
            wait
        })
        .collect();
    waits.sort();
    waits[(rounds - 1) * 99 / 100]
}

/// New clients are answered beside a crowd, not more than `limit` later than without it: the
/// machine may be busy.
fn answered(descriptors: Option<u64>, count: usize, habit: Habit, rounds: usize, limit: Duration) {
    let home = SAMPLE.home.copy();
    let daemon =
        descriptors.map_or_else(|| home.daemon(), |descriptors| home.daemon_with(descriptors));
    let limit = limit + p99(&daemon, "/healthz", rounds);
    let crowd = Crowd::gather(&daemon, count, habit);
    for path in ["/healthz", "/readyz", &format!("/feeds/{SITE}.atom")] {
        let wait = p99(&daemon, path, rounds);
        println!(
            "{count} clients that {} from {} addresses, descriptors {descriptors:?}: {path} p99 \
             {wait:?}, limit {limit:?}; {} of {} places, {} displaced",
            if habit.asks { "ask" } else { "are silent" },
            habit.sources,
            daemon.figure("bantin_http_places_taken"),
            daemon.figure("bantin_http_places"),
            daemon.figure("bantin_http_displaced_total"),
        );
        assert!(wait <= limit, "{path}: {wait:?}");
    }
    drop(crowd);
    assert_eq!(daemon.stop(), Some(0));
}

const ASK: Habit = Habit { asks: true, sources: 1, every: Duration::from_secs(5) };
const SILENT: Habit = Habit { asks: false, ..ASK };

#[test]
fn new_clients_are_answered_beside_many() {
    // As many as there are places, and half as many again, on a machine that does much else.
    for (descriptors, count, habit) in
        [(None, 1500, ASK), (Some(64), 300, Habit { sources: 50, ..ASK }), (Some(64), 300, SILENT)]
    {
        answered(descriptors, count, habit, 30, Duration::from_secs(2));
    }
}

#[test]
#[ignore = "takes the machine for itself: tests/clients"]
fn new_clients_are_answered_at_once_beside_all() {
    let many = |habit| [(None, 10_000, habit), (None, 10_000, Habit { sources: 50, ..habit })];
    for (descriptors, count, habit) in many(ASK).into_iter().chain([
        (Some(64), 1000, ASK),
        (None, 1000, SILENT),
        (Some(64), 1000, SILENT),
    ]) {
        answered(descriptors, count, habit, 300, Duration::from_millis(100));
    }
}

/// Whether the other end has not closed it.
fn is_open(stream: &TcpStream) -> bool {
    stream.try_read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

#[test]
#[ignore = "needs a network namespace of its own: tests/netns.sh"]
fn a_public_address_holds_no_more_than_a_quarter() {
    let home = SAMPLE.home.copy();
    home.settings_at("0.0.0.0:0", "");
    let daemon = home.daemon_with(200);
    let places = usize::try_from(daemon.figure("bantin_http_places")).unwrap();
    let address: SocketAddr =
        format!("127.0.0.1:{}", daemon.address.rsplit(':').next().unwrap()).parse().unwrap();
    let come = |source: &str, count: usize| {
        let one = || RUNTIME.block_on(connected(source.parse().unwrap(), address, true)).unwrap();
        (0..count).map(|_| one()).collect::<Vec<_>>()
    };
    let open = |streams: &[TcpStream]| streams.iter().filter(|stream| is_open(stream)).count();
    let near = come("127.0.0.5", places / 2);
    let far = come("93.184.216.34", places);
    until("those of the public address make room for one another", || open(&far) == places / 4);
    assert_eq!(open(&near), near.len());
    assert!(far[places - places / 4..].iter().all(is_open), "the last ones have come in");
}

#[test]
fn with_few_descriptors_the_daemon_reads_and_serves() {
    let portal = portal(120);
    let home = Home::of(&portal);
    home.site(SITE, &portal.site_toml("1s", "all"));
    let daemon = home.daemon_with(64);
    let _crowd =
        Crowd::gather(&daemon, 200, Habit { sources: 50, every: Duration::from_secs(1), ..ASK });
    let shown = |part: &str| {
        let feed = daemon.get(&format!("/feeds/{SITE}.json"));
        feed.status == 200 && String::from_utf8(feed.body).unwrap().contains(part)
    };
    until("all is read", || daemon.figure("bantin_articles_new_total") == 120);
    until("its history is served", || {
        daemon.get(&format!("/feeds/{SITE}/archive/1.atom")).status == 200
    });
    let number = portal.publish("kinh-te").unwrap();
    let url = portal.truth().article(number).unwrap().urls[0].to_string();
    until("what is new is shown", || shown(&url));
    assert_eq!(home.run(&["status", "--json"]).json()[0]["state"], "healthy");
    assert_eq!(home.run(&["publish", "tree"]).code, 0);
    assert_eq!(
        (daemon.figure("bantin_fetch_failures_total"), daemon.figure("bantin_visits_failed_total")),
        (0, 0)
    );
    let told: Vec<_> = daemon
        .log
        .try_iter()
        .filter(|line| line.contains("WARN") || line.contains("ERROR"))
        .collect();
    assert_eq!(told, [""; 0]);
}

/// CPU time so far, in clock ticks.
fn ticks(daemon: &Daemon) -> u64 {
    let stat = std::fs::read_to_string(daemon.proc("stat")).unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|field| field.parse::<u64>().unwrap()).sum()
}

#[test]
fn running_out_of_descriptors_spins_nothing() {
    let home = SAMPLE.home.copy();
    let daemon = home.daemon();
    let pid = Pid::from_child(&daemon.child);
    let limits = std::fs::read_to_string(daemon.proc("limits")).unwrap();
    let files: Vec<_> = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(files[0], files[1], "the soft limit is the hard one");

    let usual = prlimit(
        Some(pid),
        Resource::Nofile,
        Rlimit { current: Some(3), maximum: getrlimit(Resource::Nofile).maximum },
    )
    .unwrap();
    let before = ticks(&daemon);
    let clients: Vec<_> =
        (0..3).map(|_| std::net::TcpStream::connect(&daemon.address).unwrap()).collect();
    let command = UnixStream::connect(home.path("data/store/control.sock")).unwrap();
    let mut told = Vec::new();
    until("both loops tell it", || {
        told.extend(daemon.log.try_iter().filter(|line| line.contains("not accepted")));
        told.len() >= 2
    });
    pass(Duration::from_secs(2));
    told.extend(daemon.log.try_iter().filter(|line| line.contains("not accepted")));
    assert!(
        told.len() == 2 && told.iter().all(|line| line.contains("Too many open files")),
        "{told:?}"
    );
    let spent = ticks(&daemon) - before;
    assert!(spent < 100, "{spent} ticks in two seconds");

    prlimit(Some(pid), Resource::Nofile, usual).unwrap();
    drop((clients, command));
    assert_eq!(ask(&daemon.address, "GET", "/healthz", &[]).status, 200);
    // What could not be opened meanwhile may have been told as a state.
    until("it is well", || home.run(&["status"]).code == 0);
    assert_eq!(daemon.stop(), Some(0));
}
