//! Who asks: a struct of the application, whose fields are values in the conditions of policies.

use super::scope;
use kysera_core::plugin::Parameter;
use std::borrow::Cow;

/// Who asks. Derived for a struct of the application, and given to a handle with `db.with(auth)`:
///
/// ```
/// # use kysera::{PolicyContext, plugins::RowSecurity, prelude::*};
/// # use kysera::extend::driver::Driver;
/// # use kysera_sql::doc::Pet;
/// #[derive(PolicyContext, Clone)]
/// struct Auth {
///     user_id: Option<i64>,  // None: every condition that needs it is unknown, so it lets nothing pass
///     level: i32,
///     owners: Vec<i64>,      // `in_list(Auth.owners)`, `Auth.owners.contains(..)`
/// }
///
/// # fn example(driver: impl Driver) -> kysera::Result<()> {
/// let security = RowSecurity::<Auth>::new().table(Pet, |pet| pet.filter(Pet.owner_id.eq(Auth.user_id)));
/// let db = Db::builder(driver).plugin(security).build()?;
/// let mine = db.with(Auth { user_id: Some(7), level: 1, owners: vec![] });
/// # Ok(())
/// # }
/// ```
///
/// The derive makes a constant that is called as the struct. Its members stand in conditions: [`Symbol`](super::Symbol) for a value,
/// which may be an `Option`, [`ListSymbol`](super::ListSymbol) for a `Vec`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who asks",
    note = "add `#[derive(PolicyContext)]` to the struct"
)]
pub trait PolicyContext: Send + Sync + 'static {
    /// The fields.
    const FIELDS: &'static [ContextField];

    /// The value of a field; `None` where it is absent.
    fn value(&self, field: &str) -> Option<Parameter>;

    /// Runs `future` with this context for all handles that have none of their own: for code that is not given a handle.
    ///
    /// ```
    /// # use kysera::{PolicyContext, plugins::PolicyContext as _, prelude::*};
    /// # use kysera_sql::doc::Pet;
    /// # #[derive(PolicyContext)]
    /// # struct Auth { user_id: i64 }
    /// # async fn example(db: &Db) -> kysera::Result<()> {
    /// let names = Auth { user_id: 7 }.scope(async { select_from(Pet).select(Pet.name).fetch_all(db).await }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What counts is the scope in which a statement is first polled. An inner scope hides the outer one; a task that is
    /// spawned inside has none.
    fn scope<F: Future>(self, future: F) -> impl Future<Output = F::Output>
    where
        Self: Sized,
    {
        scope::run(self, future)
    }
}

/// A field of a [`PolicyContext`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContextField {
    /// Its name.
    pub name: &'static str,
    /// True for an `Option`: it may be absent.
    pub optional: bool,
}

impl ContextField {
    /// A field that is always there.
    pub const fn new(name: &'static str) -> ContextField {
        ContextField { name, optional: false }
    }

    /// A field that may be absent.
    pub const fn optional(name: &'static str) -> ContextField {
        ContextField { name, optional: true }
    }
}

/// The program itself asks, for nobody: row security lets every row pass. Each statement is logged with the reason
/// (`tracing`, target `kysera::bypass`).
///
/// ```
/// # use kysera::{plugins::SystemContext, prelude::*};
/// # fn example(db: &Db) -> Db {
/// db.with(SystemContext::new("nightly billing"))
/// # }
/// ```
///
/// A handle that has a [`PolicyContext`] as well is refused: which of the two is meant is nobody's guess.
#[derive(Clone, Debug)]
pub struct SystemContext {
    reason: Cow<'static, str>,
}

impl SystemContext {
    /// The system, acting for a reason.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> SystemContext {
        SystemContext { reason: reason.into() }
    }

    pub(super) fn note(&self, table: &str) {
        tracing::info!(target: "kysera::bypass", reason = &*self.reason, table, "the system passes row security by");
    }
}
