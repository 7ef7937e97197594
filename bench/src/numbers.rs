//! Numbers as a reader wants them in a table: few digits, and a unit that fits.

/// A ratio with three digits.
pub fn ratio(ratio: f64) -> String {
    match ratio {
        small if small < 9.995 => format!("{small:.2}"),
        middle if middle < 99.95 => format!("{middle:.1}"),
        large => format!("{large:.0}"),
    }
}

/// Nanoseconds in a unit that reads well.
pub fn time(nanos: f64) -> String {
    match nanos.abs() {
        size if size < 1e3 => format!("{nanos:.0} ns"),
        size if size < 1e6 => format!("{:.2} µs", nanos / 1e3),
        size if size < 1e9 => format!("{:.2} ms", nanos / 1e6),
        _ => format!("{:.2} s", nanos / 1e9),
    }
}

/// Bytes in a unit that reads well.
pub fn size(bytes: f64) -> String {
    if bytes < 1e6 { format!("{:.0} KB", bytes / 1e3) } else { format!("{:.1} MB", bytes / 1e6) }
}

/// A count, with one digit behind the point where it is small and broken.
pub fn number(count: f64) -> String {
    if count.fract().abs() < 0.05 || count >= 100.0 { format!("{count:.0}") } else { format!("{count:.1}") }
}
