//! `cargo xtask bench accepted` starts this: what `step apply` asks of AWS, and nothing else.

/// The one of the program that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    switchback_bench::bare_sdk()
}
