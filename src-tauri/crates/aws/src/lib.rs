//! AWS adapters, one folder a service, behind the target guard.
