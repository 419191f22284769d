//! `cargo xtask bench` starts this.

fn main() -> std::process::ExitCode {
    switchback_bench::main()
}
