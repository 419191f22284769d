//! Completion scripts, of what `--help` shows and nothing else.

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::args::Args;

/// The script for a shell.
pub fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut shown(), "switchback", &mut script);
    script
}

/// The command line without what is hidden: clap_complete offers that too.
fn shown() -> Command {
    let all = Args::command();
    let commands = all.get_subcommands().filter(|command| !command.is_hide_set());
    Command::new("switchback")
        .args(all.get_arguments())
        .subcommands(commands)
        .version(env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::manual::tests::commands;

    #[test]
    fn every_command_is_completed_in_every_shell_that_the_package_serves() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = String::from_utf8(script(shell)).unwrap();
            for words in commands() {
                let last = words.last().unwrap();
                assert!(script.contains(last.as_str()), "{shell}: {words:?}");
            }
            assert!(script.contains("--json"), "{shell} lacks the global options");
            assert!(!script.contains("manual"), "{shell} offers what --help hides");
        }
    }
}
