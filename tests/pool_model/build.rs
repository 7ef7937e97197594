//! Copies the pool's queue, once as it is and once for each mutant: with a fault that the model checker has to find.

use std::fs;
use std::path::Path;

const QUEUE: &str = "../../crates/kysera-core/src/pool/queue.rs";

/// Name, what is replaced, and by what. What is replaced occurs once.
const MUTANTS: &[(&str, &str, &str)] = &[
    // A turn that comes between the look and the note of the waker wakes nobody.
    (
        "late_waker",
        "            if !waiter.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                waiter.waker = Some(context.waker().clone());
            }
            return Poll::Pending;",
        "            drop(guard);
            if let Some(waiter) = self.state.lock().waiting.get_mut(&ticket) {
                waiter.waker = Some(context.waker().clone());
            }
            return Poll::Pending;",
    ),
    // A waiter that goes away once its turn has come takes the connection along.
    (
        "lost_turn",
        "                if let Given::Refused(connection) = state.give(connection, &mut wakes) {
                    refused = Some(connection);
                }",
        "                refused = Some(connection);",
    ),
    // A waiter that goes away after it was called to open a connection calls nobody else.
    (
        "lost_call",
        "                // It may be the one that was woken to open a connection.
                state.call_openers(&mut wakes);",
        "",
    ),
    // Nobody is called to open a connection in the stead of one that was closed.
    (
        "lost_room",
        "        state.in_use -= 1;
        state.call_openers(&mut wakes);",
        "        state.in_use -= 1;",
    ),
    // The last one who came is served first.
    (
        "unfair",
        "let Some((id, waiter)) = self.waiting.pop_first() else {",
        "let Some((id, waiter)) = self.waiting.pop_last() else {",
    ),
    // A connection is put aside although somebody waits.
    (
        "past_the_queue",
        "        let Some((id, waiter)) = self.waiting.pop_first() else {
            self.idle.push(connection);
            return Given::Idle;
        };",
        "        let Some((id, waiter)) = self.waiting.pop_first().filter(|_| self.in_use > 0) else {
            self.idle.push(connection);
            return Given::Idle;
        };",
    ),
    // Closing leaves those who wait asleep.
    (
        "deaf_close",
        "            wakes.add(waiter.waker);\n        }\n        let idle",
        "            drop(waiter);\n        }\n        let idle",
    ),
    // Whoever waits for the last connection to come back is not told.
    (
        "deaf_drain",
        "        if self.is_closed {
            self.note_drained(wakes);
            return",
        "        if self.is_closed {
            return",
    ),
    // One connection more than allowed is opened.
    (
        "beyond_the_limit",
        "wanted.min(self.limit.saturating_sub(self.total()))",
        "wanted.min((self.limit + 1).saturating_sub(self.total()))",
    ),
];

fn main() {
    println!("cargo::rerun-if-changed={QUEUE}");
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    let text = fs::read_to_string(QUEUE).expect("the queue can be read");
    // What is included may have no comments on the file as a whole.
    let text: String = text.split_inclusive('\n').filter(|line| !line.starts_with("//!")).collect();
    fs::write(Path::new(&out).join("faithful.rs"), &text).expect("the copy can be written");
    for (name, from, to) in MUTANTS {
        let count = text.matches(from).count();
        assert_eq!(count, 1, "the mutant {name}: what it replaces occurs {count} times in {QUEUE}");
        let mutant = text.replace(from, to);
        fs::write(Path::new(&out).join(format!("{name}.rs")), mutant).expect("a mutant can be written");
    }
}
