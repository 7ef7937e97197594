//! Sums and averages, which also lose rows: the frame of a window moves.

use super::arithmetic::{Failure, add, div, sub};
use super::number::Number;
use std::collections::BTreeMap;

/// The sum of some decimals.
#[derive(Debug)]
pub(super) struct Total {
    sum: Number,
    count: i64,
    /// How many of them have each scale: the sum has the largest that is there.
    scales: BTreeMap<u32, u64>,
}

impl Total {
    pub(super) fn new() -> Total {
        Total { sum: Number::ZERO, count: 0, scales: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, number: &Number) -> Result<(), Failure> {
        self.sum = add(&self.sum, number)?;
        self.count += 1;
        *self.scales.entry(number.scale).or_default() += 1;
        Ok(())
    }

    pub(super) fn remove(&mut self, number: &Number) -> Result<(), Failure> {
        self.sum = sub(&self.sum, number)?;
        self.count -= 1;
        if let Some(left) = self.scales.get_mut(&number.scale) {
            *left -= 1;
            if *left == 0 {
                self.scales.remove(&number.scale);
            }
        }
        Ok(())
    }

    /// The sum; `None` of nothing.
    pub(super) fn sum(&self) -> Result<Option<Number>, Failure> {
        if self.count == 0 {
            return Ok(None);
        }
        let scale = self.scales.last_key_value().map_or(0, |(scale, _)| *scale);
        // Digits that only numbers had which are gone are zeros.
        super::arithmetic::round(&self.sum, scale.into()).map(Some)
    }

    /// The average; `None` of nothing.
    pub(super) fn average(&self) -> Result<Option<Number>, Failure> {
        match self.sum()? {
            Some(sum) => div(&sum, &Number::from(self.count)).map(Some),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_has_the_scale_of_what_is_in_it() {
        let numbers = ["1.5", "2.25", "3"].map(|text| Number::parse(text).unwrap());
        let mut total = Total::new();
        assert_eq!(total.sum(), Ok(None));
        for number in &numbers {
            total.add(number).unwrap();
        }
        let text = |number: Result<Option<Number>, Failure>| number.unwrap().unwrap().to_string();
        assert_eq!((text(total.sum()), text(total.average())), ("6.75".into(), "2.2500000000000000".into()));
        total.remove(&numbers[1]).unwrap();
        assert_eq!(text(total.sum()), "4.5");
        total.remove(&numbers[0]).unwrap();
        assert_eq!((text(total.sum()), text(total.average())), ("3".into(), "3.0000000000000000".into()));
        total.remove(&numbers[2]).unwrap();
        assert_eq!(total.average(), Ok(None));
    }
}
