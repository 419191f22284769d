//! Switchback console.
