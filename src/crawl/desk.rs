//! Where pages are read: a few threads of their own, so that what reading costs in memory does not grow with the visits under way.

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use tokio::sync::oneshot;

use super::Error;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that read pages, one page each at a time; they end with the last handle.
#[derive(Clone)]
pub struct Desk(mpsc::Sender<Job>);

impl Desk {
    /// As many threads as can run at once.
    pub fn new() -> std::io::Result<Self> {
        let (sender, jobs) = mpsc::channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        for n in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            let jobs = jobs.clone();
            std::thread::Builder::new().name(format!("reader-{n}")).spawn(move || {
                loop {
                    let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = next else { return };
                    // A page that makes a reader panic is that page's failure alone: its answer is dropped.
                    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
                }
            })?;
        }
        Ok(Self(sender))
    }

    /// Does a job there.
    pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let (answer, wait) = oneshot::channel();
        let job = Box::new(move || {
            // Nobody waits any more if the visit was stopped.
            let _ = answer.send(job());
        });
        self.0.send(job).map_err(|_| Error::Reading)?;
        wait.await.map_err(|_| Error::Reading)
    }
}
