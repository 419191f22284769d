//! What is sent, and what the SDK makes of answers.

mod read;
mod sent;
