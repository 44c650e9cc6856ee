//! Telling a connection that it is to end, at no cost to each request: one waker a connection instead of a shared queue.

use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

/// What a connection is told; a later one counts for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Word {
    /// End now if nothing is being answered, else after that answer.
    Leave = 1,
    /// End after the answer under way.
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

/// Runs a connection until it ends; `close` asks it to end after the answer under way, which `answers` tells of.
pub(super) async fn listening<C: Future>(
    connection: C,
    bell: &Bell,
    answers: impl Fn() -> bool,
    close: impl Fn(Pin<&mut C>),
) -> Option<C::Output> {
    let mut connection = std::pin::pin!(connection);
    let mut closing = false;
    std::future::poll_fn(move |cx: &mut Context<'_>| {
        bell.waker.register(cx.waker());
        let word = bell.word.load(Ordering::Acquire);
        if word == Word::Break as u8 {
            return Poll::Ready(None);
        }
        if word == Word::Leave as u8 && !closing {
            // Who has just asked is answered: what arrived is read first.
            if let Poll::Ready(end) = connection.as_mut().poll(cx) {
                return Poll::Ready(Some(end));
            }
            if !answers() {
                return Poll::Ready(None);
            }
        }
        if word > 0 && !closing {
            closing = true;
            close(connection.as_mut());
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
    async fn a_connection_is_told_to_close_and_then_broken_off() {
        for (first, answers) in [(Word::Close, false), (Word::Leave, true)] {
            let (bell, closed) = (Bell::default(), Cell::new(0));
            let waiting = listening(std::future::pending::<()>(), &bell, || answers, |_| closed.set(closed.get() + 1));
            let ringing = async {
                for word in [first, first, Word::Break, Word::Close] {
                    bell.ring(word);
                    tokio::task::yield_now().await;
                }
            };
            let (outcome, ()) = tokio::join!(waiting, ringing);
            assert_eq!((outcome, closed.get()), (None, 1));
        }
    }

    #[tokio::test]
    async fn one_that_waits_leaves_at_once() {
        let bell = Bell::default();
        bell.ring(Word::Leave);
        assert_eq!(listening(std::future::pending::<()>(), &bell, || false, |_| panic!("nothing to close")).await, None);
        assert_eq!(listening(std::future::ready(7), &bell, || false, |_| ()).await, Some(7), "what is done is done");
    }
}
