//! The runtime that a connection needs, and is bound to where that stands still at times.

use kysera_core::error::{Error, ErrorKind, Result};
use tokio::runtime::{Handle, Id, RuntimeFlavor};

/// Refuses to open a connection outside a runtime; `server` is what it would have gone to.
///
/// # Errors
/// `Configuration`.
pub fn needs_runtime(server: &str) -> Result<()> {
    if Handle::try_current().is_ok() {
        return Ok(());
    }
    let what = format!("a connection to {server} needs a tokio runtime");
    Err(Error::new(ErrorKind::Configuration, what)
        .with_hint("call it inside #[tokio::main] or Runtime::block_on"))
}

/// The runtime that drives a connection, where that does so only while somebody blocks on it.
#[derive(Clone, Copy, Debug)]
pub struct DrivenBy(Option<Id>);

impl DrivenBy {
    /// The runtime that this is called on.
    pub fn this_runtime() -> DrivenBy {
        let here = Handle::try_current().ok();
        let alone = here.filter(|runtime| runtime.runtime_flavor() == RuntimeFlavor::CurrentThread);
        DrivenBy(alone.map(|runtime| runtime.id()))
    }

    /// True when it is driven while the caller waits: a runtime of one thread stands still when nobody blocks on it.
    #[inline]
    pub fn is_here(self) -> bool {
        self.0.is_none_or(|own| Handle::try_current().is_ok_and(|here| here.id() == own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::runtime::Builder;

    #[test]
    fn a_connection_of_a_runtime_of_one_thread_is_driven_there_alone() {
        let [one, other] = [(); 2].map(|()| Builder::new_current_thread().build().unwrap());
        let many = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let of = |runtime: &tokio::runtime::Runtime| runtime.block_on(async { DrivenBy::this_runtime() });
        let (here, anywhere) = (of(&one), of(&many));
        assert!(one.block_on(async { here.is_here() }));
        assert!(!other.block_on(async { here.is_here() }) && !here.is_here());
        assert!(other.block_on(async { anywhere.is_here() }));
    }

    #[test]
    fn without_a_runtime_the_error_says_what_needs_one() {
        let error = needs_runtime("PostgreSQL").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(
            error.to_string().starts_with("a connection to PostgreSQL needs a tokio runtime; "),
            "{error}"
        );
    }
}
