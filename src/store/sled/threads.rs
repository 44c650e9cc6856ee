//! The threads that wait for the disk: a few of the store's own, since each keeps memory of the
//! work that it did.

use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// Jobs at once: enough to share a sync.
const THREADS: usize = 4;
/// How long a thread without work waits for more.
const IDLE: Duration = Duration::from_millis(100);

/// Threads for jobs that block. Those of the program's runtime begin anew whenever none is idle, so
/// that a burst makes dozens.
pub struct Threads {
    handle: Handle,
    /// Until the drop.
    runtime: Option<Runtime>,
}

impl Threads {
    /// No thread yet: they begin with their work.
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(THREADS)
            .thread_keep_alive(IDLE)
            .thread_name("store")
            .build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Runs a job as soon as a thread is free; it ends even if nobody waits for it.
    pub fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        self.handle.spawn_blocking(job)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Dropped by a task, a runtime must not wait for its threads.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn few_jobs_run_at_once_and_a_task_may_drop_their_threads() {
        let (threads, running) = (Threads::new().unwrap(), Arc::new(AtomicUsize::new(0)));
        let jobs: Vec<_> = (0..64)
            .map(|_| {
                let running = running.clone();
                threads.run(move || {
                    let at_once = running.fetch_add(1, Ordering::SeqCst) + 1;
                    std::thread::yield_now();
                    running.fetch_sub(1, Ordering::SeqCst);
                    at_once
                })
            })
            .collect();
        for job in jobs {
            assert!(job.await.unwrap() <= THREADS);
        }
        drop(threads);
    }
}
