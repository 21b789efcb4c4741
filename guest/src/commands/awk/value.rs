//! awk's values, and when they count as numbers and when as text.

use std::cmp::Ordering;
use std::rc::Rc;

use super::number;

/// One value.
#[derive(Clone, Debug, Default)]
pub(super) enum Value {
    /// A variable that nothing was assigned to: both 0 and the empty text.
    #[default]
    Unset,
    /// A number.
    Number(f64),
    /// Text that the program made.
    Text(Rc<[u8]>),
    /// Text from outside (a field, a line, an argument): a number too when it looks like one.
    Input(Rc<[u8]>),
}

impl Value {
    /// Text that the program made.
    pub(super) fn text(bytes: &[u8]) -> Self {
        Self::Text(Rc::from(bytes))
    }

    /// Text from outside.
    pub(super) fn input(bytes: &[u8]) -> Self {
        Self::Input(Rc::from(bytes))
    }

    /// 1 or 0.
    pub(super) const fn truth(holds: bool) -> Self {
        Self::Number(if holds { 1.0 } else { 0.0 })
    }

    /// The value as a number: the number that its text begins with.
    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Unset => 0.0,
            Self::Number(number) => *number,
            Self::Text(bytes) | Self::Input(bytes) => number::leading(bytes).0,
        }
    }

    /// The value as text; `format` is CONVFMT or OFMT.
    pub(super) fn bytes(&self, format: &[u8]) -> Rc<[u8]> {
        match self {
            Self::Unset => Rc::from(&b""[..]),
            Self::Number(number) => Rc::from(number::text(*number, format)),
            Self::Text(bytes) | Self::Input(bytes) => Rc::clone(bytes),
        }
    }

    /// Whether a condition on it holds.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Unset => false,
            Self::Number(number) => *number != 0.0,
            Self::Text(bytes) => !bytes.is_empty(),
            Self::Input(bytes) => number::looks_numeric(bytes).map_or(!bytes.is_empty(), |number| number != 0.0),
        }
    }

    /// Its number, unless it is text through and through.
    fn comparable_number(&self) -> Option<f64> {
        match self {
            Self::Unset => Some(0.0),
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
            Self::Input(bytes) => number::looks_numeric(bytes),
        }
    }

    /// How it compares: as numbers where both sides are or look like numbers, else byte by byte.
    /// `None` where one of the numbers is none (`nan`).
    pub(super) fn compare(&self, other: &Self, format: &[u8]) -> Option<Ordering> {
        match (self.comparable_number(), other.comparable_number()) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => Some(self.bytes(format).cmp(&other.bytes(format))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numeric_looking_input_compares_as_a_number() {
        let compare = |left: Value, right: Value| left.compare(&right, b"%.6g");
        assert_eq!(compare(Value::input(b"10"), Value::input(b"9")), Some(Ordering::Greater));
        assert_eq!(compare(Value::text(b"10"), Value::input(b"9")), Some(Ordering::Less));
        assert_eq!(compare(Value::input(b"x"), Value::Number(1.0)), Some(Ordering::Greater));
        assert_eq!(compare(Value::Unset, Value::Number(0.0)), Some(Ordering::Equal));
        assert_eq!(compare(Value::Unset, Value::text(b"")), Some(Ordering::Equal));
    }

    #[test]
    fn input_that_reads_zero_is_false() {
        assert!(!Value::input(b" 0.0 ").is_true());
        assert!(Value::text(b"0").is_true());
        assert!(Value::input(b"0x").is_true());
    }
}
