//! Lists whose links carry a fresh token at each visit: what a visit costs and what is remembered
//! stays flat, and edits are seen.

mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bantin::app::{self, Components, Open};
use bantin::config;
use bantin::crawl::{Crawl, Mode, Report, Watch, recover};
use bantin::domain::{Exchange, LinkState, Site, Validators};
use bantin::fetch::{Failure, Fetch, Request, Response};
use bantin::store::memory::Memory;
use bantin::store::{Extent, Pick, Store};
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;
use url::Url;

use crate::attack::pages;
use crate::owed::crawl;
use crate::support::{FAST, Home, PUBLIC, SITE};

/// Links a page of the list.
const PER_PAGE: usize = 8;

/// How a portal writes the address of an article: its number, then a token.
type Shape = fn(usize, u64) -> String;

/// The portal's state: versions of its articles, newest last, how often its list was asked for,
/// what was asked since the last visit began.
struct World {
    versions: Vec<u32>,
    looks: u64,
    requests: usize,
    asked: Vec<String>,
    now: Timestamp,
}

/// A portal that answers in the process.
struct Portal {
    shape: Shape,
    world: Mutex<World>,
}

impl Portal {
    fn new(shape: Shape, articles: usize, now: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            shape,
            world: Mutex::new(World {
                versions: vec![1; articles],
                looks: 0,
                requests: 0,
                asked: Vec::new(),
                now,
            }),
        })
    }

    fn list(&self, world: &World, page: usize) -> String {
        let numbers: Vec<usize> =
            (1..=world.versions.len()).rev().skip((page - 1) * PER_PAGE).take(PER_PAGE).collect();
        let title = |n: usize| format!("Bài số {n} bản {} của tỉnh", world.versions[n - 1]);
        let links: Vec<_> =
            numbers.iter().map(|n| ((self.shape)(*n, world.looks), title(*n))).collect();
        let more = page * PER_PAGE < world.versions.len();
        let below = if more {
            format!("<a class=\"next\" href=\"/list?p={}\">Trang sau</a>", page + 1)
        } else {
            String::new()
        };
        pages::list(&links, &below)
    }

    /// The article that an address of any token is.
    fn article(&self, world: &World, url: &Url) -> Option<String> {
        let number: usize = url
            .as_str()
            .rsplit_once("so-")
            .or(url.as_str().rsplit_once("ItemID="))?
            .1
            .split(['.', '&', '?', ';'])
            .next()?
            .parse()
            .ok()?;
        let version = world.versions.get(number.checked_sub(1)?)?;
        let body = format!(
            "<p>Thân bài số {number}, lần {version}, có dấu chấm. Và một câu nữa, cũng có dấu \
             chấm.</p>"
        );
        Some(pages::article_of(
            "01/12/2026 09:15",
            &format!("Bài số {number} bản {version} của tỉnh"),
            &body,
        ))
    }
}

#[async_trait]
impl Fetch for Portal {
    async fn fetch(&self, _site: &Site, ask: Request) -> Result<Response, Failure> {
        let mut world = self.world.lock().unwrap();
        world.requests += 1;
        world.asked.push(ask.url.to_string());
        let page = ask
            .url
            .query_pairs()
            .find(|(name, _)| name == "p")
            .map_or(1, |(_, page)| page.parse().unwrap());
        let body = if ask.url.path() == "/list" {
            world.looks += u64::from(page == 1);
            Some(self.list(&world, page))
        } else {
            self.article(&world, &ask.url)
        };
        let (status, body) = body.map_or((404, String::new()), |body| (200, body));
        let content_type = "text/html; charset=utf-8".to_owned();
        let exchange = Exchange {
            url: ask.url.to_string(),
            time: world.now,
            peer: None,
            method: "GET",
            request_fields: vec![("Host".to_owned(), ask.url.authority().to_owned())],
            request_body: Default::default(),
            status,
            reason: String::new(),
            fields: vec![("content-type".to_owned(), content_type.clone().into_bytes())],
            body: body.clone().into(),
        };
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        Ok(Response {
            url: ask.url,
            status,
            content_type: Some(content_type),
            body: body.into(),
            validators: Validators::default(),
            digest: hasher.finish().into(),
            unchanged: false,
            elsewhere: None,
            exchanges: vec![exchange],
        })
    }
    fn cookies(&self, _site: &Site) -> Option<String> {
        None
    }
    fn restore_cookies(&self, _site: &Site, _jar: &str) {}
}

/// A crawl of a portal, and its clock.
struct Stage {
    portal: Arc<Portal>,
    crawl: Crawl,
    site: Arc<Site>,
    clock: Arc<Mutex<Timestamp>>,
    _rooms: Components,
    _home: Home,
}

impl Stage {
    async fn open(shape: Shape, articles: usize) -> Self {
        let home = Home::in_memory(FAST);
        let section = "[[sections]]\nid = \"tin\"\ntitle = \"Tin\"\n\
                       url = \"http://tinh.example/list\"\nhistory = \"all\"\n";
        home.site(
            SITE,
            &format!(
                "title = \"Tỉnh\"\nhome = \"http://tinh.example/\"\n\
                 portal = \"publishing-portal\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n{section}"
            ),
        );
        let loaded = config::load(&home.path("bantin.toml"), &[]).unwrap();
        let reader = app::compile(&loaded).unwrap();
        let components =
            Components::open(loaded, reader, Open::new(PUBLIC.to_owned())).await.unwrap();
        let now: Timestamp = "2026-12-01T02:30:00Z".parse().unwrap();
        let (portal, clock) = (Portal::new(shape, articles, now), Arc::new(Mutex::new(now)));
        let crawl = Crawl {
            fetch: portal.clone(),
            store: Arc::new(Memory::default()),
            ..crawl(&components, clock.clone())
        };
        Self {
            portal,
            crawl,
            site: components.sites()[0].clone(),
            clock,
            _rooms: components,
            _home: home,
        }
    }

    /// A visit a quarter of an hour later: its requests and its report.
    async fn visit(&self) -> (usize, Report) {
        let now = {
            let mut clock = self.clock.lock().unwrap();
            *clock = clock.checked_add(SignedDuration::from_mins(15)).unwrap();
            *clock
        };
        let before = {
            let mut world = self.portal.world.lock().unwrap();
            world.now = now;
            world.asked.clear();
            world.requests
        };
        let report = self
            .crawl
            .visit(&self.site, Mode::Due { slice: Duration::from_secs(60) })
            .await
            .unwrap();
        (self.portal.world.lock().unwrap().requests - before, report)
    }

    fn edit(&self, number: usize) {
        self.portal.world.lock().unwrap().versions[number - 1] += 1;
    }

    /// Links, records that were archived, the most addresses of an article, articles.
    async fn remembered(&self) -> (usize, u64, usize, u64) {
        let store = &self.crawl.store;
        let targets = store.links(&self.site.id, Pick::All, 100_000).await.unwrap();
        let mut most = 0;
        for target in &targets {
            if let LinkState::Article(id) = target.state {
                most =
                    most.max(store.record(&self.site.id, id).await.unwrap().unwrap().aliases.len());
            }
        }
        let records = store.changes(0, 1_000_000).await.unwrap().len() as u64;
        let faring =
            store.farings(vec![self.site.id.clone()], Extent::Brief).await.unwrap().remove(0);
        (targets.len(), records, most, faring.tally.articles)
    }

    /// How many links of an article are due, at most.
    async fn most_due(store: &dyn Store, site: &Site) -> usize {
        let mut due: BTreeMap<_, usize> = BTreeMap::new();
        for target in store.links(&site.id, Pick::All, 100_000).await.unwrap() {
            if let (LinkState::Article(id), true) = (target.state, target.due.is_some()) {
                *due.entry(id).or_default() += 1;
            }
        }
        due.into_values().max().unwrap_or(0)
    }
}

/// Visits a portal so often; what is remembered after some of them and at the end, with all
/// requests from then on.
async fn flat(shape: Shape, visits: usize) {
    let stage = Stage::open(shape, 3 * PER_PAGE).await;
    stage.visit().await;
    for _ in 0..20 {
        stage.visit().await;
    }
    let early = stage.remembered().await;
    assert_eq!(
        early.3,
        3 * PER_PAGE as u64,
        "one address or many: {} are {} articles",
        shape(1, 1),
        early.3
    );
    let mut most = 0;
    let (mut edited, mut all) = (0, 0);
    for visit in 0..visits {
        if visit % 100 == 50 {
            stage.edit(3 * PER_PAGE - visit / 100 % PER_PAGE);
            edited += 1;
        }
        let (requests, report) = stage.visit().await;
        assert_eq!(
            (report.new, report.edited),
            (0, u32::from(visit % 100 == 50)),
            "visit {visit} of {}",
            shape(1, 1)
        );
        most = most.max(requests);
        all += requests;
    }
    let late = stage.remembered().await;
    // The list, each article at the steps of its age, and each edit.
    assert!(
        all <= visits + 5 * 3 * PER_PAGE + 2 * edited as usize,
        "{all} requests in {visits} visits"
    );
    assert!(most <= 1 + 3 * PER_PAGE, "{most} requests in a visit");
    assert!(late.0 <= early.0 && late.2 <= early.2, "links and addresses: {early:?}, {late:?}");
    assert_eq!((late.1, late.3), (early.1 + edited, early.3), "records and articles");
    assert_eq!(Stage::most_due(&*stage.crawl.store, &stage.site).await, 1);

    // A new article comes among them, and nothing else is read for it.
    stage.portal.world.lock().unwrap().versions.push(1);
    let (requests, report) = stage.visit().await;
    assert_eq!((report.new, report.edited), (1, 0));
    assert!(requests <= 3, "{requests}: {:?}", stage.portal.world.lock().unwrap().asked);
    for _ in 0..3 {
        assert_eq!(stage.visit().await.1.new, 0);
    }
    rebuilt(&stage).await;
}

/// A store that is rebuilt has the same articles, one link of each, and visits go on as before.
async fn rebuilt(stage: &Stage) {
    let store = Memory::default();
    let now = *stage.clock.lock().unwrap();
    recover(&store, &stage.crawl.archive, now, Watch { told: &|_| {}, stop: &stage.crawl.stop })
        .await
        .unwrap();
    assert_eq!(Stage::most_due(&store, &stage.site).await, 1);
    let old = &stage.crawl.store;
    let links = store.links(&stage.site.id, Pick::All, 100_000).await.unwrap();
    let ids: BTreeSet<_> = links.iter().map(|link| format!("{:?}", link.state)).collect();
    assert_eq!(
        (ids.len(), links.len()),
        (3 * PER_PAGE + 1, 3 * PER_PAGE + 1),
        "one link an article"
    );
    for target in links {
        let LinkState::Article(id) = target.state else { panic!("{target:?}") };
        assert_eq!(
            store.record(&target.site, id).await.unwrap(),
            old.record(&target.site, id).await.unwrap()
        );
    }
    let again = Crawl { store: Arc::new(store), ..crawl(&stage._rooms, stage.clock.clone()) };
    let again =
        Crawl { fetch: stage.portal.clone(), archive: stage.crawl.archive.clone(), ..again };
    for _ in 0..3 {
        let report =
            again.visit(&stage.site, Mode::Due { slice: Duration::from_secs(60) }).await.unwrap();
        assert_eq!((report.new, report.edited), (0, 0));
    }
    let links = again.store.links(&stage.site.id, Pick::All, 100_000).await.unwrap();
    assert_eq!(
        links.len(),
        3 * PER_PAGE + 1,
        "{:?}",
        links.iter().map(|l| (&l.key, l.left)).collect::<Vec<_>>()
    );
}

#[test]
fn a_thousand_visits_with_new_tokens_find_no_new_article() {
    Runtime::new()
        .unwrap()
        .block_on(flat(|n, look| format!("/tin.aspx?ItemID={n}&token={:x}", look * 7919), 1000));
}

#[test]
fn a_changed_scheme_or_www_makes_no_new_article() {
    let shapes: [Shape; 2] = [
        |n, look| {
            format!(
                "{}tinh.example/tin.aspx?ItemID={n}",
                ["http://", "https://www."][look as usize % 2]
            )
        },
        |n, look| {
            format!(
                "{}tinh.example/tin/bai-so-{n}.html",
                ["https://", "http://www.", "http://"][look as usize % 3]
            )
        },
    ];
    Runtime::new().unwrap().block_on(async {
        for shape in shapes {
            flat(shape, 60).await;
        }
    });
}

#[test]
fn tokens_in_parameters_and_paths_make_no_new_article() {
    let shapes: [Shape; 3] = [
        |n, look| {
            format!(
                "/tin/bai-so-{n}.html?ts={}&sig={:x}",
                1_586_000_000 + look,
                look * 31 + n as u64
            )
        },
        |n, look| format!("/tin/bai-so-{n}.html;jsessionid={:X}.node2", look * 104_729),
        |n, look| format!("/tin/bai.aspx?sid={:x}&ItemID={n}", look * 65_537 + n as u64),
    ];
    Runtime::new().unwrap().block_on(async {
        for shape in shapes {
            flat(shape, 120).await;
        }
    });
}
