//! Where pages are read: a few threads of their own, so that what reading costs in memory does not
//! grow with the visits under way.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::Error;

/// Bytes from which a page is large: it may take the time of many, so that it never stands before
/// the others.
const LARGE: usize = 256 << 10;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that read pages, one page each at a time; they end with the last handle.
#[derive(Clone)]
pub struct ReaderPool(Arc<Handle>);

/// Ends the threads.
struct Handle(Arc<Queues>);

/// Pages that wait.
#[derive(Default)]
struct Queues {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    small: VecDeque<Job>,
    large: VecDeque<Job>,
    closed: bool,
}

/// What a thread takes first.
#[derive(Clone, Copy)]
enum Share {
    Large,
    Small,
    /// And nothing else: so small pages never wait for large ones.
    SmallAlone,
}

impl ReaderPool {
    /// As many threads as can run at once, two at least.
    ///
    /// # Errors
    ///
    /// When the system starts no thread.
    pub fn new() -> std::io::Result<Self> {
        let handle = Handle(Arc::default());
        let count = std::thread::available_parallelism().map_or(2, usize::from).max(2);
        for n in 0..count {
            let share = match n {
                0 => Share::Large,
                1 => Share::SmallAlone,
                _ => Share::Small,
            };
            let queues = handle.0.clone();
            std::thread::Builder::new().name(format!("reader-{n}")).spawn(move || {
                while let Some(job) = queues.next(share) {
                    // A page that makes a reader panic is that page's failure alone: its answer is
                    // dropped.
                    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
                }
            })?;
        }
        Ok(Self(Arc::new(handle)))
    }

    /// Does a job there, on a page of so many bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Reading`] when the job panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (response, wait) = oneshot::channel();
        let job = Box::new(move || {
            // Nobody waits any more if the visit was stopped.
            let _ = response.send(job());
        });
        self.0.0.push(bytes, job);
        wait.await.map_err(|_| Error::Reading)
    }
}

impl Queues {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, bytes: usize, job: Job) {
        let mut waiting = self.lock();
        if bytes >= LARGE {
            waiting.large.push_back(job)
        } else {
            waiting.small.push_back(job)
        }
        drop(waiting);
        self.changed.notify_all();
    }

    /// The next page of a thread; `None` when all is over.
    fn next(&self, share: Share) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            let Waiting { small, large, closed } = &mut *waiting;
            let next = match share {
                Share::Large => large.pop_front().or_else(|| small.pop_front()),
                Share::Small => small.pop_front().or_else(|| large.pop_front()),
                Share::SmallAlone => small.pop_front(),
            };
            if next.is_some() || *closed {
                return next;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn small_pages_pass_large_ones_and_a_panic_is_one_pages_own() {
        let desk = ReaderPool::new().unwrap();
        let (open, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        // More large pages than threads, all of which wait for a small one.
        let large: Vec<_> = (0..64)
            .map(|_| {
                let (desk, gate) = (desk.clone(), gate.clone());
                tokio::spawn(async move {
                    desk.run(LARGE, move || gate.lock().unwrap().recv().is_ok()).await
                })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(desk.run(1, || panic!("of one page")).await.map(|(): ()| ()).is_err());
        assert_eq!(desk.run(1, || 1).await.unwrap(), 1);
        for _ in 0..64 {
            open.send(()).unwrap();
        }
        for page in large {
            assert!(page.await.unwrap().unwrap());
        }
    }
}
