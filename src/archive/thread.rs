//! The thread that packs and appends: what that holds in memory does not grow with the visits, and
//! each visit hands over without a queue of permits.

use std::io;
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Does one job after another; begun by the first, it ends with its handle.
#[derive(Default)]
pub(super) struct Thread(Mutex<Option<Sender<Job>>>);

impl Thread {
    /// Does a job there. What the job held is given back before its answer is.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let (answer, wait) = oneshot::channel();
        let job = Box::new(move || {
            // Nobody waits any more if the visit was stopped.
            let _ = answer.send(job());
        });
        self.jobs()?.send(job).map_err(|_| io::Error::other("the archive's thread has ended"))?;
        wait.await.map_err(|_| io::Error::other("the archive's thread gave up a job"))
    }

    fn jobs(&self) -> io::Result<Sender<Job>> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(jobs) = &*jobs {
            return Ok(jobs.clone());
        }
        let (sender, waiting) = mpsc::channel::<Job>();
        std::thread::Builder::new().name("archive".into()).spawn(move || {
            for job in waiting {
                // A job that panics is that visit's failure alone: its answer is dropped.
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
            }
        })?;
        Ok(jobs.insert(sender).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn jobs_are_done_in_their_order_and_a_panic_is_one_jobs_own() {
        let (thread, done) = (Thread::default(), std::sync::Arc::new(Mutex::new(Vec::new())));
        let push = |n: u32| {
            let done = done.clone();
            move || done.lock().unwrap().push(n)
        };
        let (first, fault, second) = tokio::join!(
            thread.run(push(1)),
            thread.run(|| panic!("of one job")),
            thread.run(push(2))
        );
        assert!(first.is_ok() && fault.map(|(): ()| ()).is_err() && second.is_ok());
        assert_eq!(*done.lock().unwrap(), [1, 2]);
    }
}
