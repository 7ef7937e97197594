//! Where a value lies on an axis, and which values the axis names.

/// Values further apart than this are drawn on a logarithmic scale: the smallest bar would be gone on another.
const FAR_APART: f64 = 20.0;

/// An axis from its first tick to its last, laid on `0.0 ..= 1.0`.
pub struct Scale {
    low: f64,
    high: f64,
    pub logarithmic: bool,
}

impl Scale {
    /// A scale for bars: it begins at zero, or one tick below the least where it is logarithmic.
    pub fn for_bars(values: impl Iterator<Item = f64> + Clone) -> Scale {
        Scale::new(values, true)
    }

    /// A scale for points.
    pub fn for_points(values: impl Iterator<Item = f64> + Clone) -> Scale {
        Scale::new(values, false)
    }

    fn new(values: impl Iterator<Item = f64> + Clone, room_below: bool) -> Scale {
        let high = values.clone().fold(0.0, f64::max);
        let high = if high > 0.0 { high } else { 1.0 };
        let low = values.filter(|value| *value > 0.0).fold(high, f64::min);
        if high / low <= FAR_APART {
            return Scale { low: 0.0, high, logarithmic: false };
        }
        // The least bar must be seen, and the bars' lengths compared: it starts at a round value at least a third below.
        let low = if room_below { low / 1.5 } else { low };
        let decade = 10_f64.powf(low.log10().floor());
        let round = [5.0, 2.0, 1.0].into_iter().map(|step| step * decade).find(|at| *at <= low * 1.000_001);
        Scale { low: round.unwrap_or(decade), high, logarithmic: true }
    }

    /// The place of a value; what is below the axis lies at its start.
    pub fn at(&self, value: f64) -> f64 {
        let place = if self.logarithmic {
            (value.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        place.clamp(0.0, 1.0)
    }

    /// The values to name, at most about `wanted` of them.
    pub fn ticks(&self, wanted: usize) -> Vec<f64> {
        if self.logarithmic { self.round_values(wanted) } else { self.even_values(wanted) }
    }

    fn even_values(&self, wanted: usize) -> Vec<f64> {
        let rough = self.high / wanted as f64;
        let decade = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0].into_iter().map(|step| step * decade).find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * decade);
        (0..).map(|at| f64::from(at) * step).take_while(|tick| *tick <= self.high * 1.000_001).collect()
    }

    fn round_values(&self, wanted: usize) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let steps: &[f64] = if decades * 3.0 <= wanted as f64 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        // Where even the decades are too many, every second or third.
        let skip = (decades / wanted as f64).ceil().max(1.0);
        let mut ticks = Vec::new();
        let mut power = self.low.log10().floor();
        while 10_f64.powf(power) <= self.high {
            ticks.extend(steps.iter().map(|step| step * 10_f64.powf(power)));
            power += skip;
        }
        ticks.retain(|tick| (self.low * 0.999_999..=self.high * 1.000_001).contains(tick));
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn near_values_begin_at_zero_and_far_ones_at_a_round_value_below() {
        let near = Scale::for_bars([2.0, 10.0].into_iter());
        assert_eq!((near.at(0.0), near.at(5.0), near.at(10.0)), (0.0, 0.5, 1.0));
        let far = Scale::for_bars([3.0, 300.0].into_iter());
        assert!(far.logarithmic && far.at(3.0) > 0.0 && far.at(2.0) == 0.0);
    }

    #[test]
    fn ticks_are_round_and_within_the_axis() {
        assert_eq!(Scale::for_bars([2.0, 9.0].into_iter()).ticks(5), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(Scale::for_points([10.0, 1000.0].into_iter()).ticks(3), [10.0, 100.0, 1000.0]);
        assert_eq!(
            Scale::for_points([10.0, 500.0].into_iter()).ticks(6),
            [10.0, 20.0, 50.0, 100.0, 200.0, 500.0]
        );
    }
}
