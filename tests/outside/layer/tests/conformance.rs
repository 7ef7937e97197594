//! A driver under the layer keeps the contract, and every operation that begins has an end.

use kysera_core::driver::Driver;
use kysera_core::driver::layer::Layered;
use kysera_outside_driver::Ferry;
use kysera_outside_layer::Turnstile;
use kysera_testing::conformance::Subject;
use std::time::Duration;

struct Watched(Layered<Ferry, Turnstile>);

impl Subject for Watched {
    async fn open() -> Option<Watched> {
        let driver = Ferry::in_memory(Duration::from_millis(200)).expect("memory is at hand");
        Some(Watched(Layered::new(driver, Turnstile::default())))
    }

    fn driver(&self) -> &dyn Driver {
        &self.0
    }

    async fn remove(self) {
        assert_eq!(self.0.layer().inside(), 0);
        assert!(self.0.layer().done() > 0);
    }
}

mod watched {
    kysera_testing::conformance!(super::Watched);
}
