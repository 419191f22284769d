//! `cargo xtask bench accepted` starts this: what `step apply` asks of AWS, and nothing else.

fn main() -> std::process::ExitCode {
    switchback_bench::bare_sdk()
}
