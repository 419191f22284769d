//! The embedded closed world: Route 53, STS, DNS and sites on loopback, with faults.
