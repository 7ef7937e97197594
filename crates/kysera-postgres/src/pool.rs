//! The pool: makes connections, throws away those that are gone or old, and lends the rest.
//!
//! Cleaning a connection after use stands in `release`; what comes back here is as new.

use crate::connect;
use crate::link::Link;
use crate::options::PostgresOptions;
use crate::tls::Tls;
use crate::types::Types;
use deadpool::Runtime;
use deadpool::managed::{
    self, Metrics, PoolError, QueueMode, RecycleError, RecycleResult, TimeoutType, Timeouts,
};
use kysera_core::error::{Error, ErrorKind, Result};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Connections that nobody used for so long are asked for a sign of life before they are lent.
const LONG_IDLE: Duration = Duration::from_secs(30);
/// How long they may take to give it.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// What all connections of a driver share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: PostgresOptions,
    pub(crate) tls: Option<Tls>,
    pub(crate) types: Types,
}

/// The connections of a driver.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pool: managed::Pool<Manager>,
    shared: Arc<Shared>,
    swept: Arc<Mutex<Instant>>,
}

/// A connection that goes back to the pool when it is dropped.
pub(crate) type Pooled = managed::Object<Manager>;

impl Pool {
    pub(crate) fn new(shared: Arc<Shared>) -> Result<Pool> {
        let limits = &shared.options.pool;
        let pool = managed::Pool::builder(Manager(shared.clone()))
            .max_size(limits.size)
            // The connection that was used last is warm, and those at the bottom grow old enough to be closed.
            .queue_mode(QueueMode::Lifo)
            .timeouts(Timeouts {
                wait: Some(limits.acquire_timeout),
                create: Some(limits.acquire_timeout),
                // The only thing that waits there has a limit of its own.
                recycle: None,
            })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Configuration, "the pool cannot be made").with_source(error)
            })?;
        Ok(Pool { pool, shared, swept: Arc::new(Mutex::new(Instant::now())) })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Lends a connection.
    pub(crate) async fn get(&self) -> Result<Pooled> {
        self.sweep();
        // A free connection is taken without setting a timer: a wait of nothing only tries.
        let at_once = Timeouts { wait: Some(Duration::ZERO), ..self.pool.timeouts() };
        let pooled = match self.pool.timeout_get(&at_once).await {
            Err(PoolError::Timeout(TimeoutType::Wait)) => self.pool.get().await,
            other => other,
        };
        pooled.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Timeout(TimeoutType::Create) => Error::new(
                ErrorKind::ConnectionFailed,
                "no connection could be opened within acquire_timeout",
            )
            .hint("check the server and the network, or set connect_timeout below acquire_timeout"),
            PoolError::Timeout(_) => full(&self.shared.options),
            PoolError::Closed => Error::new(ErrorKind::ConnectionClosed, "the database was closed")
                .hint("a closed driver cannot be opened again: connect anew"),
            other => Error::new(ErrorKind::ConnectionFailed, "no connection could be had").with_source(other),
        })
    }

    /// Closes idle connections, and those in use when they come back.
    pub(crate) fn close(&self) {
        self.pool.close();
    }

    pub(crate) fn status(&self) -> managed::Status {
        self.pool.status()
    }

    /// Closes what nobody used for long. Done in passing, so that no task has to be kept alive.
    fn sweep(&self) {
        let Some(timeout) = self.shared.options.pool.idle_timeout else { return };
        let mut swept = self.swept.lock();
        if swept.elapsed() >= timeout.min(LONG_IDLE) {
            *swept = Instant::now();
            drop(swept);
            self.pool.retain(|link, _| link.idle_since.elapsed() < timeout);
        }
    }
}

fn full(options: &PostgresOptions) -> Error {
    let message = format!(
        "none of {} connections became free within {:?}",
        options.pool.size, options.pool.acquire_timeout
    );
    Error::new(ErrorKind::PoolTimeout, message).hint(
        "hold connections for less long, raise pool_size, or look for a transaction that waits for itself",
    )
}

/// Makes connections and says which are still good.
#[derive(Debug)]
pub(crate) struct Manager(Arc<Shared>);

impl managed::Manager for Manager {
    // Boxed: a connection moves from hand to hand, and is large.
    type Type = Box<Link>;
    type Error = Error;

    async fn create(&self) -> Result<Box<Link>> {
        // Boxed, so that the future of every acquire does not carry the room of a login.
        Box::pin(connect::open(&self.0.options, self.0.tls.as_ref(), None)).await.map(Box::new)
    }

    async fn recycle(&self, link: &mut Box<Link>, metrics: &Metrics) -> RecycleResult<Error> {
        if link.is_closed() {
            return Err(RecycleError::message("the connection is gone"));
        }
        if self.0.options.pool.max_lifetime.is_some_and(|limit| metrics.age() >= limit) {
            return Err(RecycleError::message("the connection is old"));
        }
        // A socket whose other end vanished without a word looks alive. Asking costs a trip, so only then.
        if link.idle_since.elapsed() >= LONG_IDLE {
            let sign = tokio::time::timeout(SIGN_OF_LIFE, link.client.check_connection()).await;
            if !matches!(sign, Ok(Ok(()))) {
                return Err(RecycleError::message("the connection does not answer"));
            }
        }
        Ok(())
    }
}
