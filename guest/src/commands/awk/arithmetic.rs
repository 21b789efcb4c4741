//! Arithmetic whose results are the same on every machine.

use super::ast::Arithmetic;

/// Applies an operator.
pub(super) fn apply(operator: Arithmetic, left: f64, right: f64) -> f64 {
    let result = match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::Remainder => left % right,
        Arithmetic::Power => libm::pow(left, right),
    };
    settled(result, &[left, right])
}

/// `-number`.
pub(super) fn negated(number: f64) -> f64 {
    if number.is_nan() && number.is_sign_negative() { NAN } else { -number }
}

/// A result with the sign that x86 gives to what is no number: that of an operand which was none
/// already, else a minus. Other machines differ, and the sign is printed.
pub(super) fn settled(result: f64, operands: &[f64]) -> f64 {
    if !result.is_nan() {
        return result;
    }
    match operands.iter().find(|operand| operand.is_nan()) {
        Some(operand) if operand.is_sign_positive() => NAN,
        _ => -NAN,
    }
}

/// No number, without a minus.
const NAN: f64 = f64::from_bits(0x7ff8_0000_0000_0000);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_has_a_sign() {
        assert!(apply(Arithmetic::Divide, 0.0, 0.0).is_sign_negative());
        assert!(apply(Arithmetic::Add, NAN, 1.0).is_sign_positive());
        assert!(negated(apply(Arithmetic::Remainder, 5.0, 0.0)).is_sign_positive());
    }

    #[test]
    fn powers_of_integers_are_exact() {
        for (base, exponent, power) in
            [(2.0, 10.0, 1024.0), (3.0, 4.0, 81.0), (10.0, 15.0, 1e15), (7.0, 12.0, 13_841_287_201.0)]
        {
            assert_eq!(apply(Arithmetic::Power, base, exponent), power);
        }
    }
}
