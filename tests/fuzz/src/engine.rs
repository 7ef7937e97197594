//! The loop that all targets run in: random bytes, for a time, from a seed that is printed.
//!
//! A target makes what it needs of the bytes and panics at a fault. Then the bytes are made shorter while the fault stays,
//! and printed with the seed. Knows nothing of what the targets try.
//!
//! In the environment:
//! * `KYSERA_FUZZ_SECONDS`: how long each target runs; without it, a few seconds.
//! * `KYSERA_FUZZ_SEED`: where it begins; without it, always at the same place, so that a change is all that can fail.
//! * `KYSERA_FUZZ_INPUT`: bytes in hex digits, as a fault prints them: they alone are tried.
//! * `KYSERA_FUZZ_KEEP`: a folder in which each input is kept until the next one. For faults that end the process, such as
//!   an overflow of the stack: run the same seed again, and the last input is there.

use crate::memory;
use arbitrary::Unstructured;
use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

/// What is tried: panics at a fault. An `Err` says that the bytes make nothing to try.
pub type Target = fn(&mut Unstructured<'_>) -> arbitrary::Result<()>;

/// How long a target runs unless told.
const SECONDS: f64 = 3.0;
/// Where a target begins unless told.
const SEED: u64 = 1;
/// No input is allowed to take longer, on however slow a machine.
const LONGEST: Duration = Duration::from_secs(300);
/// An input that takes longer is told of, in seconds: nothing is wrong, but one may want to know why.
const SLOW: f64 = 5.0;
/// How many shorter inputs are tried after a fault, and for how long.
const SHORTER: usize = 3_000;
const SHORTENING: Duration = Duration::from_secs(30);

/// Runs a target for as long as the environment says.
///
/// # Panics
/// At a fault, with the input that shows it.
pub fn fuzz(name: &'static str, target: Target) {
    hush();
    if let Some(input) = setting("KYSERA_FUZZ_INPUT") {
        let input = from_hex(&input);
        assert!(attempt(target, &input), "{name}: these bytes make nothing to try");
        return;
    }
    let seconds = setting("KYSERA_FUZZ_SECONDS")
        .map_or(SECONDS, |it| it.parse().expect("KYSERA_FUZZ_SECONDS is a number"));
    let seed =
        setting("KYSERA_FUZZ_SEED").map_or(SEED, |it| it.parse().expect("KYSERA_FUZZ_SEED is a number"));
    say(&format!("fuzz {name}: KYSERA_FUZZ_SEED={seed}, {seconds} s"));
    let watch = Watch::begin(name);
    let keep = setting("KYSERA_FUZZ_KEEP").map(|folder| PathBuf::from(folder).join(name));
    let mut random = fastrand::Rng::with_seed(seed);
    let (start, mut tried, mut made) = (Instant::now(), 0_u64, 0_u64);
    let mut slowest = (Duration::ZERO, Vec::new());
    while start.elapsed().as_secs_f64() < seconds {
        let input = input(&mut random);
        watch.saw(&input);
        let began = Instant::now();
        if let Some(file) = &keep {
            std::fs::write(file, &input).expect("the folder of KYSERA_FUZZ_KEEP can be written to");
        }
        match caught(target, &input) {
            Ok(is_something) => made += u64::from(is_something),
            Err(message) => {
                // Trying shorter ones takes its own time.
                drop(watch);
                report(name, target, &format!("input {tried} of KYSERA_FUZZ_SEED={seed}"), &message, &input)
            }
        }
        tried += 1;
        if began.elapsed() > slowest.0 {
            slowest = (began.elapsed(), input);
        }
    }
    assert!(made * 20 >= tried, "{name}: of {tried} inputs only {made} made something to try");
    let (took, longest) = (start.elapsed().as_secs_f64(), slowest.0.as_secs_f64());
    say(&format!(
        "fuzz {name}: {tried} inputs in {took:.0} s, {made} of use, the slowest {longest:.3} s, no fault"
    ));
    if longest > SLOW {
        say(&format!("fuzz {name}: the slowest was KYSERA_FUZZ_INPUT={}", hex(&slowest.1)));
    }
}

/// Short inputs are common, long ones rare. Few different bytes, or all: both find what the other does not.
fn input(random: &mut fastrand::Rng) -> Vec<u8> {
    let most = 1_usize << random.u32(4..13);
    let length = random.usize(most / 2..=most);
    let mut input = vec![0; length];
    random.fill(&mut input);
    if random.u8(..) < 64 {
        let few = [random.u8(..), random.u8(..), 0, 255, random.u8(..)];
        input.iter_mut().for_each(|byte| *byte = few[usize::from(*byte) % few.len()]);
    }
    input
}

fn attempt(target: Target, input: &[u8]) -> bool {
    let is_something = target(&mut Unstructured::new(input)).is_ok();
    memory::check();
    let elsewhere = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner).take();
    assert!(elsewhere.is_none(), "on another thread: {}", elsewhere.unwrap_or_default());
    is_something
}

/// The message of a fault.
fn caught(target: Target, input: &[u8]) -> Result<bool, String> {
    HUSHED.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| attempt(target, input)));
    HUSHED.set(false);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

fn report(name: &str, target: Target, place: &str, message: &str, input: &[u8]) -> ! {
    let short = shortened(target, input);
    // Where time decides, it may not happen again: then what is known is the first message.
    let (message, input) = match caught(target, &short) {
        Err(message) => (message, &*short),
        Ok(_) => (format!("{message} (it did not happen again)"), input),
    };
    REPORTS.set(true);
    panic!("fuzz {name}: {place}: {message}\nKYSERA_FUZZ_INPUT={}", hex(input));
}

/// Fewer and smaller bytes that still show a fault.
fn shortened(target: Target, input: &[u8]) -> Vec<u8> {
    let (start, mut tries) = (Instant::now(), 0);
    let mut best = input.to_vec();
    let mut shows = |input: &[u8]| {
        tries += 1;
        tries < SHORTER && start.elapsed() < SHORTENING && caught(target, input).is_err()
    };
    let mut piece = best.len().div_ceil(2);
    while piece > 0 {
        let mut at = 0;
        while at < best.len() {
            let end = (at + piece).min(best.len());
            let without = [&best[..at], &best[end..]].concat();
            let mut zeroed = best.clone();
            zeroed[at..end].fill(0);
            if shows(&without) {
                best = without;
            } else {
                if zeroed != best && shows(&zeroed) {
                    best = zeroed;
                }
                at = end;
            }
        }
        piece /= 2;
    }
    best
}

/// Ends the process when one input takes too long, and says which.
struct Watch(Arc<Mutex<Seen>>);

struct Seen {
    input: Vec<u8>,
    since: Instant,
    is_over: bool,
}

impl Watch {
    fn begin(name: &'static str) -> Watch {
        let seen = Arc::new(Mutex::new(Seen { input: Vec::new(), since: Instant::now(), is_over: false }));
        let watched = seen.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let seen = watched.lock().unwrap_or_else(PoisonError::into_inner);
                if seen.is_over {
                    return;
                }
                if seen.since.elapsed() > LONGEST {
                    say(&format!("fuzz {name}: this takes too long: KYSERA_FUZZ_INPUT={}", hex(&seen.input)));
                    std::process::abort();
                }
            }
        });
        Watch(seen)
    }

    fn saw(&self, input: &[u8]) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.input.clear();
        seen.input.extend_from_slice(input);
        seen.since = Instant::now();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
    }
}

thread_local! {
    /// Panics of this thread are caught and told later.
    static HUSHED: Cell<bool> = const { Cell::new(false) };
    /// This thread tells of a fault.
    static REPORTS: Cell<bool> = const { Cell::new(false) };
}

/// A panic of a thread or task that a target began, which nobody would notice otherwise.
static ELSEWHERE: Mutex<Option<String>> = Mutex::new(None);

fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if HUSHED.get() {
                return;
            }
            usual(info);
            if !REPORTS.get() {
                *ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner) = Some(info.to_string());
            }
        }));
    });
}

/// Written past the test harness, which keeps back what tests print and loses it when the process ends.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .map(|digit| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()
        .expect("KYSERA_FUZZ_INPUT is hex digits");
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}
