//! The driver keeps the contract.

use kysera_core::driver::Driver;
use kysera_outside_driver::Ferry;
use kysera_testing::conformance::Subject;
use std::time::Duration;

struct Alone(Ferry);

impl Subject for Alone {
    async fn open() -> Option<Alone> {
        Some(Alone(Ferry::in_memory(Duration::from_millis(200)).expect("memory is at hand")))
    }

    fn driver(&self) -> &dyn Driver {
        &self.0
    }
}

mod alone {
    kysera_testing::conformance!(super::Alone);
}
