//! Conformance suites and testing tools for Kysera drivers and applications.
