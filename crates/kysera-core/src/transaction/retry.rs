//! Runs a transaction again when it lost against another one.

use crate::error::{Error, Result};
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// Runs `transaction` again while it fails with an error that [is transient](Error::is_transient): a serialization
/// failure, a deadlock, a lock that was not granted. Waits longer each time, by a random part, so that two that collided
/// do not collide again.
///
/// `transaction` makes the future anew for every attempt; everything it does beside the transaction is done again too.
///
/// ```
/// # use kysera_core::{Db, Result, QueryExt, raw, retry_on_conflict};
/// # async fn example(db: &Db) -> Result<()> {
/// retry_on_conflict(|| {
///     db.transaction(async |tx| {
///         raw("update account set amount = amount - 5 where id = 1").execute(tx).await?;
///         raw("update account set amount = amount + 5 where id = 2").execute(tx).await?;
///         Ok(())
///     })
/// })
/// .attempts(3)
/// .await
/// # }
/// ```
pub fn retry_on_conflict<T, F, Fut>(transaction: F) -> Retry<F, Fut>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    Retry { transaction, attempts: 5, made: 0, attempt: None, pause: None, wait: Duration::from_millis(2) }
}

/// A transaction that is run again when it lost against another one.
#[must_use = "nothing runs until it is awaited"]
pub struct Retry<F, Fut> {
    transaction: F,
    attempts: u32,
    /// How many attempts have failed.
    made: u32,
    // Boxed, because an attempt is replaced by the next one and may not move in between.
    attempt: Option<Pin<Box<Fut>>>,
    pause: Option<Pin<Box<Sleep>>>,
    /// The longest pause before the next attempt.
    wait: Duration,
}

impl<F, Fut> Retry<F, Fut> {
    /// At most so many attempts altogether; 5 unless said otherwise, and never less than one.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The pause before the second attempt is at most `wait`, doubled for each one after it; 2 ms unless said otherwise.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// The pause after this error, or the error if the transaction is not to be run again.
    fn pause_after(&mut self, error: Error) -> Result<Duration> {
        if !error.is_transient() {
            return Err(error);
        }
        self.made += 1;
        if self.made >= self.attempts {
            return Err(given_up(error, self.made));
        }
        tracing::debug!(kind = ?error.kind(), attempt = self.made, "the transaction is run again");
        let longest = self.wait;
        self.wait = longest.saturating_mul(2).min(LONGEST_PAUSE);
        Ok(jittered(longest))
    }
}

const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl<T, F, Fut> Future for Retry<F, Fut>
where
    F: FnMut() -> Fut + Unpin,
    Fut: Future<Output = Result<T>>,
{
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.get_mut();
        loop {
            if let Some(pause) = &mut this.pause {
                std::task::ready!(pause.as_mut().poll(cx));
                this.pause = None;
            }
            let transaction = &mut this.transaction;
            let attempt = this.attempt.get_or_insert_with(|| Box::pin(transaction()));
            let result = std::task::ready!(attempt.as_mut().poll(cx));
            // Dropped before the pause, so that nothing of it is held meanwhile.
            this.attempt = None;
            let Err(error) = result else { return Poll::Ready(result) };
            match this.pause_after(error) {
                Ok(pause) => this.pause = Some(Box::pin(sleep(pause))),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

/// The last error: to run the transaction again, as its own hint may say, is what was done.
fn given_up(error: Error, attempts: u32) -> Error {
    let hint = match attempts {
        1 => "it was run once: allow more attempts".to_owned(),
        _ => format!(
            "it was run {attempts} times: keep transactions short, let all take their rows in one order, or allow more \
             attempts"
        ),
    };
    error.with_hint(hint)
}

/// Between half of `longest` and `longest`. The randomness of a hash map's keys is enough to keep two tasks apart.
fn jittered(longest: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() >> 32;
    let half = longest / 2;
    half + half.mul_f64(random as f64 / f64::from(u32::MAX))
}

impl<F, Fut> fmt::Debug for Retry<F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("attempts", &self.attempts)
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::jittered;
    use std::time::Duration;

    #[test]
    fn a_pause_is_between_half_and_the_whole() {
        let longest = Duration::from_millis(10);
        for _ in 0..100 {
            assert!((longest / 2..=longest).contains(&jittered(longest)));
        }
    }
}
