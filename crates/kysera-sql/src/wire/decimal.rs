//! Exact decimals as plain text: `-12.50`. No exponent, so that the scale is what the digits show.

/// Most digits before the point that PostgreSQL's `numeric` can hold (manual, 8.1.2).
pub(crate) const MOST_WHOLE: usize = 131_072;
/// Most digits behind the point that it can hold.
pub(crate) const MOST_FRACTION: usize = 16_383;

/// A decimal, taken apart. Digits are ASCII; either part may be empty, but not both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal<'a> {
    pub(crate) negative: bool,
    /// Digits before the point, without leading zeros.
    pub(crate) whole: &'a str,
    /// Digits behind the point, as written.
    pub(crate) fraction: &'a str,
}

impl<'a> Decimal<'a> {
    /// Takes apart `-12.50`; `None` for an exponent, a word or anything else.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
            return None;
        }
        let negative = text.starts_with('-');
        Some(Decimal { negative, whole: whole.trim_start_matches('0'), fraction })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_apart_plain_decimals_only() {
        let decimal = Decimal::parse("-0012.50").unwrap();
        assert_eq!(decimal, Decimal { negative: true, whole: "12", fraction: "50" });
        for text in ["", ".", "-", "1e5", "NaN", "1.2.3", "--1", " 1", "1_000", "١"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
