//! Raw fragments under a guard: what it lets pass reads no table, and shows and changes no hidden row.
//!
//! SQLite itself says what a statement reads: its authorizer is asked for every table of every statement.

mod fragment;
mod place;
mod world;

use arbitrary::{Error, Result, Unstructured};
use kysera_sql::ast::{Expr, Raw};
pub(crate) use world::{T, U, World};

thread_local! {
    static GUARDED: World = World::new(true);
}

pub(crate) fn target(bytes: &mut Unstructured<'_>) -> Result<()> {
    GUARDED.with(|world| attempt(world, bytes))
}

fn attempt(world: &World, bytes: &mut Unstructured<'_>) -> Result<()> {
    let parts = fragment::parts(bytes)?;
    let place = place::Place::arbitrary(bytes)?;
    let raw = Expr::Raw(Box::new(Raw::new(parts)));
    let Some((sql, params)) = world.rewritten(place.statement(raw)) else {
        return Err(Error::IncorrectFormat);
    };
    let Ok(foreign) = world.foreign_reads(&sql) else { return Err(Error::IncorrectFormat) };
    assert!(foreign.is_empty(), "it reads {foreign:?}: {sql}");
    world.run(&sql, params);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{World, attempt};
    use arbitrary::Unstructured;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// The oracle would notice a guard that lets everything pass.
    #[test]
    fn without_a_guard_fragments_are_caught_reading() {
        let world = World::new(false);
        let mut random = fastrand::Rng::with_seed(1);
        let mut caught = 0;
        for _ in 0..2_000 {
            let mut input = [0; 400];
            random.fill(&mut input);
            let result = catch_unwind(AssertUnwindSafe(|| attempt(&world, &mut Unstructured::new(&input))));
            caught += usize::from(result.is_err());
        }
        assert!(caught > 20, "only {caught} of 2,000 fragments were caught");
    }
}
