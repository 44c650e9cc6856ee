//! Following the change log: changes are folded at most once a second, and what they move is
//! forgotten, to be made when it is asked for.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Semaphore, SetOnce};
use tokio_util::sync::CancellationToken;

use super::asked::{Asked, archive_path, feed_paths};
use super::cache::{About, Cache, Coded, Coding, Document, DocumentSource, Figures, Found};
use super::origin::{Origin, TRIES};
use super::{Error, Renderer};
use crate::domain::feed::Scope;
use crate::domain::state::chain;

/// Changes are gathered this long (CONTRACT section 5).
const GATHER: Duration = Duration::from_secs(1);
/// Documents that are made at one time.
const MAKING: usize = 2;
/// How long who asks waits for the first folding after a start.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes documents when they are asked for, once for all who ask, and remembers the last ones.
pub struct Publisher {
    renderer: Renderer,
    cache: Cache,
    /// Whether the final documents may carry another public URL; one folding at a time.
    url: tokio::sync::Mutex<bool>,
    /// Set when what was left of the change log at the start is folded, as far as it can be.
    begun: SetOnce<()>,
    making: Semaphore,
    /// One lock for each path that is being made.
    paths: Mutex<HashMap<Box<str>, Weak<tokio::sync::Mutex<()>>>>,
    waiting: AtomicUsize,
}

/// What was found: one of the forms too, if one was wanted.
struct Given {
    about: Arc<About>,
    form: Option<Coded>,
}

impl Publisher {
    /// A publisher with a memory of so many bytes. It knows nothing before it first catches up: who
    /// asks until then waits.
    pub fn new(renderer: Renderer, memory: usize) -> Self {
        Self {
            renderer,
            cache: Cache::new(memory),
            url: tokio::sync::Mutex::new(true),
            begun: SetOnce::new(),
            making: Semaphore::new(MAKING),
            paths: Mutex::default(),
            waiting: AtomicUsize::default(),
        }
    }

    /// Forgets every document, as after a change of the configuration.
    pub fn forget(&self) {
        self.renderer.titles.store(0, Ordering::Release);
        self.cache.clear();
    }

    /// Folds new changes, forgets what they moved, and stores how documents were made.
    ///
    /// # Errors
    ///
    /// When the store or the archive fails.
    pub async fn catch_up(&self) -> Result<(), Error> {
        let mut url = self.url.lock().await;
        if self.renderer.rebuilding.load(Ordering::Acquire) {
            return Ok(());
        }
        let outcome = self.fold(&mut url).await;
        let moved = self.renderer.take_touched().await.scopes;
        self.forget_moved(&moved);
        self.begun.set(()).ok();
        let outcome = outcome.and(self.renderer.save_sheets().await);
        if let Err(error) = &outcome {
            tracing::error!(
                error = %chain(error),
                "feeds could not be brought up to date: it is tried again"
            );
            error
                .state((self.renderer.clock)())
                .into_iter()
                .for_each(|state| (self.renderer.trouble)(state));
        }
        outcome
    }

    async fn fold(&self, url: &mut bool) -> Result<(), Error> {
        if *url && !self.renderer.is_withheld() {
            self.renderer.follow_public_url().await?;
            self.cache.clear();
            *url = false;
        }
        self.renderer.fold_changes().await?;
        if self.renderer.recovered.load(Ordering::Acquire) && !self.renderer.is_withheld() {
            self.renderer.follow_finals().await?;
            self.cache.clear();
            self.renderer.recovered.store(false, Ordering::Release);
        }
        Ok(())
    }

    /// Forgets the documents of feeds that were moved.
    fn forget_moved(&self, moved: &HashMap<Scope, u32>) {
        let paths = moved.iter().flat_map(|(scope, finals)| {
            let archive = match scope {
                // The open document, and what it was before the last final one was cut.
                Scope::Site(site) => [*finals, finals + 1].map(|n| archive_path(site, n)).into(),
                _ => Vec::new(),
            };
            feed_paths(scope).into_iter().chain(archive)
        });
        let paths: HashSet<String> = paths.collect();
        if !paths.is_empty() {
            self.cache.forget(paths.iter().map(String::as_str));
        }
    }

    /// Follows the log until told to stop; what failed is tried again soon, whether or not
    /// something changes.
    pub async fn follow(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let changed = self.renderer.changed.notified();
            let failed = self.catch_up().await.is_err();
            tokio::select! {
                () = stop.cancelled() => return,
                () = changed => {}
                () = tokio::time::sleep(if failed { GATHER } else { GATHER * 30 }) => {}
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(GATHER) => {}
            }
        }
    }

    /// Finds the document at a path, in a coding if one is wanted; who asks for one that is being
    /// made waits for it.
    async fn find(&self, path: &str, coding: Option<Coding>) -> Found<Given> {
        let Some(asked) = Asked::read(path).filter(|asked| self.may_be(asked)) else {
            return Found::Absent;
        };
        if self.renderer.rebuilding.load(Ordering::Acquire)
            || tokio::time::timeout(PATIENCE, self.begun.wait()).await.is_err()
        {
            return Found::Waiting;
        }
        let _waits = Waits::new(&self.waiting);
        let lock = self.lock(path);
        let _one = lock.lock().await;
        let found = match self.at_hand(path, coding) {
            Some(given) => Ok(Some(given)),
            None => {
                let _room = self.making.acquire().await;
                self.make(path, &asked, coding).await
            }
        };
        match found {
            Ok(Some(given)) => Found::Ready(given),
            // Its record is missing: it may come back.
            Ok(None) if self.is_lost(&asked).await => Found::Waiting,
            Ok(None) => Found::Absent,
            Err(Error::Moved) => Found::Waiting,
            Err(error) => {
                tracing::error!(
                    url.path = path,
                    error = %chain(&error),
                    "a document could not be made"
                );
                error
                    .state((self.renderer.clock)())
                    .into_iter()
                    .for_each(|state| (self.renderer.trouble)(state));
                Found::Failed
            }
        }
    }

    fn at_hand(&self, path: &str, coding: Option<Coding>) -> Option<Given> {
        match coding {
            None => self.cache.known(path).map(|about| Given { about, form: None }),
            Some(coding) => self
                .cache
                .document(path, coding)
                .map(|Document { about, form }| Given { about, form: Some(form) }),
        }
    }

    /// Makes a document, again if it changes meanwhile.
    async fn make(
        &self,
        path: &str,
        asked: &Asked,
        coding: Option<Coding>,
    ) -> Result<Option<Given>, Error> {
        for _ in 0..TRIES {
            let epoch = self.cache.epoch();
            let Some(origin) = self.renderer.origin(path, asked).await? else { return Ok(None) };
            let about = Arc::new(origin.about());
            let form = match coding {
                None => None,
                Some(coding) => match self.form(path, &about, origin, coding).await {
                    Err(Error::Moved) => continue,
                    form => Some(form?),
                },
            };
            self.cache.put(epoch, path, &about, form.as_ref());
            return Ok(Some(Given { about, form }));
        }
        Err(Error::Moved)
    }

    async fn form(
        &self,
        path: &str,
        about: &About,
        origin: Origin,
        coding: Coding,
    ) -> Result<Coded, Error> {
        let place = match origin {
            Origin::Made(made) => return self.renderer.body(path, made, about, coding).await,
            Origin::Plain(_, bytes) => {
                return self.renderer.whole(path, about, coding, bytes).await;
            }
            Origin::Final(place) => place,
        };
        match self.renderer.kept(path, coding, about.digest()).await? {
            Some(form) => Ok(about.form(coding, form.bytes.into())),
            None => {
                self.renderer.whole(path, about, coding, self.renderer.archived(place).await?).await
            }
        }
    }

    /// Whether it is a final document whose record is missing.
    async fn is_lost(&self, asked: &Asked) -> bool {
        let Asked::Archive(site, n) = asked else { return false };
        self.renderer.store.last_final(site).await.is_ok_and(|last| *n <= last)
    }

    /// Whether there may be such a document, as far as the configuration says.
    fn may_be(&self, asked: &Asked) -> bool {
        match asked {
            Asked::Feed(scope, _) => self.renderer.has(scope),
            Asked::Archive(site, _) => self.renderer.site(site).is_some(),
            Asked::Outlines { .. } => true,
        }
    }

    fn lock(&self, path: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = paths.get(path).and_then(Weak::upgrade) {
            return lock;
        }
        paths.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        paths.insert(path.into(), Arc::downgrade(&lock));
        lock
    }
}

#[async_trait]
impl DocumentSource for Publisher {
    fn known(&self, path: &str) -> Option<Arc<About>> {
        self.cache.known(path)
    }

    fn at_hand(&self, path: &str, coding: Coding) -> Option<Document> {
        self.cache.document(path, coding)
    }

    async fn about(&self, path: &str) -> Found<Arc<About>> {
        self.find(path, None).await.map(|given| given.about)
    }

    async fn document(&self, path: &str, coding: Coding) -> Found<Document> {
        match self.find(path, Some(coding)).await {
            Found::Ready(Given { about, form: Some(form) }) => {
                Found::Ready(Document { about, form })
            }
            Found::Ready(_) | Found::Failed => Found::Failed,
            Found::Waiting => Found::Waiting,
            Found::Absent => Found::Absent,
        }
    }

    fn figures(&self) -> Figures {
        Figures {
            waiting: self.waiting.load(Ordering::Relaxed),
            disk: self.renderer.disk.held(),
            ..self.cache.figures()
        }
    }
}

/// One who waits, counted.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
