//! The pool over a driver that does as it is told. The order and the loss of nothing under any interleaving is proven by
//! `tests/pool_model`.

use super::*;
use crate::driver::BoxFuture;
use crate::error::{Error, ErrorKind, Result};
use std::error::Error as _;
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// A database that can be out of order.
#[derive(Default)]
struct World {
    opened: AtomicUsize,
    checked: AtomicUsize,
    cleaned: AtomicUsize,
    handed_over: AtomicUsize,
    /// How many milliseconds a login takes.
    login: AtomicUsize,
    /// How many logins are refused because the server is full, down, or dislikes the password.
    busy: AtomicUsize,
    down: AtomicUsize,
    wrong: AtomicUsize,
    /// Nothing is answered.
    is_silent: AtomicBool,
}

#[derive(Clone, Default)]
struct Fake(Arc<World>);

#[derive(Debug, PartialEq, Eq)]
struct Conn {
    id: usize,
    is_open: bool,
    is_clean: bool,
}

fn take(count: &AtomicUsize) -> bool {
    count.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl Manager for Fake {
    type Connection = Conn;

    fn open(&self) -> BoxFuture<'_, Result<Conn>> {
        Box::pin(async {
            let login = self.0.login.load(SeqCst);
            if login > 0 {
                sleep(Duration::from_millis(login as u64)).await;
            }
            let refused = |kind, code| Err(Error::new(kind, "refused").with_code(code));
            if take(&self.0.busy) {
                return refused(ErrorKind::ConnectionFailed, "busy");
            }
            if take(&self.0.down) {
                return refused(ErrorKind::ConnectionFailed, "down");
            }
            if take(&self.0.wrong) {
                return refused(ErrorKind::AuthenticationFailed, "wrong");
            }
            let id = self.0.opened.fetch_add(1, SeqCst);
            Ok(Conn { id, is_open: true, is_clean: true })
        })
    }

    fn classify(&self, error: &Error) -> OpenFailure {
        match error.code() {
            Some("busy") => OpenFailure::Busy,
            Some("down") => OpenFailure::Unreachable,
            _ => OpenFailure::Final,
        }
    }

    fn is_open(&self, connection: &Conn) -> bool {
        connection.is_open
    }

    fn check<'c>(&'c self, _: &'c mut Conn) -> BoxFuture<'c, Result<()>> {
        self.0.checked.fetch_add(1, SeqCst);
        Box::pin(async { if self.0.is_silent.load(SeqCst) { pending().await } else { Ok(()) } })
    }

    fn is_clean(&self, connection: &Conn) -> bool {
        connection.is_clean
    }

    fn clean(&self, mut returned: Returned<Self>) {
        tokio::spawn(async move {
            sleep(Duration::from_millis(10)).await;
            returned.is_clean = true;
            returned.manager().0.cleaned.fetch_add(1, SeqCst);
            returned.keep();
        });
    }

    fn handed_over(&self) {
        self.0.handed_over.fetch_add(1, SeqCst);
    }
}

fn options(limit: usize) -> PoolOptions {
    PoolOptions::default().max_connections(limit)
}

fn pool(options: PoolOptions) -> (Pool<Fake>, Arc<World>) {
    let world = Arc::new(World::default());
    (Pool::new(Fake(Arc::clone(&world)), options, Hooks::default()), world)
}

type Turn = Pin<Box<dyn Future<Output = Result<Pooled<Fake>>> + Send>>;

/// Someone who waits, polled once.
async fn waiter(pool: &Pool<Fake>) -> Turn {
    let pool = pool.clone();
    let mut turn: Turn = Box::pin(async move { pool.acquire().await });
    let is_waiting = poll_fn(|cx| Poll::Ready(turn.as_mut().poll(cx).is_pending())).await;
    assert!(is_waiting);
    turn
}

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[tokio::test]
async fn who_waited_longest_is_next_and_nobody_slips_in() {
    let (pool, world) = pool(options(1));
    let held = pool.acquire().await.unwrap();
    let (first, second) = (waiter(&pool).await, waiter(&pool).await);
    drop(held);
    assert!(pool.try_acquire().is_none(), "it was handed over");
    assert_eq!(world.handed_over.load(SeqCst), 1);
    drop(first.await.unwrap());
    drop(second.await.unwrap());
    assert!(pool.try_acquire().is_some());
    let status = pool.status();
    assert_eq!((status.handed_over, status.waited, status.acquired, status.opened), (2, 3, 4, 1));
}

#[tokio::test]
async fn a_waiter_that_went_away_leaves_no_hole_before_or_after_its_turn_came() {
    let (pool, _) = pool(options(1));
    let held = pool.acquire().await.unwrap();
    let (gone, handed, last) = (waiter(&pool).await, waiter(&pool).await, waiter(&pool).await);
    drop(gone);
    assert_eq!(pool.status().waiting, 2, "those who give up are not kept");
    drop(held);
    // Its turn has come, and it never looks.
    drop(handed);
    drop(last.await.unwrap());
    let status = pool.status();
    assert_eq!((status.idle, status.in_use, status.waiting), (1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn callers_less_patient_than_a_login_still_fill_the_pool() {
    let (pool, world) = pool(options(2));
    world.login.store(600, SeqCst);
    assert!(timeout(Duration::from_millis(500), pool.acquire()).await.is_err());
    assert!(timeout(Duration::from_millis(500), pool.acquire()).await.is_ok());
    sleep(Duration::from_secs(1)).await;
    assert_eq!((world.opened.load(SeqCst), pool.status().idle), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn one_deadline_bounds_waiting_checking_and_opening_together() {
    let (pool, world) = pool(options(10).acquire_timeout(Duration::from_secs(10)));
    let all: Vec<_> = futures(&pool, 10).await;
    drop(all);
    sleep(Duration::from_secs(60)).await;
    world.is_silent.store(true, SeqCst);
    let start = Instant::now();
    let pooled = pool.acquire().await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(2), "one silent connection tells of all");
    assert_eq!((world.checked.load(SeqCst), pooled.id), (1, 10));
    let closed = pool.status().closed;
    assert_eq!((closed.unresponsive, closed.distrusted), (1, 9));

    // All of it takes longer than the limit allows.
    let (pool, world) = self::pool(options(1).acquire_timeout(Duration::from_secs(1)));
    drop(pool.acquire().await.unwrap());
    sleep(Duration::from_secs(60)).await;
    world.is_silent.store(true, SeqCst);
    let start = Instant::now();
    assert_eq!(kind(pool.acquire().await), Some(ErrorKind::PoolTimeout));
    assert_eq!(start.elapsed(), Duration::from_secs(1));
    assert_eq!(pool.status().in_use, 0);
    drop(pool.acquire().await.unwrap());
}

async fn futures(pool: &Pool<Fake>, count: usize) -> Vec<Pooled<Fake>> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(pool.acquire().await.unwrap());
    }
    all
}

#[tokio::test(start_paused = true)]
async fn a_full_server_is_waited_for_and_a_wrong_password_is_not() {
    let (pool, world) = pool(options(10).acquire_timeout(Duration::from_secs(5)));
    world.busy.store(5, SeqCst);
    drop(pool.acquire().await.unwrap());
    assert_eq!(pool.status().open_failures, 5);

    world.wrong.store(1, SeqCst);
    let held = pool.acquire().await.unwrap();
    let start = Instant::now();
    assert_eq!(kind(pool.acquire().await), Some(ErrorKind::AuthenticationFailed));
    assert_eq!(start.elapsed(), Duration::ZERO);
    drop(held);

    world.busy.store(usize::MAX, SeqCst);
    let held = pool.acquire().await.unwrap();
    let error = pool.acquire().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    assert!(error.source().is_some_and(|source| source.to_string() == "refused"), "{error}");
    drop(held);
    sleep(Duration::from_secs(5)).await;
    assert_eq!(pool.status().opening, 0, "nobody waits, so nobody tries");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_restarts_is_waited_for_and_one_that_was_never_there_is_not() {
    let (pool, world) = pool(options(2));
    world.down.store(5, SeqCst);
    assert_eq!(kind(pool.acquire().await), Some(ErrorKind::ConnectionFailed));
    world.down.store(0, SeqCst);
    let mut held = pool.acquire().await.unwrap();
    held.is_open = false;
    drop(held);
    world.down.store(3, SeqCst);
    drop(pool.acquire().await.unwrap());
    assert_eq!(pool.status().closed.lost, 1);
}

#[tokio::test(start_paused = true)]
async fn an_opening_that_panics_is_an_error() {
    struct Panics;
    impl Manager for Panics {
        type Connection = ();

        fn open(&self) -> BoxFuture<'_, Result<()>> {
            Box::pin(async { panic!("as told") })
        }

        fn is_clean(&self, (): &()) -> bool {
            true
        }

        fn clean(&self, _: Returned<Self>) {}
    }
    let pool = Pool::new(Panics, options(1), Hooks::default());
    assert_eq!(pool.acquire().await.err().map(|error| error.kind()), Some(ErrorKind::Internal));
}

#[tokio::test(start_paused = true)]
async fn idle_and_old_connections_are_closed_while_nobody_acquires() {
    let (pool, _) = pool(options(4).min_connections(1).idle_timeout(Some(Duration::from_secs(60))));
    drop(futures(&pool, 4).await);
    sleep(Duration::from_secs(100)).await;
    let status = pool.status();
    assert_eq!((status.open, status.closed.idle), (1, 3));

    let lifetime = Duration::from_secs(100);
    let (pool, _) = self::pool(options(8).idle_timeout(None).max_lifetime(Some(lifetime)));
    drop(futures(&pool, 8).await);
    sleep(Duration::from_secs(89)).await;
    assert_eq!(pool.status().open, 8, "none lives shorter than nine tenths");
    sleep(Duration::from_secs(40)).await;
    assert_eq!((pool.status().open, pool.status().closed.lifetime), (0, 8));
}

#[tokio::test(start_paused = true)]
async fn a_stale_connection_is_not_lent_unasked_because_somebody_looked_at_it() {
    let (pool, world) = pool(options(1));
    drop(pool.acquire().await.unwrap());
    sleep(Duration::from_secs(60)).await;
    assert!(pool.try_acquire().is_none() && pool.try_acquire().is_none());
    drop(pool.acquire().await.unwrap());
    assert_eq!(world.checked.load(SeqCst), 1);
    assert!(pool.try_acquire().is_some());
}

#[tokio::test]
async fn a_lifetime_of_nothing_still_lends_each_connection_once() {
    let (pool, world) = pool(options(1).max_lifetime(Some(Duration::ZERO)));
    assert_eq!(pool.acquire().await.unwrap().id, 0);
    let (held, waiting) = (pool.acquire().await.unwrap(), waiter(&pool).await);
    drop(held);
    assert_eq!((waiting.await.unwrap().id, world.opened.load(SeqCst)), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn min_connections_are_opened_and_opened_again() {
    let (pool, world) = pool(options(4).min_connections(3));
    drop(pool.acquire().await.unwrap());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(pool.status().idle, 3);
    let mut held = pool.acquire().await.unwrap();
    held.is_open = false;
    drop(held);
    sleep(Duration::from_secs(5)).await;
    assert_eq!((pool.status().idle, world.opened.load(SeqCst)), (3, 4));
}

#[tokio::test(start_paused = true)]
async fn the_reaper_does_not_keep_the_pool_alive() {
    let (pool, world) = pool(options(1).min_connections(1));
    drop(pool.acquire().await.unwrap());
    drop(pool);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(Arc::strong_count(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_cleaned_off_the_path_of_its_last_holder() {
    let (pool, world) = pool(options(1));
    let mut held = pool.acquire().await.unwrap();
    held.is_clean = false;
    drop(held);
    assert_eq!((pool.status().idle, pool.status().in_use), (0, 1));
    assert!(pool.acquire().await.unwrap().is_clean);
    assert_eq!((world.cleaned.load(SeqCst), world.opened.load(SeqCst)), (1, 1));
}

#[tokio::test]
async fn a_connection_that_is_cleaned_for_long_gives_its_room_back_first() {
    let (pool, world) = pool(options(1));
    let mut slow = pool.acquire().await.unwrap().into_returned();
    slow.parts().1.give_back();
    let other = pool.acquire().await.unwrap();
    assert_eq!((other.id, pool.status().in_use), (1, 1));
    slow.keep();
    assert_eq!(pool.status().closed.surplus, 1);
    let mut slow = other.into_returned();
    slow.parts().1.give_back();
    slow.keep();
    assert_eq!((pool.status().idle, world.opened.load(SeqCst)), (1, 2));
}

#[tokio::test]
async fn the_most_callers_that_may_wait_is_kept() {
    let (pool, _) = pool(options(1).max_waiting(2));
    let held = pool.acquire().await.unwrap();
    let waiting = [waiter(&pool).await, waiter(&pool).await];
    assert_eq!(kind(pool.acquire().await), Some(ErrorKind::PoolTimeout));
    drop(waiting);
    let next = waiter(&pool).await;
    drop(held);
    drop(next.await.unwrap());
}

#[tokio::test]
async fn many_who_gave_up_behind_a_patient_one_leave_nothing() {
    let (pool, _) = pool(options(1).max_waiting(10));
    let held = pool.acquire().await.unwrap();
    let patient = waiter(&pool).await;
    for _ in 0..20_000 {
        drop(waiter(&pool).await);
    }
    assert_eq!(pool.status().waiting, 1);
    drop(held);
    drop(patient.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn hooks_see_each_connection_and_may_refuse_it() {
    let seen = Arc::new(AtomicUsize::new(0));
    let connected = Arc::clone(&seen);
    let hooks = Hooks::<Conn>::default()
        .after_connect(move |conn| {
            let seen = connected.fetch_add(1, SeqCst);
            assert_eq!(conn.id, seen);
            Box::pin(async move {
                if seen == 3 { Err(Error::new(ErrorKind::Refused, "as told")) } else { Ok(()) }
            })
        })
        .before_acquire(|conn| Box::pin(async { Ok(conn.id != 0) }))
        .on_release(|conn| Box::pin(async { Ok(conn.id != 1) }));
    let pool = Pool::new(Fake::default(), options(1), hooks);
    assert!(pool.try_acquire().is_none());
    let pooled = pool.acquire().await.unwrap();
    assert_eq!((pooled.id, pool.status().closed.hook), (1, 1), "the first was refused");
    drop(pooled);
    let pooled = pool.acquire().await.unwrap();
    assert_eq!((pooled.id, pool.status().closed.hook), (2, 2), "the second was not taken back");
    drop(pooled);
    let pooled = pool.acquire().await.unwrap();
    assert_eq!(pooled.id, 2);
    pooled.into_returned().close(CloseReason::Unclean);
    assert_eq!(kind(pool.acquire().await), Some(ErrorKind::Refused));
    assert_eq!(seen.load(SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_refuses_every_connection_is_named_as_the_reason() {
    let refused = |hooks| async move {
        let world = Fake::default();
        world.0.login.store(100, SeqCst);
        let pool = Pool::new(world, options(2).acquire_timeout(Duration::from_secs(1)), hooks);
        pool.acquire().await.expect_err("no connection is let through")
    };
    let error = refused(Hooks::<Conn>::default().before_acquire(|_| Box::pin(async { Ok(false) }))).await;
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    assert!(error.message().starts_with("`before_acquire` let none of "), "{error}");
    let hooks = Hooks::<Conn>::default()
        .before_acquire(|_| Box::pin(async { Err(Error::new(ErrorKind::Refused, "no role")) }));
    let error = refused(hooks).await;
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("no role"));
}

#[tokio::test(start_paused = true)]
async fn closing_wakes_those_who_wait_and_drains_until_its_deadline() {
    let (pool, _) = pool(options(2).close_timeout(Duration::from_secs(3)));
    let (idle, held) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    let waiting = waiter(&pool).await;
    drop(idle);
    drop(waiting.await.unwrap());
    let (_held, waiting) = (pool.acquire().await.unwrap(), waiter(&pool).await);
    let start = Instant::now();
    assert!(!pool.close().await);
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    assert_eq!(kind(waiting.await), Some(ErrorKind::ConnectionClosed));
    assert_eq!(kind(pool.acquire().await), Some(ErrorKind::ConnectionClosed));

    let closing = tokio::spawn(async move { (pool.close().await, pool.status()) });
    sleep(Duration::from_secs(1)).await;
    drop((_held, held));
    let (is_drained, status) = closing.await.unwrap();
    assert!(is_drained && start.elapsed() < Duration::from_secs(5));
    assert_eq!((status.open, status.closed.shutdown), (0, 2));
}

#[test]
fn without_a_runtime_a_connection_is_opened_and_handed_over() {
    let (pool, _) = pool(options(1));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut first = Box::pin(pool.acquire());
    let Poll::Ready(Ok(held)) = first.as_mut().poll(&mut context) else {
        panic!("nothing is to be waited for")
    };
    let mut second = Box::pin(pool.acquire());
    assert!(second.as_mut().poll(&mut context).is_pending());
    drop(held);
    assert!(second.as_mut().poll(&mut context).is_ready());
}

#[test]
fn without_a_runtime_a_wait_has_an_end() {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let (pool, _) = pool(options(1).acquire_timeout(Duration::from_millis(50)));
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut first = Box::pin(pool.acquire());
    let Poll::Ready(Ok(_held)) = first.as_mut().poll(&mut context) else {
        panic!("nothing is to be waited for")
    };
    let start = std::time::Instant::now();
    let mut second = Box::pin(pool.acquire());
    let error = loop {
        match second.as_mut().poll(&mut context) {
            Poll::Ready(outcome) => break outcome.unwrap_err(),
            Poll::Pending => std::thread::park(),
        }
    };
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert_eq!(pool.status().waiting, 0);
}

#[test]
fn an_opening_whose_runtime_is_gone_holds_nobody_up() {
    let (pool, world) = pool(options(1));
    world.login.store(10, SeqCst);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    // Its opening goes on until the runtime is dropped.
    let first = runtime();
    first.block_on(async { assert!(timeout(Duration::from_millis(1), pool.acquire()).await.is_err()) });
    let second = runtime();
    second.block_on(async {
        let waiting = waiter(&pool).await;
        first.shutdown_background();
        assert!(timeout(Duration::from_secs(5), waiting).await.unwrap().is_ok());
    });
}

#[tokio::test]
async fn futures_move_between_threads_although_connections_are_not_shared() {
    struct Cells;
    impl Manager for Cells {
        type Connection = std::cell::Cell<u8>;

        fn open(&self) -> BoxFuture<'_, Result<Self::Connection>> {
            Box::pin(async { Ok(std::cell::Cell::new(1)) })
        }

        fn is_clean(&self, _: &Self::Connection) -> bool {
            true
        }

        fn clean(&self, _: Returned<Self>) {}
    }
    let pool = Pool::new(Cells, options(1), Hooks::default());
    let pooled = tokio::spawn(async move { pool.acquire().await }).await.unwrap().unwrap();
    assert_eq!(pooled.get(), 1);
}

#[tokio::test]
async fn callers_of_a_large_pool_that_lost_all_its_connections_at_once_get_new_ones() {
    let (pool, world) = pool(options(100));
    let mut held = Vec::new();
    for _ in 0..100 {
        held.push(pool.acquire().await.unwrap());
    }
    let waiters: Vec<_> = (0..100)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { pool.acquire().await.map(|connection| connection.id) })
        })
        .collect();
    while pool.status().waiting < 100 {
        tokio::task::yield_now().await;
    }
    world.login.store(5, SeqCst);
    for connection in &mut held {
        connection.is_open = false;
    }
    drop(held);
    for waiter in waiters {
        waiter.await.unwrap().unwrap();
    }
}
