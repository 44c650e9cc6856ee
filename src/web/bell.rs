//! Telling connections that the end has come, at no cost to each request: one waker a connection instead of a shared queue.

use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

/// Connections go on.
const RUN: u8 = 0;
/// They end after the answer under way.
const CLOSE: u8 = 1;
/// They end at once.
const BREAK: u8 = 2;

/// Rings for every connection.
#[derive(Default)]
pub(super) struct Tower {
    bells: Mutex<Vec<Weak<Bell>>>,
}

/// One connection's bell.
#[derive(Default)]
pub(super) struct Bell {
    word: AtomicU8,
    waker: AtomicWaker,
}

impl Tower {
    /// A bell for a new connection; those of ended ones are forgotten now and then.
    pub(super) fn hang(&self) -> Arc<Bell> {
        let bell = Arc::new(Bell::default());
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if bells.len() == bells.capacity() {
            bells.retain(|bell| bell.strong_count() > 0);
        }
        bells.push(Arc::downgrade(&bell));
        bell
    }

    /// Connections end after the answer under way.
    pub(super) fn close(&self) {
        self.ring(CLOSE);
    }

    /// Connections end at once.
    pub(super) fn break_off(&self) {
        self.ring(BREAK);
    }

    fn ring(&self, word: u8) {
        for bell in self.bells.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade) {
            bell.word.store(word, Ordering::Release);
            bell.waker.wake();
        }
    }
}

/// Runs a connection until it ends; `close` asks it to end when the bell says so.
pub(super) async fn listening<C: Future>(connection: C, bell: Arc<Bell>, close: impl Fn(Pin<&mut C>)) -> Option<C::Output> {
    let mut connection = std::pin::pin!(connection);
    let mut closing = false;
    std::future::poll_fn(move |cx: &mut Context<'_>| {
        bell.waker.register(cx.waker());
        match bell.word.load(Ordering::Acquire) {
            BREAK => return Poll::Ready(None),
            CLOSE if !closing => {
                closing = true;
                close(connection.as_mut());
            }
            RUN..=CLOSE | 3.. => {}
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
        let tower = Tower::default();
        let bell = tower.hang();
        let closed = Cell::new(0);
        let waiting = listening(std::future::pending::<()>(), bell, |_| closed.set(closed.get() + 1));
        let ringing = async {
            tower.close();
            tokio::task::yield_now().await;
            tower.close();
            tokio::task::yield_now().await;
            tower.break_off();
        };
        let (outcome, ()) = tokio::join!(waiting, ringing);
        assert_eq!((outcome, closed.get()), (None, 1));
    }
}
