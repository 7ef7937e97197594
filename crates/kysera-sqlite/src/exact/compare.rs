//! The order of decimals as texts, without reading them into numbers: the collation `decimal`.
//!
//! A collation must order all texts, or indexes break. What is no number comes behind all numbers, by its bytes.

use super::number::parts;
use std::cmp::Ordering;

/// Compares two texts by the numbers that they are.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    match (parts(a), parts(b)) {
        (Some(a), Some(b)) => numbers(a, b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

fn numbers(a: (bool, &str, &str), b: (bool, &str, &str)) -> Ordering {
    let (a_whole, a_fraction) = (a.1.trim_start_matches('0'), a.2.trim_end_matches('0'));
    let (b_whole, b_fraction) = (b.1.trim_start_matches('0'), b.2.trim_end_matches('0'));
    // Zero has no sign.
    let a_negative = a.0 && !(a_whole.is_empty() && a_fraction.is_empty());
    let b_negative = b.0 && !(b_whole.is_empty() && b_fraction.is_empty());
    if a_negative != b_negative {
        return b_negative.cmp(&a_negative);
    }
    let larger = a_whole
        .len()
        .cmp(&b_whole.len())
        .then_with(|| a_whole.cmp(b_whole))
        .then_with(|| a_fraction.cmp(b_fraction));
    if a_negative { larger.reverse() } else { larger }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_equal_whatever_their_scale() {
        for (a, b) in [("1.0", "1"), ("-0", "0"), ("-0.00", "+0"), ("007.10", "7.1"), (".5", "0.50")] {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn every_text_has_its_place() {
        let sorted = ["-100", "-99.5", "-1.01", "-1", "0", "0.009", "0.01", "9", "10", "1e3", "NaN", "abc"];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn the_order_is_total() {
        let mut seed = 7_u64;
        let mut next = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % n
        };
        let alphabet = ['0', '0', '1', '9', '.', '-', '+', 'a', '\u{fffd}'];
        let mut text = || -> String { (0..next(5)).map(|_| alphabet[next(alphabet.len())]).collect() };
        for _ in 0..300_000 {
            let (a, b, c) = (text(), text(), text());
            assert_eq!(compare(&a, &b), compare(&b, &a).reverse(), "{a:?} {b:?}");
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                assert!(compare(&a, &c).is_le(), "{a:?} {b:?} {c:?}");
            }
        }
    }
}
