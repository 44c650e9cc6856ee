//! Who may be at the tree when: readers together, and only while all that was applied is synced; a
//! writer beside nobody. Those that wait go in by the order of their coming, so that none starves,
//! and writers that come together share one sync.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The gate. Who waits is called only when it may go: a call to nobody costs as much as one that is
/// heard.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<State>,
    readers: Condvar,
    writers: Condvar,
    /// Writers that wait to hear how their sync ended.
    written: Condvar,
}

/// Who is to be called.
#[derive(Clone, Copy, Debug, Default)]
struct Call {
    readers: bool,
    writers: bool,
    written: bool,
}

#[derive(Debug, Default)]
struct State {
    /// Who waits, by the order of coming.
    queue: VecDeque<Ticket>,
    tickets: u64,
    readers: usize,
    /// A writer, a flush or an opening is in.
    alone: bool,
    /// Somebody leads a sync.
    syncing: bool,
    /// Writes applied since the opening.
    applied: u64,
    /// Of them: those on the disk.
    synced: u64,
    /// Writers that are still to hear how their sync ended.
    untold: usize,
    /// Of them: those that wait for it.
    listening: usize,
    /// A sync has just ended.
    ended: bool,
    /// The opening is over: nobody reads or writes before the next one.
    over: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticket {
    number: u64,
    writes: bool,
}

impl State {
    fn join(&mut self, writes: bool) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket { number: self.tickets, writes };
        self.queue.push_back(ticket);
        ticket
    }

    fn leave(&mut self, ticket: Ticket) {
        self.queue.retain(|waits| *waits != ticket);
    }

    fn may_read(&self, ticket: Ticket) -> bool {
        let first_writer = self.queue.iter().find(|waits| waits.writes);
        !self.alone
            && self.applied == self.synced
            && first_writer.is_none_or(|writer| writer.number > ticket.number)
    }

    /// When an opening ends, new writers wait until all of its writers have their answer.
    fn may_write(&self, ticket: Ticket) -> bool {
        let told = !self.syncing && self.untold == 0;
        !self.alone
            && self.readers == 0
            && self.queue.front() == Some(&ticket)
            && (!self.over || told)
    }

    /// Those that wait and may go.
    fn call(&mut self) -> Call {
        Call {
            readers: self
                .queue
                .iter()
                .any(|waits| !waits.writes && (self.over || self.may_read(*waits))),
            writers: self.queue.front().is_some_and(|first| first.writes && self.may_write(*first)),
            written: std::mem::take(&mut self.ended)
                || self.listening > 0 && (self.over || self.may_sync()),
        }
    }

    /// A sync begins when no writer may still go in and share it.
    fn may_sync(&self) -> bool {
        !self.alone && !self.syncing && !self.queue.front().is_some_and(|waits| waits.writes)
    }
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wait to go in.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        self.tell(state);
    }

    /// Calls whom the state lets go.
    fn tell(&self, mut state: MutexGuard<'_, State>) {
        let call = state.call();
        drop(state);
        if call.readers {
            self.readers.notify_all();
        }
        if call.writers {
            self.writers.notify_all();
        }
        if call.written {
            self.written.notify_all();
        }
    }

    /// Goes in to read; `None` when the opening is over.
    pub fn reader(&self) -> Option<Reader<'_>> {
        let mut state = self.lock();
        let ticket = state.join(false);
        let waits = |state: &mut State| !state.over && !state.may_read(ticket);
        let mut state =
            self.readers.wait_while(state, waits).unwrap_or_else(PoisonError::into_inner);
        state.leave(ticket);
        state.readers += usize::from(!state.over);
        let reader = (!state.over).then(|| Reader(self));
        self.tell(state);
        reader
    }

    /// Goes in alone, to write or to open.
    pub fn alone(&self) -> Alone<'_> {
        let mut state = self.lock();
        let ticket = state.join(true);
        let waits = |state: &mut State| !state.may_write(ticket);
        let mut state =
            self.writers.wait_while(state, waits).unwrap_or_else(PoisonError::into_inner);
        state.leave(ticket);
        state.alone = true;
        Alone(self)
    }
}

/// A reader that is in.
#[derive(Debug)]
pub struct Reader<'a>(&'a Gate);

impl Reader<'_> {
    /// The opening is over.
    pub fn end(self) {
        self.0.change(|state| state.over = true);
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.readers -= 1);
    }
}

/// One that is in alone.
#[derive(Debug)]
pub struct Alone<'a>(&'a Gate);

impl<'a> Alone<'a> {
    /// Whether the opening is over.
    pub fn is_over(&self) -> bool {
        self.0.lock().over
    }

    /// The opening is over.
    pub fn end(&self) {
        self.0.change(|state| state.over = true);
    }

    /// A new opening begins.
    pub fn begin(&self) {
        self.0.change(|state| (state.over, state.applied, state.synced) = (false, 0, 0));
    }

    /// Goes out, having applied a write or seen others' that may not be synced.
    pub fn wrote(self, applied: bool) -> Written<'a> {
        let mut state = self.0.lock();
        state.applied += u64::from(applied);
        state.untold += 1;
        Written { gate: self.0, upto: state.applied }
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.change(|state| {
            (state.alone, state.over) = (false, state.over || std::thread::panicking())
        });
    }
}

/// A writer that is to hear whether what it applied is on the disk.
#[derive(Debug)]
pub struct Written<'a> {
    gate: &'a Gate,
    upto: u64,
}

/// What a writer hears.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// It is on the disk.
    Synced,
    /// The opening was over before.
    Lost,
    /// The writer is to sync, for itself and all others.
    Leads(Lead<'a>),
}

impl<'a> Written<'a> {
    /// Waits for the outcome.
    pub fn outcome(&self) -> Outcome<'a> {
        let mut state = self.gate.lock();
        state.listening += 1;
        let waits =
            |state: &mut State| state.synced < self.upto && !state.over && !state.may_sync();
        let mut state =
            self.gate.written.wait_while(state, waits).unwrap_or_else(PoisonError::into_inner);
        state.listening -= 1;
        if state.synced >= self.upto {
            return Outcome::Synced;
        }
        if state.over {
            return Outcome::Lost;
        }
        (state.alone, state.syncing) = (true, true);
        Outcome::Leads(Lead { gate: self.gate, upto: state.applied, flushed: false, done: false })
    }
}

impl Drop for Written<'_> {
    fn drop(&mut self) {
        self.gate.change(|state| state.untold -= 1);
    }
}

/// The one that syncs: alone until it has flushed. Dropped before it is done, it ends the opening.
#[derive(Debug)]
pub struct Lead<'a> {
    gate: &'a Gate,
    upto: u64,
    flushed: bool,
    done: bool,
}

impl Lead<'_> {
    /// Other writers may go in: what they apply is the next sync's.
    pub fn flushed(&mut self) {
        self.flushed = true;
        self.gate.change(|state| state.alone = false);
    }

    /// All that was applied before it began is on the disk.
    pub fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.gate.change(|state| {
            state.alone &= self.flushed;
            state.syncing = false;
            state.ended = state.listening > 0;
            if self.done {
                state.synced = self.upto;
            } else {
                state.over = true;
            }
        });
    }
}
