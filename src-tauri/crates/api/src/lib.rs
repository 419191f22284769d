//! Wire schema and handlers for both hosts; knows nothing of Tauri.

pub mod wire;
