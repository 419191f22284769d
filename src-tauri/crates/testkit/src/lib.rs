//! Fakes, failure injector and conformance suite.
