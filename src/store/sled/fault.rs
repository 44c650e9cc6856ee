//! What went wrong in sled: the disk's fault, or the files'.

use std::any::Any;
use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::store::Error;

/// What a fault of sled's means.
pub fn fault(error: sled::Error) -> Error {
    use io::ErrorKind::{InvalidData, UnexpectedEof};
    match error {
        sled::Error::Io(cause) if !matches!(cause.kind(), InvalidData | UnexpectedEof) => {
            Error::disk(plain(cause))
        }
        other => Error::damaged(other.to_string()),
    }
}

/// Does what may make sled panic: it asserts what it reads, and it panics too where the disk fails.
///
/// A panic that is caught here becomes an error, and is not printed.
pub fn guarded<T>(job: impl FnOnce() -> T) -> Result<T, Error> {
    quieten();
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(job));
    GUARDED.set(outer);
    outcome.map_err(|panic| {
        let said = said(&*panic);
        match code(said) {
            Some(code) => Error::disk(io::Error::from_raw_os_error(code)),
            None => Error::damaged(format!("sled stopped in the middle of its work: {said}")),
        }
    })
}

thread_local! {
    /// Whether a panic of this thread is caught and told.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// From now on panics that are caught and told are not printed.
fn quieten() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let printed = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                printed(panic);
            }
        }));
    });
}

/// sled copies its errors as text: back to what the system said.
fn plain(cause: io::Error) -> io::Error {
    match (cause.raw_os_error(), code(&cause.to_string())) {
        (None, Some(code)) => io::Error::from_raw_os_error(code),
        _ => cause,
    }
}

/// The code of a fault of the system's that a text shows as Rust does.
fn code(text: &str) -> Option<i32> {
    let (_, rest) = text.split_once("Os { code: ")?;
    rest.split_once(',')?.0.parse().ok()
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fails_is_not_damage_however_sled_says_it() {
        let eio = || io::Error::from_raw_os_error(5);
        let told = [
            fault(sled::Error::Io(eio())),
            fault(sled::Error::Io(eio()).clone()),
            guarded(|| -> () {
                panic!("called `Result::unwrap()` on an `Err` value: {:?}", eio())
            })
            .unwrap_err(),
            guarded(|| -> () {
                panic!("called `Result::unwrap()` on an `Err` value: {:?}", sled::Error::Io(eio()))
            })
            .unwrap_err(),
        ];
        for error in told {
            assert_eq!(error.io().and_then(io::Error::raw_os_error), Some(5), "{error:?}");
        }
        let damage = [
            fault(sled::Error::Corruption { at: None, bt: () }),
            fault(sled::Error::Io(io::ErrorKind::UnexpectedEof.into())),
            guarded(|| -> () { panic!("a page {}", 7) }).unwrap_err(),
        ];
        for error in damage {
            assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
        }
    }
}
