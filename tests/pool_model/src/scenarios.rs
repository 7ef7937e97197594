// What threads may do to a queue at the same time, and what must be true whatever the order.
//
// A wake-up or a connection that is lost shows as a deadlock: somebody waits for ever. At the end of each scenario
// nothing may be in use, waited for or being opened.

use super::queue::{Given, Queue, Taken, Turn};
use super::sync::Instant;
use loom::future::block_on;
use loom::thread;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// A connection, known by its number.
type Conn = usize;

/// A queue and the world around it. What it counts is not part of the model.
struct World {
    queue: Queue<Conn, &'static str>,
    limit: usize,
    open: AtomicUsize,
    opened: AtomicUsize,
    failures_left: AtomicUsize,
}

fn check(scenario: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(scenario);
}

fn world(limit: usize) -> Arc<World> {
    let zero = || AtomicUsize::new(0);
    let (open, opened, failures_left) = (zero(), zero(), zero());
    Arc::new(World { queue: Queue::new(limit, 10), limit, open, opened, failures_left })
}

impl World {
    /// A queue with one connection, which the caller holds.
    fn with_one_in_use(limit: usize) -> (Arc<World>, Conn) {
        let world = world(limit);
        assert!(matches!(world.queue.offer(world.connect()), Given::Idle));
        let held = world.queue.try_take().expect("it is idle");
        (world, held)
    }

    fn connect(&self) -> Conn {
        let open = self.open.fetch_add(1, SeqCst) + 1;
        assert!(open <= self.limit, "more connections than allowed");
        self.opened.fetch_add(1, SeqCst) + 1
    }

    fn disconnect(&self, _: Conn) {
        self.open.fetch_sub(1, SeqCst);
    }

    fn open(&self, opening: u64) {
        let fails = self.failures_left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails {
            self.queue.not_opened(opening, Some("as told"));
        } else if let Given::Refused(conn) = self.queue.opened(opening, self.connect()) {
            self.disconnect(conn);
        }
    }

    fn ticket(&self) -> Result<Conn, u64> {
        match self.queue.take_or_queue(Instant::now()) {
            Taken::Connection(conn) => Ok(conn),
            Taken::Ticket(ticket) => Err(ticket),
            Taken::Full | Taken::Closed => panic!("the queue takes callers"),
        }
    }

    /// Waits for the turn of a ticket, and opens connections when called to.
    fn wait(&self, ticket: u64) -> Result<Conn, &'static str> {
        loop {
            match block_on(self.queue.turn(ticket, HOUR)) {
                Turn::Connection(conn) => return Ok(conn),
                Turn::Opening(opening) => self.open(opening),
                Turn::Failure(error) => return Err(error),
                Turn::Closed => return Err("closed"),
            }
        }
    }

    fn acquire(&self) -> Result<Conn, &'static str> {
        match self.queue.take_or_queue(Instant::now()) {
            Taken::Connection(conn) => Ok(conn),
            Taken::Ticket(ticket) => self.wait(ticket),
            Taken::Full => Err("full"),
            Taken::Closed => Err("closed"),
        }
    }

    fn give_back(&self, conn: Conn) {
        if let Given::Refused(conn) = self.queue.give_back(conn) {
            self.disconnect(conn);
        }
    }

    fn close(&self, conn: Conn) {
        self.disconnect(conn);
        self.queue.forget();
    }

    /// Gives a ticket up, whatever lies ready for it.
    fn leave(&self, ticket: u64) {
        if let Some(conn) = self.queue.leave(ticket) {
            self.disconnect(conn);
        }
    }

    /// Looks once, as a future does that is polled and then dropped.
    fn look(&self, ticket: u64) -> Option<Turn<Conn, &'static str>> {
        let turn = pin!(self.queue.turn(ticket, HOUR));
        match turn.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    /// At the end nothing is under way, and what is open is idle.
    fn rests_with(&self, idle: usize) {
        let counts = self.queue.counts();
        assert_eq!((counts.in_use, counts.opening, counts.waiting), (0, 0, 0), "something is under way");
        assert_eq!((counts.idle, self.open.load(SeqCst)), (idle, idle), "connections were lost");
    }
}

fn spawn(world: &Arc<World>, work: impl FnOnce(&World) + 'static) -> thread::JoinHandle<()> {
    let world = Arc::clone(world);
    thread::spawn(move || work(&world))
}

fn join(threads: impl IntoIterator<Item = thread::JoinHandle<()>>) {
    threads.into_iter().for_each(|thread| thread.join().expect("no thread panicked"));
}

fn use_once(world: &World) {
    let conn = world.acquire().expect("a connection");
    world.give_back(conn);
}

pub(super) fn a_connection_that_comes_back_reaches_all_who_wait() {
    check(|| {
        let (world, held) = World::with_one_in_use(1);
        let callers = [spawn(&world, use_once), spawn(&world, use_once)];
        world.give_back(held);
        join(callers);
        world.rests_with(1);
    });
}

pub(super) fn a_waiter_that_goes_away_at_any_point_passes_its_turn_on() {
    check(|| {
        let (world, held) = World::with_one_in_use(1);
        let impatient = world.ticket().expect_err("the connection is in use");
        let callers = [
            spawn(&world, move |world| match world.look(impatient) {
                Some(Turn::Connection(conn)) => world.give_back(conn),
                _ => world.leave(impatient),
            }),
            spawn(&world, use_once),
        ];
        world.give_back(held);
        join(callers);
        world.rests_with(1);
    });
}

pub(super) fn those_who_wait_are_served_in_order_and_nobody_slips_in() {
    check(|| {
        let (world, held) = World::with_one_in_use(1);
        let tickets = [world.ticket(), world.ticket()].map(|ticket| ticket.expect_err("it is in use"));
        let served = Arc::new(AtomicUsize::new(0));
        let callers = [0, 1].map(|at| {
            let (ticket, served) = (tickets[at], Arc::clone(&served));
            spawn(&world, move |world| {
                let conn = world.wait(ticket).expect("a connection");
                assert_eq!(served.fetch_add(1, SeqCst), at, "out of order");
                world.give_back(conn);
            })
        });
        world.give_back(held);
        if let Some(conn) = world.queue.try_take() {
            assert_eq!(served.load(SeqCst), 2, "somebody slipped in");
            world.give_back(conn);
        }
        join(callers);
        world.rests_with(1);
    });
}

pub(super) fn a_closed_connection_leaves_room_for_another() {
    check(|| {
        let world = world(1);
        let close_after_use = |world: &World| {
            let conn = world.acquire().expect("a connection");
            world.close(conn);
        };
        let callers = [spawn(&world, close_after_use), spawn(&world, close_after_use)];
        join(callers);
        // An opening may have ended after its caller had another connection.
        let idle = world.queue.counts().idle;
        world.rests_with(idle);
    });
}

pub(super) fn an_opener_that_goes_away_leaves_its_room_to_the_next() {
    check(|| {
        let world = world(1);
        let ticket = world.ticket().expect_err("there is no connection");
        let callers = [
            spawn(&world, move |world| {
                match world.look(ticket) {
                    Some(Turn::Opening(opening)) => world.queue.not_opened(opening, None),
                    Some(Turn::Connection(conn)) => world.give_back(conn),
                    _ => {}
                }
                world.leave(ticket);
            }),
            spawn(&world, use_once),
        ];
        join(callers);
        world.rests_with(1);
    });
}

pub(super) fn a_called_waiter_that_goes_away_calls_the_next() {
    check(|| {
        let (world, held) = World::with_one_in_use(1);
        let (first, second) = (world.ticket(), world.ticket());
        let (first, second) = (first.expect_err("it is in use"), second.expect_err("it is in use"));
        // It has a waker, so that it is called, and never looks again.
        assert!(world.look(first).is_none());
        let callers = [
            spawn(&world, move |world| world.leave(first)),
            spawn(&world, move |world| {
                let conn = world.wait(second).expect("a connection");
                world.give_back(conn);
            }),
        ];
        world.close(held);
        join(callers);
        world.rests_with(1);
    });
}

pub(super) fn an_opening_that_fails_fails_one_and_leaves_room() {
    check(|| {
        let world = world(1);
        world.failures_left.store(1, SeqCst);
        let failed = Arc::new(AtomicUsize::new(0));
        let callers = [(); 2].map(|()| {
            let failed = Arc::clone(&failed);
            spawn(&world, move |world| match world.acquire() {
                Ok(conn) => world.give_back(conn),
                Err(error) => {
                    assert_eq!(error, "as told");
                    failed.fetch_add(1, SeqCst);
                }
            })
        });
        join(callers);
        assert_eq!(failed.load(SeqCst), 1);
        world.rests_with(1);
    });
}

pub(super) fn a_useless_connection_is_exchanged_without_losing_ones_turn() {
    check(|| {
        let (world, held) = World::with_one_in_use(1);
        let first = world.ticket().expect_err("it is in use");
        let caller = spawn(&world, move |world| {
            let useless = world.wait(first).expect("a connection");
            world.disconnect(useless);
            let conn = match world.queue.exchange(Some(first), Instant::now()) {
                Taken::Connection(conn) => conn,
                Taken::Ticket(ticket) => world.wait(ticket).expect("a connection"),
                Taken::Full | Taken::Closed => panic!("the queue takes callers"),
            };
            world.give_back(conn);
        });
        let other = spawn(&world, use_once);
        world.give_back(held);
        join([caller, other]);
        world.rests_with(1);
    });
}

pub(super) fn closing_wakes_all_and_leaves_nothing() {
    check(|| {
        let (world, held) = World::with_one_in_use(1);
        let caller = spawn(&world, |world| match world.acquire() {
            Ok(conn) => world.give_back(conn),
            Err(error) => assert_eq!(error, "closed"),
        });
        let holder = spawn(&world, move |world| world.give_back(held));
        world.queue.close().into_iter().for_each(|conn| world.disconnect(conn));
        block_on(world.queue.drained());
        join([caller, holder]);
        world.rests_with(0);
    });
}

pub(super) fn a_connection_is_taken_back_if_there_is_room() {
    check(|| {
        let (world, held) = World::with_one_in_use(2);
        // It is cleaned for long, and no longer counts.
        world.queue.forget();
        let cleaner = spawn(&world, move |world| {
            if let Given::Refused(conn) = world.queue.offer(held) {
                world.disconnect(conn);
            }
        });
        let caller = spawn(&world, use_once);
        join([cleaner, caller]);
        let idle = world.queue.counts().idle;
        world.rests_with(idle);
    });
}
