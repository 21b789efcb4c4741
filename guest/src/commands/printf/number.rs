//! Words as numbers, with the messages about those that are none.

use super::word::quoted_character;
use super::{Flavour, Printer};
use crate::commands::quote;

impl Printer<'_> {
    pub(super) fn integer(&mut self, text: &[u8], is_signed: bool) -> i64 {
        if let Some(character) = quoted_character(text) {
            return character;
        }
        let trimmed = text.trim_ascii_start();
        let (is_negative, digits) = match trimmed.split_first() {
            Some((b'-', rest)) => (true, rest),
            Some((b'+', rest)) => (false, rest),
            _ => (false, trimmed),
        };
        let (base, digits) = match digits {
            [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => (16, rest),
            [b'0', rest @ ..] if rest.first().is_some_and(u8::is_ascii_digit) => (8, rest),
            _ => (10, digits),
        };
        let length = digits.iter().take_while(|byte| char::from(**byte).is_digit(base)).count();
        let mut value = 0_u128;
        for digit in digits.iter().take(length) {
            let digit = char::from(*digit).to_digit(base).unwrap_or_default();
            value = value.saturating_mul(u128::from(base)).saturating_add(u128::from(digit));
        }
        let rest_empty = length == digits.len();
        let most = match (is_signed, is_negative) {
            (true, true) => 1 << 63,
            (true, false) => (1 << 63) - 1,
            (false, _) => u128::from(u64::MAX),
        };
        if length == 0 {
            self.not_numeric(text);
        } else if value > most {
            let name = if self.flavour == Flavour::Bash { text.to_vec() } else { quote::curly(text) };
            self.complain([&name[..], b": Numerical result out of range"].concat(), true);
            return match (is_signed, is_negative) {
                (true, true) => i64::MIN,
                (true, false) => i64::MAX,
                (false, _) => -1,
            };
        } else if !rest_empty {
            self.not_whole(text);
        }
        if is_negative { (value as i64).wrapping_neg() } else { value as u64 as i64 }
    }

    pub(super) fn float(&mut self, text: &[u8]) -> f64 {
        if let Some(character) = quoted_character(text) {
            return character as f64;
        }
        let trimmed = text.trim_ascii_start();
        let unsigned = trimmed.strip_prefix(b"-").unwrap_or(trimmed);
        if let Some(digits) = unsigned.strip_prefix(b"0x").or_else(|| unsigned.strip_prefix(b"0X"))
            && digits.first().is_some_and(u8::is_ascii_hexdigit)
        {
            let length = digits.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            let value = digits.iter().take(length).fold(0.0, |value, digit| {
                value * 16.0 + f64::from(char::from(*digit).to_digit(16).unwrap_or_default())
            });
            if length != digits.len() {
                self.not_whole(text);
            }
            return if trimmed.starts_with(b"-") { -value } else { value };
        }
        let longest = (1..=trimmed.len().min(400))
            .rev()
            .find_map(|end| std::str::from_utf8(trimmed.get(..end)?).ok()?.parse::<f64>().ok().map(|v| (v, end)));
        match longest {
            Some((value, end)) => {
                if end != trimmed.len() {
                    self.not_whole(text);
                }
                value
            }
            None => {
                self.not_numeric(text);
                0.0
            }
        }
    }

    fn not_numeric(&mut self, text: &[u8]) {
        match self.flavour {
            // An empty word is 0, without a message.
            _ if text.is_empty() => {}
            Flavour::Program => self.complain([&quote::curly(text)[..], b": expected a numeric value"].concat(), true),
            Flavour::Bash => self.complain([text, b": invalid number"].concat(), true),
        }
    }

    fn not_whole(&mut self, text: &[u8]) {
        let message = match self.flavour {
            Flavour::Program => [&quote::curly(text)[..], b": value not completely converted"].concat(),
            Flavour::Bash => [text, b": invalid number"].concat(),
        };
        self.complain(message, true);
    }
}
