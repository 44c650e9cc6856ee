//! Telling a connection that it is to end, at no cost to each request: one waker a connection
//! instead of a shared queue.

use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

/// What a connection is told; a later one counts for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Notice {
    /// End now if nothing is being answered, else after that answer: the place is wanted.
    Leave = 1,
    /// The same, for the server closes.
    Close = 2,
    /// End at once.
    Break = 3,
}

/// Tells one connection that it is to end.
#[derive(Debug, Default)]
pub(super) struct Shutdown {
    notice: AtomicU8,
    waker: AtomicWaker,
}

impl Shutdown {
    /// Tells the connection.
    pub(super) fn tell(&self, notice: Notice) {
        self.notice.fetch_max(notice as u8, Ordering::AcqRel);
        self.waker.wake();
    }

    /// Whether it was told anything.
    pub(super) fn was_told(&self) -> bool {
        self.notice.load(Ordering::Acquire) > 0
    }
}

/// Runs a connection until it ends, or until it is told to break.
pub(super) async fn listening<C: Future>(connection: C, shutdown: &Shutdown) -> Option<C::Output> {
    let mut connection = std::pin::pin!(connection);
    std::future::poll_fn(move |cx: &mut Context<'_>| {
        shutdown.waker.register(cx.waker());
        if shutdown.notice.load(Ordering::Acquire) == Notice::Break as u8 {
            return Poll::Ready(None);
        }
        connection.as_mut().poll(cx).map(Some)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn a_connection_hears_each_word_and_is_broken_off_by_the_last() {
        for first in [Notice::Close, Notice::Leave] {
            let (shutdown, heard) = (Shutdown::default(), Cell::new(0));
            let waiting = std::future::poll_fn(|_| {
                heard.set(heard.get() + usize::from(shutdown.was_told()));
                Poll::<()>::Pending
            });
            let ringing = async {
                for notice in [first, Notice::Break, Notice::Close] {
                    tokio::task::yield_now().await;
                    shutdown.tell(notice);
                }
            };
            let (outcome, ()) = tokio::join!(listening(waiting, &shutdown), ringing);
            assert_eq!((outcome, heard.get() > 0), (None, true), "{first:?}");
        }
        assert_eq!(listening(std::future::ready(7), &Shutdown::default()).await, Some(7));
    }
}
