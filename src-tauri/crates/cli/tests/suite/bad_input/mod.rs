//! Bad input, as a person meets it: the real program, what it says, its exit code, and that nothing is
//! lost. What is said stands in `snapshots/`, to be read as a whole.

mod aws_files;
mod connection;
mod credentials;
mod damage;
mod decisions;
mod disk;
mod elsewhere;
mod full;
mod logs;
mod manners;
mod network;
mod on_the_way;
mod outputs;
mod plans;
mod portal;
mod report;
mod runbooks;
mod sign_ins;
mod support;
mod world;
