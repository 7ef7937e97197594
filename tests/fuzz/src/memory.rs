//! How much memory the process may take: what hostile lengths would ask for is far beyond it.

use cap::Cap;
use std::alloc::System;

/// Beyond this the allocator gives none, which ends the process.
const NEVER: usize = 4 << 30;
/// Beyond this an input is at fault.
const FAULT: usize = 1 << 30;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, NEVER);

/// Looks how much the process took at most.
///
/// # Panics
/// When it was too much. Targets that run side by side share the measure: then run the input alone.
pub(crate) fn check() {
    let most = ALLOCATOR.max_allocated();
    assert!(most < FAULT, "the process took {most} bytes");
}
