//! Suites that cross crates, and programs that must not compile.
