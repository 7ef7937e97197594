//! The words on the command line that say what a process is: a player, one variant, a cold start.

/// The argument that makes a program a player.
pub const PLAYER: &str = "--player";

/// The arguments that make a program run one variant and nothing else: `--one <case> <variant> <times>`.
pub const ONE: &str = "--one";

/// The arguments of a cold start: `--first-row <case> <variant> <file>`.
pub const FIRST_ROW: &str = "--first-row";

/// True when this process was started to count instructions, where time runs fifty times slower.
pub fn counting() -> bool {
    std::env::args().nth(1).is_some_and(|word| word == ONE)
}
