//! No circle of files: whoever reads a file reads what it uses first, so there has to be a first one.

use super::arrows::Program;
use std::collections::BTreeSet;

/// Circles that may stay: where (files, or folders that end in `/`), and why.
const EXCEPTIONS: &[(&[&str], &str)] = &[(
    &["crates/kysera-sql/src/ast/"],
    "a tree is recursive: an expression holds queries, a query holds expressions",
)];

/// Returns a description of each circle, and of each exception that no circle needs.
pub(crate) fn problems(programs: &[Program]) -> Vec<String> {
    judged(programs, EXCEPTIONS)
}

fn judged(programs: &[Program], exceptions: &[(&[&str], &str)]) -> Vec<String> {
    let mut needed = BTreeSet::new();
    let mut problems = Vec::new();
    for program in programs {
        for circle in circles(program) {
            let exception = exceptions.iter().position(|(places, _)| excuses(places, program, &circle));
            match exception {
                Some(at) => drop(needed.insert(at)),
                None => problems.push(description(program, &circle)),
            }
        }
    }
    let idle = exceptions.iter().enumerate().filter(|(at, _)| !needed.contains(at));
    let idle = idle.map(|(_, (places, _))| {
        format!("no circle is left in {}: take it off the list in {}", places.join(", "), file!())
    });
    problems.extend(idle);
    problems
}

fn excuses(places: &[&str], program: &Program, circle: &[usize]) -> bool {
    circle.iter().all(|file| {
        let name = &program.files[*file].0;
        places.iter().any(|place| name == place || place.ends_with('/') && name.starts_with(place))
    })
}

fn description(program: &Program, circle: &[usize]) -> String {
    let name = |file: &usize| program.files[*file].0.as_str();
    let inside = program.arrows.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
    let lines = inside.map(|((from, to), names)| {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        format!("\n  {} -> {}: {}", name(from), name(to), names.join(", "))
    });
    format!("a circle of {} files:{}", circle.len(), lines.collect::<String>())
}

/// Returns the sets of files from each of which every other one can be reached.
fn circles(program: &Program) -> Vec<Vec<usize>> {
    let reach: Vec<_> = (0..program.files.len()).map(|file| reachable(program, file)).collect();
    let mut circles: Vec<Vec<usize>> = Vec::new();
    for file in 0..reach.len() {
        let circle: Vec<_> =
            reach[file].iter().copied().filter(|other| reach[*other].contains(&file)).collect();
        // A file that reaches itself does so through another one.
        if circle.first() == Some(&file) && circle.len() > 1 {
            circles.push(circle);
        }
    }
    circles
}

fn reachable(program: &Program, from: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut next = vec![from];
    while let Some(file) = next.pop() {
        let arrows = program.arrows.range((file, 0)..=(file, usize::MAX));
        next.extend(arrows.map(|((_, to), _)| *to).filter(|to| found.insert(*to)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::judged;
    use crate::check::arrows::programs;

    fn judged_with(exceptions: &[(&[&str], &str)], files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
        judged(&programs(&files.collect::<Vec<_>>()).unwrap(), exceptions)
    }

    const CIRCLE: [(&str, &str); 4] = [
        ("x/src/lib.rs", "mod a; mod b; mod c; pub use a::A;"),
        ("x/src/a.rs", "pub struct A(crate::b::B);"),
        ("x/src/b.rs", "use crate::c::C; pub struct B(C);"),
        ("x/src/c.rs", "pub struct C; impl From<crate::A> for C {}"),
    ];

    #[test]
    fn a_circle_is_named_with_what_ties_it() {
        let expected = "a circle of 3 files:
  x/src/a.rs -> x/src/b.rs: B
  x/src/b.rs -> x/src/c.rs: C
  x/src/c.rs -> x/src/a.rs: A";
        assert_eq!(judged_with(&[], &CIRCLE), [expected]);
    }

    #[test]
    fn a_line_is_no_circle() {
        assert_eq!(
            judged_with(&[], &[CIRCLE[0], CIRCLE[1], CIRCLE[2], ("x/src/c.rs", "pub struct C;")]),
            [""; 0]
        );
    }

    #[test]
    fn an_exception_excuses_what_it_names_and_has_to_be_needed() {
        assert_eq!(judged_with(&[(&["x/src/"], "why")], &CIRCLE), [""; 0]);
        assert_eq!(judged_with(&[(&["x/src/a.rs", "x/src/b.rs", "x/src/c.rs"], "why")], &CIRCLE), [""; 0]);
        assert_eq!(judged_with(&[(&["x/src/a.rs", "x/src/b.rs"], "why")], &CIRCLE).len(), 2);
        assert_eq!(judged_with(&[(&["x/src/"], "why"), (&["y/"], "why")], &CIRCLE).len(), 1);
    }
}
