//! Telling a connection that it is to end, at no cost to each request: one waker a connection
//! instead of a shared queue.

use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

/// What a connection is told; a later one counts for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Word {
    /// End now if nothing is being answered, else after that answer: the place is wanted.
    Leave = 1,
    /// The same, for the house closes.
    Close = 2,
    /// End at once.
    Break = 3,
}

/// One connection's bell.
#[derive(Debug, Default)]
pub(super) struct Bell {
    word: AtomicU8,
    waker: AtomicWaker,
}

impl Bell {
    /// Tells the connection.
    pub(super) fn ring(&self, word: Word) {
        self.word.fetch_max(word as u8, Ordering::AcqRel);
        self.waker.wake();
    }

    /// Whether it was told anything.
    pub(super) fn rang(&self) -> bool {
        self.word.load(Ordering::Acquire) > 0
    }
}

/// Runs a connection until it ends, or until it is told to break.
pub(super) async fn listening<C: Future>(connection: C, bell: &Bell) -> Option<C::Output> {
    let mut connection = std::pin::pin!(connection);
    std::future::poll_fn(move |cx: &mut Context<'_>| {
        bell.waker.register(cx.waker());
        if bell.word.load(Ordering::Acquire) == Word::Break as u8 {
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
        for first in [Word::Close, Word::Leave] {
            let (bell, heard) = (Bell::default(), Cell::new(0));
            let waiting = std::future::poll_fn(|_| {
                heard.set(heard.get() + usize::from(bell.rang()));
                Poll::<()>::Pending
            });
            let ringing = async {
                for word in [first, Word::Break, Word::Close] {
                    tokio::task::yield_now().await;
                    bell.ring(word);
                }
            };
            let (outcome, ()) = tokio::join!(listening(waiting, &bell), ringing);
            assert_eq!((outcome, heard.get() > 0), (None, true), "{first:?}");
        }
        assert_eq!(listening(std::future::ready(7), &Bell::default()).await, Some(7));
    }
}
