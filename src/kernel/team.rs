//! Threads that stay awake from one piece of work to the next.
//!
//! A training step is some hundred pieces of work of a few milliseconds or less. rayon's threads sleep as soon as there is
//! nothing to take, since a browser has nothing to yield to, and waking one takes tens of microseconds, as does waking the
//! one that waits for it. So a thread that has helped looks out for more for a while before it goes back to rayon's pool,
//! and the thread that waits for the last part does not sleep at once either.

use std::any::Any;
use std::cell::Cell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use rayon::Yield;

/// The most threads that have a share of some work.
const MOST: usize = 16;

/// How often a thread looks for work in vain before it goes back to the pool: some hundred microseconds.
const PATIENCE: u32 = 1 << 16;

/// How often it looks before it takes what there is of rayon's own work: other operations than the kernels are shared by
/// rayon.
const GLANCES: u32 = 64;

/// How long the thread that waits sleeps before it looks again, once it is out of patience: one that computes a part may
/// have lost its core.
const NAP: Duration = Duration::from_micros(100);

/// Whether a thread has ended, as whoever can tell says.
static HAS_LOST: OnceLock<fn() -> bool> = OnceLock::new();

/// Lets `has_lost` be asked while threads are waited for, once for all. In a browser a thread that panics, or has no memory,
/// ends there and then: what it had begun is never done.
pub fn watch_threads(has_lost: fn() -> bool) {
    // A second one would tell the same.
    let _ = HAS_LOST.set(has_lost);
}

static TEAM: Team = Team {
    is_busy: AtomicBool::new(false),
    work: AtomicPtr::new(null_mut()),
    turn: AtomicUsize::new(0),
    inside: AtomicUsize::new(0),
    awake: AtomicUsize::new(0),
    called: AtomicUsize::new(0),
};

thread_local! {
    /// Whether this thread looks for work: called once more while it does rayon's, it goes on.
    static HELPS: Cell<bool> = const { Cell::new(false) };
}

/// Does `part` for each number below `parts`, on the threads of rayon's pool. Work within a part, and work that is begun
/// elsewhere meanwhile, is done by the thread that has it alone.
///
/// # Panics
/// If a part does, or a thread has ended, see [`watch_threads`].
pub(super) fn share(parts: usize, part: &(dyn Fn(usize) + Sync)) {
    let team = &TEAM;
    if parts < 2 || team.is_busy.swap(true, Acquire) {
        return (0..parts).for_each(part);
    }
    let threads = rayon::current_num_threads().clamp(1, MOST).min(parts);
    let work = Work {
        part,
        parts,
        threads,
        done: [const { AtomicUsize::new(0) }; MOST],
        panic: Mutex::new(None),
    };
    let under_way = UnderWay::new(team, &work);
    team.call(threads - 1);
    work.go_on();
    drop(under_way);
    if let Some(panic) = work
        .panic
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
    {
        resume_unwind(panic);
    }
}

/// What the threads have in common.
struct Team {
    /// Whether there is work.
    is_busy: AtomicBool,
    /// The work. It lives until nobody is inside.
    work: AtomicPtr<Work<'static>>,
    /// How often there was work.
    turn: AtomicUsize,
    /// Threads that may hold the work.
    inside: AtomicUsize,
    /// Threads that look for work.
    awake: AtomicUsize,
    /// Calls that no thread has heard yet.
    called: AtomicUsize,
}

/// Work in parts. Each thread has a share of them, one part after another, which is the same in all work: so a thread finds
/// in its core's cache what it left there before. Whoever is done with its own goes on with another's.
struct Work<'a> {
    part: &'a (dyn Fn(usize) + Sync),
    parts: usize,
    /// Threads that have a share.
    threads: usize,
    /// Parts of each share that were taken.
    done: [AtomicUsize; MOST],
    /// That of another thread than the caller.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Work<'_> {
    /// Does parts as long as there are any.
    fn go_on(&self) {
        let own = rayon::current_thread_index().unwrap_or(0);
        for share in (own..own + self.threads).map(|share| share % self.threads) {
            let start = |share: usize| share * self.parts / self.threads;
            loop {
                let part = start(share) + self.done[share].fetch_add(1, Relaxed);
                if part >= start(share + 1) {
                    break;
                }
                (self.part)(part);
            }
        }
    }
}

/// Shows work to the others until it is dropped, which waits for those who do parts of it.
struct UnderWay<'a>(&'a Team);

impl<'a> UnderWay<'a> {
    fn new(team: &'a Team, work: &Work<'_>) -> Self {
        let work: *const Work<'_> = work;
        team.work.store(work.cast_mut().cast(), SeqCst);
        team.turn.fetch_add(1, SeqCst);
        Self(team)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let Self(team) = self;
        team.work.store(null_mut(), SeqCst);
        let mut looked = 0;
        // Whoever comes inside from here on finds no work.
        while team.inside.load(SeqCst) > 0 {
            if looked < PATIENCE {
                looked += 1;
                spin_loop();
            } else {
                thread::park_timeout(NAP);
                let has_lost = HAS_LOST.get().is_some_and(|has_lost| has_lost());
                assert!(!has_lost, "a thread has ended in the middle of its work");
            }
        }
        team.is_busy.store(false, Release);
    }
}

impl Team {
    /// Calls the threads of the pool, unless as many as are wanted look for work.
    fn call(&'static self, wanted: usize) {
        if self.awake.load(Acquire) + self.called.load(Acquire) >= wanted {
            return;
        }
        let caller = rayon::current_thread_index();
        self.called.fetch_add(rayon::current_num_threads(), AcqRel);
        rayon::spawn_broadcast(move |thread| {
            self.called.fetch_sub(1, AcqRel);
            // The caller has its own part to do.
            if Some(thread.index()) != caller && !HELPS.replace(true) {
                self.awake.fetch_add(1, AcqRel);
                self.help();
                self.awake.fetch_sub(1, AcqRel);
                HELPS.set(false);
            }
        });
        // The call to this one.
        rayon::yield_local();
    }

    /// Helps wherever there is work, until there was none for a while.
    fn help(&self) {
        let mut seen = self.turn.load(Acquire).wrapping_sub(1);
        let mut looked = 0;
        while looked < PATIENCE {
            let turn = self.turn.load(Acquire);
            if turn != seen {
                (seen, looked) = (turn, 0);
                self.join_in();
                continue;
            }
            looked += 1;
            if looked % GLANCES == 0 && rayon::yield_now() == Some(Yield::Executed) {
                looked = 0;
            }
            spin_loop();
        }
    }

    /// Does parts of the work, if there is any.
    fn join_in(&self) {
        self.inside.fetch_add(1, SeqCst);
        // SAFETY: whoever shows work lets it live until nobody is inside, and this thread is.
        let work = unsafe { self.work.load(SeqCst).as_ref() };
        if let Some(work) = work {
            let outcome = catch_unwind(AssertUnwindSafe(|| work.go_on()));
            if let Err(panic) = outcome {
                *work.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
            }
        }
        self.inside.fetch_sub(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often each part of some work was done, where each begins work of its own.
    fn done(parts: usize, within: usize) -> Vec<usize> {
        let done: Vec<AtomicUsize> = (0..parts).map(|_| AtomicUsize::new(0)).collect();
        share(parts, &|part| {
            let inner: Vec<AtomicUsize> = (0..within).map(|_| AtomicUsize::new(0)).collect();
            share(within, &|part| {
                inner[part].fetch_add(1, Relaxed);
            });
            let inner = inner.into_iter().map(AtomicUsize::into_inner);
            assert!(inner.eq(std::iter::repeat_n(1, within)));
            done[part].fetch_add(1, Relaxed);
        });
        done.into_iter().map(AtomicUsize::into_inner).collect()
    }

    #[test]
    fn every_part_is_done_once() {
        for turn in 0..3_000 {
            let parts = turn % 17;
            assert_eq!(done(parts, turn % 3), vec![1; parts]);
        }
    }

    #[test]
    fn several_threads_may_have_work_at_once() {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for turn in 0..1_000 {
                        let parts = turn % 9;
                        assert_eq!(done(parts, 2), vec![1; parts]);
                    }
                });
            }
        });
    }

    #[test]
    fn threads_that_went_back_are_called_again() {
        for _ in 0..3 {
            assert_eq!(done(8, 0), vec![1; 8]);
            thread::sleep(Duration::from_millis(50));
        }
    }

    #[test]
    fn a_panic_is_told() {
        let undone = std::panic::catch_unwind(|| {
            share(64, &|part| {
                assert!(part != 40, "the part of this test that fails")
            });
        });
        assert!(undone.is_err());
        assert_eq!(done(8, 0), vec![1; 8]);
    }

    #[test]
    fn rayons_own_work_is_done_meanwhile() {
        for _ in 0..200 {
            assert_eq!(done(8, 0), vec![1; 8]);
            let (one, two) = rayon::join(|| 1, || done(8, 0));
            assert_eq!((one, two), (1, vec![1; 8]));
        }
    }
}
