//! Sets of characters: `.`, bracket expressions, `\w`, and what belongs to a class in C.UTF-8.

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set {
    /// The ASCII members, one bit each; complement and case are already applied.
    pub ascii: u128,
    /// Characters above ASCII that were named, as inclusive ranges.
    pub ranges: Vec<(char, char)>,
    /// Classes that were named.
    pub classes: Vec<Class>,
    /// Whether `ranges` and `classes` (not `ascii`) are complemented.
    pub negated: bool,
    /// Whether the C library must see whole characters to decide: all but `.` and plain lists do.
    pub whole_characters: bool,
    /// Whether a character above ASCII also matches in its other case.
    pub ignore_case: bool,
}

/// A character class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Alnum,
    Alpha,
    Blank,
    Cntrl,
    Digit,
    Graph,
    Lower,
    Print,
    Punct,
    Space,
    Upper,
    Xdigit,
    /// `\w`: alphanumeric or underscore.
    Word,
}

impl Class {
    /// The class of that name, as in `[[:name:]]`.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"alnum" => Self::Alnum,
            b"alpha" => Self::Alpha,
            b"blank" => Self::Blank,
            b"cntrl" => Self::Cntrl,
            b"digit" => Self::Digit,
            b"graph" => Self::Graph,
            b"lower" => Self::Lower,
            b"print" => Self::Print,
            b"punct" => Self::Punct,
            b"space" => Self::Space,
            b"upper" => Self::Upper,
            b"xdigit" => Self::Xdigit,
            _ => return None,
        })
    }

    /// The ASCII members, one bit each.
    pub(super) const fn ascii(self) -> u128 {
        const DIGIT: u128 = bits(b'0', b'9');
        const UPPER: u128 = bits(b'A', b'Z');
        const LOWER: u128 = bits(b'a', b'z');
        const ALNUM: u128 = DIGIT | UPPER | LOWER;
        const GRAPH: u128 = bits(b'!', b'~');
        const SPACE: u128 = bits(9, 13) | 1 << 32;
        match self {
            Self::Alnum => ALNUM,
            Self::Alpha => UPPER | LOWER,
            Self::Blank => 1 << 9 | 1 << 32,
            Self::Cntrl => bits(0, 31) | 1 << 127,
            Self::Digit => DIGIT,
            Self::Graph => GRAPH,
            Self::Lower => LOWER,
            Self::Print => GRAPH | 1 << 32,
            Self::Punct => GRAPH & !ALNUM,
            Self::Space => SPACE,
            Self::Upper => UPPER,
            Self::Xdigit => DIGIT | bits(b'A', b'F') | bits(b'a', b'f'),
            Self::Word => ALNUM | 1 << b'_',
        }
    }

    /// Whether `character`, above ASCII, is a member.
    fn contains_wide(self, character: char) -> bool {
        match self {
            Self::Digit | Self::Xdigit => false,
            Self::Alnum | Self::Alpha | Self::Word => is_letter(character),
            Self::Upper => character.is_uppercase(),
            Self::Lower => character.is_lowercase(),
            Self::Space => is_space(character),
            Self::Blank => is_blank(character),
            Self::Cntrl => is_control(character),
            Self::Print => !is_control(character),
            Self::Graph => !is_control(character) && !is_space(character),
            Self::Punct => !is_control(character) && !is_space(character) && !is_letter(character),
        }
    }
}

/// Whether the C.UTF-8 locale calls `character` a word constituent.
pub(super) fn is_word(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_alphanumeric() || character == '_' } else { is_letter(character) }
}

/// Letters above ASCII. The locale counts the digits of other scripts as letters, but neither
/// superscripts, fractions nor enclosed numbers.
fn is_letter(character: char) -> bool {
    character.is_alphabetic()
        || (character.is_numeric()
            && !matches!(character as u32,
                0xB2..=0xBE | 0x9F4..=0x9F9 | 0xB72..=0xB77 | 0xBF0..=0xBF2 | 0xC78..=0xC7E
                | 0xD58..=0xD5E | 0xD70..=0xD78 | 0xF2A..=0xF33 | 0x1369..=0x137C
                | 0x17F0..=0x17F9 | 0x19DA | 0x2070..=0x215F | 0x2189 | 0x2460..=0x249B
                | 0x24EA..=0x2793 | 0x2CFD | 0x3192..=0x3195 | 0x3220..=0x32BF
                | 0xA830..=0xA835 | 0x10107..=0x10133))
}

/// White space above ASCII; a space that must not break a line is none.
fn is_space(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{85}' | '\u{A0}' | '\u{2007}' | '\u{202F}')
}

fn is_blank(character: char) -> bool {
    is_space(character) && !matches!(character, '\u{2028}' | '\u{2029}')
}

fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// The bits of the inclusive range of ASCII bytes.
pub(super) const fn bits(first: u8, last: u8) -> u128 {
    let width = last - first + 1;
    let ones = if width >= 128 { u128::MAX } else { (1 << width) - 1 };
    ones << first
}

impl Set {
    /// No character at all.
    pub(super) const fn empty() -> Self {
        Self {
            ascii: 0,
            ranges: Vec::new(),
            classes: Vec::new(),
            negated: false,
            whole_characters: false,
            ignore_case: false,
        }
    }

    /// Every character.
    pub(super) fn all() -> Self {
        Self { ascii: u128::MAX, negated: true, ..Self::empty() }
    }

    /// The members of a class, or all others.
    pub(super) fn class(class: Class, negated: bool) -> Self {
        let ascii = class.ascii();
        Self {
            ascii: if negated { !ascii } else { ascii },
            classes: vec![class],
            negated,
            whole_characters: true,
            ..Self::empty()
        }
    }

    /// Adds the inclusive range; `first <= last`.
    pub(super) fn add_range(&mut self, first: char, last: char) {
        self.whole_characters |= first != last || !first.is_ascii();
        if first.is_ascii() {
            let end = if last.is_ascii() { last as u8 } else { 127 };
            self.ascii |= bits(first as u8, end);
        }
        if !last.is_ascii() {
            self.ranges.push((first.max('\u{80}'), last));
        }
    }

    /// Adds the ASCII members of a class, or every other character: Perl's classes know no others.
    pub(super) fn add_ascii(&mut self, class: Class, negated: bool) {
        if negated {
            self.ascii |= !class.ascii();
            self.ranges.push(('\u{80}', char::MAX));
        } else {
            self.ascii |= class.ascii();
        }
    }

    /// Adds a class.
    pub(super) fn add_class(&mut self, class: Class) {
        self.whole_characters = true;
        self.ascii |= class.ascii();
        self.classes.push(class);
    }

    /// Applies case and complement once all members are in.
    pub(super) fn finish(&mut self, negated: bool, ignore_case: bool) {
        if ignore_case {
            let upper = self.ascii & Class::Upper.ascii();
            let lower = self.ascii & Class::Lower.ascii();
            self.ascii |= upper << 32 | lower >> 32;
            self.ignore_case = !self.ranges.is_empty() || !self.classes.is_empty();
        }
        if negated {
            self.ascii = !self.ascii;
            self.negated = true;
            self.whole_characters = true;
        }
    }

    /// Takes an ASCII byte out.
    pub(super) fn remove(&mut self, byte: u8) {
        if byte < 128 {
            self.ascii &= !(1 << byte);
        }
    }

    /// Whether `character` is a member.
    pub(super) fn contains(&self, character: char) -> bool {
        if character.is_ascii() {
            return self.ascii >> (character as u32) & 1 == 1;
        }
        let mut named = self.names(character);
        if !named && self.ignore_case {
            named = other_case(character).is_some_and(|other| self.names(other));
        }
        named != self.negated
    }

    fn names(&self, character: char) -> bool {
        self.ranges.iter().any(|&(first, last)| first <= character && character <= last)
            || self.classes.iter().any(|class| class.contains_wide(character))
    }

    /// Whether membership above ASCII is the same for every character: `Some(that)`.
    pub(super) fn uniform(&self) -> Option<bool> {
        let narrow = |class: &Class| matches!(class, Class::Digit | Class::Xdigit);
        (self.ranges.is_empty() && self.classes.iter().all(narrow)).then_some(self.negated)
    }

    /// Whether the two sets have no character in common, as far as is easily seen.
    pub(super) fn disjoint(&self, other: &Self) -> bool {
        self.ascii & other.ascii == 0 && (self.uniform() == Some(false) || other.uniform() == Some(false))
    }
}

/// The character in its other case, where that is one character.
pub(super) fn other_case(character: char) -> Option<char> {
    let lower = only(character.to_lowercase()).filter(|&lower| lower != character);
    lower.or_else(|| only(character.to_uppercase()).filter(|&upper| upper != character))
}

fn only(mut characters: impl Iterator<Item = char>) -> Option<char> {
    let first = characters.next();
    if characters.next().is_some() { None } else { first }
}
