//! Several statements in as few round trips as the database allows.

use crate::db::Db;
use crate::driver::Ran;
use crate::error::{Error, ErrorKind, Result};
use crate::execute::by_name;
use crate::execute::collect::{AllRows, Collector, FirstRow, NoRows, OneRow, OptionalRow, take_back};
use crate::execute::executor::{Executor, ExecutorRef};
use crate::execute::lower::Stepwise;
use crate::execute::run::{Pending, StatementRun};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::query::{Query, Ready};
use kysera_sql::row::{Discard, FromRow, RowSink};
use kysera_sql::typed::Closed;
use std::fmt;
use std::marker::PhantomData;

/// Statements that are sent together and run in order. Add them as if they ran alone; [`run`](Pipeline::run) gives
/// their results as a tuple, in the same order.
///
/// In a transaction the first error ends it. Outside one each statement takes effect by itself: when one has failed, those
/// before it stay done. Those behind it are done too (PostgreSQL, MySQL, MariaDB), or are not run (SQLite, and wherever a plugin
/// intercepts a statement).
#[must_use = "nothing runs until `run` is awaited"]
pub struct Pipeline<'e, L = ()> {
    executor: ExecutorRef<'e>,
    statements: Vec<(StatementRun<'e>, Box<dyn RowSink>)>,
    answers: PhantomData<fn() -> L>,
}

impl Db {
    /// Statements to be sent together. Outside a transaction each takes effect by itself.
    ///
    /// ```
    /// # use kysera_core::{Db, Result, raw};
    /// # async fn example(db: &Db) -> Result<()> {
    /// let (people, pets) = db
    ///     .pipeline()
    ///     .fetch_all(raw("select name from person").rows::<(String,)>())
    ///     .fetch_one(raw("select count(*) from pet").rows::<(i64,)>())
    ///     .run()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn pipeline(&self) -> Pipeline<'_> {
        Pipeline::new(self)
    }
}

impl<'e> Pipeline<'e> {
    /// An empty pipeline.
    pub fn new<E: Executor>(on: &'e E) -> Pipeline<'e> {
        Pipeline { executor: on.executor(), statements: Vec::new(), answers: PhantomData }
    }
}

impl<'e, L> Pipeline<'e, L> {
    /// Adds a query of which every row is wanted.
    pub fn fetch_all<Q: Query>(self, query: Q) -> Pipeline<'e, (L, AllRows<Q::Row>)>
    where
        Q::Row: FromRow + Send + 'static,
        Q::Outer: Closed,
        Q::Readiness: Ready,
    {
        self.add(query)
    }

    /// Adds a query of which the only row is wanted.
    pub fn fetch_one<Q: Query>(self, query: Q) -> Pipeline<'e, (L, OneRow<Q::Row>)>
    where
        Q::Row: FromRow + Send + 'static,
        Q::Outer: Closed,
        Q::Readiness: Ready,
    {
        self.add(query)
    }

    /// Adds a query of which the only row is wanted, if there is one.
    pub fn fetch_optional<Q: Query>(self, query: Q) -> Pipeline<'e, (L, OptionalRow<Q::Row>)>
    where
        Q::Row: FromRow + Send + 'static,
        Q::Outer: Closed,
        Q::Readiness: Ready,
    {
        self.add(query)
    }

    /// Adds a query of which the first row is wanted, if there is one.
    pub fn fetch_first<Q: Query>(self, query: Q) -> Pipeline<'e, (L, FirstRow<Q::Row>)>
    where
        Q::Row: FromRow + Send + 'static,
        Q::Outer: Closed,
        Q::Readiness: Ready,
    {
        self.add(query)
    }

    /// Adds a statement that is run for what it does.
    pub fn execute<Q: Query>(self, query: Q) -> Pipeline<'e, (L, NoRows)>
    where
        Q::Outer: Closed,
        Q::Readiness: Ready,
    {
        self.add(query)
    }

    fn add<A: Collector>(mut self, query: impl Query) -> Pipeline<'e, (L, A)> {
        self.statements.push((StatementRun::new(self.executor, query), Box::new(A::Sink::default())));
        Pipeline { executor: self.executor, statements: self.statements, answers: PhantomData }
    }
}

impl<L: Answers> Pipeline<'_, L> {
    /// Sends everything and waits for all results.
    ///
    /// # Errors
    /// The error of the first statement that failed. Nothing is sent when one of them cannot be written.
    pub async fn run(self) -> Result<L::Output> {
        let results = run(self.executor, self.statements).await?;
        L::take(&mut Taken(results.into_iter()))
    }
}

/// Statements and their results; those after the first error are missing where nothing was sent for them.
type Results<'e> = Vec<(StatementRun<'e>, Ran)>;

/// Runs the statements: together, or one by one where plugins intercept one of them.
async fn run<'e>(
    executor: ExecutorRef<'e>,
    statements: Vec<(StatementRun<'e>, Box<dyn RowSink>)>,
) -> Result<Results<'e>> {
    let (mut started, mut batch, mut stepwise) = (Vec::new(), Vec::new(), Vec::new());
    for (mut statement, mut sink) in statements {
        let lowered = statement.lower().map_err(|error| statement.explain(error))?;
        stepwise.push(lowered.stepwise);
        if statement.discards_rows() {
            sink = Box::new(Discard::default());
        }
        let sink = by_name::around(&lowered.compiled, sink);
        batch.push((lowered.compiled, sink));
        started.push(statement);
    }
    let results = if stepwise.iter().all(Option::is_none) {
        run_together(executor, batch).await?
    } else {
        run_in_turn(executor, batch, stepwise).await
    };
    Ok(started.into_iter().zip(results).collect())
}

async fn run_together(
    executor: ExecutorRef<'_>,
    batch: Vec<(Compiled, Box<dyn RowSink>)>,
) -> Result<Vec<Ran>> {
    if let Some(session) = executor.session {
        let mut session = session.lock().await;
        let results = session.enter().await?.pipeline(batch).await;
        session.leave();
        return Ok(results);
    }
    let writes = batch.iter().any(|(compiled, _)| executor.db.access(compiled) == Access::Write);
    let access = if writes { Access::Write } else { Access::Read };
    Ok(executor.db.acquire(access).await?.pipeline(batch).await)
}

async fn run_in_turn(
    executor: ExecutorRef<'_>,
    batch: Vec<(Compiled, Box<dyn RowSink>)>,
    stepwise: Vec<Option<Box<Stepwise<'_>>>>,
) -> Vec<Ran> {
    let mut results = Vec::with_capacity(batch.len());
    for ((compiled, sink), stepwise) in batch.into_iter().zip(stepwise) {
        let ran = Pending::new(executor, stepwise, compiled).run(sink).await;
        let failed = ran.is_err();
        results.push(ran);
        if failed {
            break;
        }
    }
    results
}

/// A list of answers, built one by one as `((((), A), B), C)` and given out as `(a, b, c)`.
pub trait Answers: sealed::Sealed {
    /// The tuple of results.
    type Output;

    #[doc(hidden)]
    fn take(results: &mut Taken<'_>) -> Result<Self::Output>;
}

/// The results that are still to be taken, in order.
#[doc(hidden)]
pub struct Taken<'e>(std::vec::IntoIter<(StatementRun<'e>, Ran)>);

impl Taken<'_> {
    fn next<A: Collector>(&mut self) -> Result<A::Output> {
        let (statement, ran) = self.0.next().ok_or_else(lost)?;
        let answer = || -> Result<A::Output> {
            let (outcome, boxed) = ran?;
            let mut sink = A::Sink::default();
            if !statement.discards_rows() {
                take_back(&mut sink, boxed)?;
            }
            A::finish(outcome, &mut sink)
        };
        answer().map_err(|error| statement.explain(error))
    }
}

#[cold]
fn lost() -> Error {
    Error::new(ErrorKind::Internal, "the driver gave fewer results than statements")
}

macro_rules! nested {
    ($list:ty;) => { $list };
    ($list:ty; $head:ident $($rest:ident)*) => { nested!(($list, $head); $($rest)*) };
}

macro_rules! answers {
    ($($answer:ident)+) => {
        impl<$($answer: Collector),+> sealed::Sealed for nested!((); $($answer)+) {}

        impl<$($answer: Collector),+> Answers for nested!((); $($answer)+) {
            type Output = ($($answer::Output,)+);

            fn take(results: &mut Taken<'_>) -> Result<Self::Output> {
                Ok(($(results.next::<$answer>()?,)+))
            }
        }
    };
}

answers!(A);
answers!(A B);
answers!(A B C);
answers!(A B C D);
answers!(A B C D E);
answers!(A B C D E F);
answers!(A B C D E F G);
answers!(A B C D E F G H);
answers!(A B C D E F G H J);
answers!(A B C D E F G H J K);
answers!(A B C D E F G H J K L);
answers!(A B C D E F G H J K L M);
answers!(A B C D E F G H J K L M N);
answers!(A B C D E F G H J K L M N P);
answers!(A B C D E F G H J K L M N P Q);
answers!(A B C D E F G H J K L M N P Q R);

mod sealed {
    /// Keeps [`Answers`](super::Answers) closed.
    pub trait Sealed {}
}

impl fmt::Debug for Taken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taken").field("left", &self.0.len()).finish()
    }
}

impl<L> fmt::Debug for Pipeline<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").field("statements", &self.statements.len()).finish_non_exhaustive()
    }
}
