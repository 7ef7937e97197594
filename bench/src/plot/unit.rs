//! What numbers of a chart are, and how they are written.

/// The unit of the values that a chart is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Nanos,
    Seconds,
    Bytes,
    Count,
    /// Times another value.
    Ratio,
}

impl Unit {
    /// A value with three digits, in the unit that reads well.
    pub fn show(self, value: f64) -> String {
        let (value, unit) = self.scaled(value);
        format!("{}{unit}", digits(value))
    }

    /// A value without needless zeros, for axes.
    pub fn tick(self, value: f64) -> String {
        let (value, unit) = self.scaled(value);
        let text = digits(value);
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        format!("{text}{unit}")
    }

    fn scaled(self, value: f64) -> (f64, &'static str) {
        // From which size on, divided by what, called what.
        let steps: &[(f64, f64, &str)] = match self {
            Unit::Nanos => &[(1e9, 1e9, " s"), (1e6, 1e6, " ms"), (1e3, 1e3, " µs"), (1.0, 1.0, " ns")],
            Unit::Seconds => &[(0.1, 1.0, " s"), (1e-3, 1e-3, " ms"), (1e-6, 1e-6, " µs")],
            Unit::Bytes => &[(1e9, 1e9, " GB"), (1e6, 1e6, " MB"), (1e3, 1e3, " KB"), (1.0, 1.0, " B")],
            Unit::Count => &[(1e9, 1e9, " G"), (1e6, 1e6, " M"), (1e4, 1e3, " k"), (1.0, 1.0, "")],
            Unit::Ratio => &[(1.0, 1.0, " ×")],
        };
        let fits = steps.iter().find(|(from, ..)| value.abs() >= *from);
        // Zero has the unit of one.
        let plain = steps.iter().find(|(_, divisor, _)| value == 0.0 && *divisor == 1.0);
        fits.or(plain).or(steps.last()).map_or((value, ""), |(_, divisor, unit)| (value / divisor, *unit))
    }
}

fn digits(value: f64) -> String {
    match value.abs() {
        size if size >= 99.95 || size == 0.0 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        size if size >= 0.0095 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn values_have_three_digits_and_a_unit_that_reads_well() {
        let shown = [
            Unit::Nanos.show(363.4),
            Unit::Nanos.show(13_880.0),
            Unit::Nanos.show(1.32e6),
            Unit::Seconds.show(0.0421),
            Unit::Bytes.show(14_213.0),
            Unit::Count.show(300.0),
            Unit::Count.show(25_000.0),
            Unit::Ratio.show(1.0),
        ];
        let wanted = ["363 ns", "13.9 µs", "1.32 ms", "42.1 ms", "14.2 KB", "300", "25.0 k", "1.00 ×"];
        assert_eq!(shown, wanted);
    }

    #[test]
    fn ticks_have_no_needless_zeros() {
        assert_eq!(Unit::Seconds.tick(2.0), "2 s");
        assert_eq!(Unit::Seconds.tick(0.5), "0.5 s");
        assert_eq!(Unit::Bytes.tick(100.0), "100 B");
        assert_eq!(Unit::Nanos.tick(0.0), "0 ns");
    }
}
