//! A player as a child process, from the conductor's side of the pipe.

use kysera_bench_stage::PLAYER;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio};

/// A player that waits for its next line.
pub struct Child {
    process: Process,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What a turn took.
pub struct Turn {
    /// Nanoseconds of one operation by the clock on the wall.
    pub wall: f64,
    /// Nanoseconds of one operation by the processor's.
    pub cpu: f64,
    /// What else was measured, by name.
    pub extras: Vec<(String, f64)>,
}

impl Child {
    /// Starts a player.
    pub fn start(program: &Path) -> Result<Child, String> {
        let mut command = Command::new(program);
        command.arg(PLAYER).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
        let orders = process.stdin.take();
        let answers = process.stdout.take().ok_or("a player without an output")?;
        Ok(Child { process, orders, answers: BufReader::new(answers) })
    }

    /// Every case and variant that it has.
    pub fn list(&mut self) -> Result<Vec<(String, String)>, String> {
        let count: usize = self.ask("list")?.parse().map_err(|_| "a player that cannot count")?;
        let lines = (0..count).map(|_| {
            let line = self.answer()?;
            let named = line.split_once('\t').ok_or("a player that names no variant")?;
            Ok((named.0.to_owned(), named.1.to_owned()))
        });
        lines.collect()
    }

    /// Opens one variant, with its database.
    pub fn open(&mut self, case: &str, variant: &str) -> Result<(), String> {
        self.ask(&format!("open {case}\t{variant}")).map(|_| ())
    }

    /// Gives it a turn of so many operations.
    pub fn turn(&mut self, times: u64) -> Result<Turn, String> {
        let answer = self.ask(&format!("turn {times}"))?;
        let mut words = answer.split(' ');
        let mut number =
            || words.next().and_then(|word| word.parse::<f64>().ok()).ok_or("a turn without times");
        let (done, wall, cpu) = (number()?, number()?, number()?);
        let extra = |word: &str| {
            let (name, nanos) = word.split_once('=')?;
            Some((name.to_owned(), nanos.parse().ok()?))
        };
        Ok(Turn { wall: wall / done, cpu: cpu / done, extras: words.filter_map(extra).collect() })
    }

    /// Allocations and bytes of one operation.
    pub fn count(&mut self, times: u64) -> Result<(f64, f64), String> {
        let answer = self.ask(&format!("count {times}"))?;
        let numbers: Vec<f64> = answer.split(' ').filter_map(|word| word.parse().ok()).collect();
        match numbers.as_slice() {
            [done, calls, bytes] => Ok((calls / done, bytes / done)),
            _ => Err(format!("a player that counted `{answer}`")),
        }
    }

    /// The most memory since it was opened, in bytes, above that of the idle player.
    pub fn memory(&mut self) -> Result<Option<f64>, String> {
        Ok(self.ask("memory")?.parse::<f64>().ok().map(|kilobytes| kilobytes * 1024.0))
    }

    fn ask(&mut self, line: &str) -> Result<String, String> {
        if let Some(orders) = &mut self.orders {
            // When the player is gone, its answer is missing, and that is said.
            let _ = writeln!(orders, "{line}").and_then(|()| orders.flush());
        }
        self.answer()
    }

    fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(0) | Err(_) => Err(String::from("its player ended; what it said stands above")),
            Ok(_) => Ok(line.trim_end().to_owned()),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}
