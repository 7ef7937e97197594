//! A closure that returns a block cannot lend the transaction to it.
//~ error: implementation of `AsyncFnOnce` is not general enough
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db) {
    let _ = db
        .transaction(|tx| async { Ok(()) }); //~ instead: .transaction(async |tx| Ok(()));
}
