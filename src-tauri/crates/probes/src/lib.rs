//! Observers of the world outside AWS: HTTP, DNS, TLS.
