//! Bracket expressions: `[a-z]`, `[!x]`, `[[:alpha:]]`, `[[=a=]]`, `[[.a.]]`.

/// What stands between `[` and `]`.
#[derive(Clone, Debug)]
pub(super) struct Bracket {
    is_negated: bool,
    items: Vec<Item>,
}

#[derive(Clone, Debug)]
enum Item {
    Range(char, char),
    Class(Class),
}

#[derive(Clone, Copy, Debug)]
enum Class {
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
}

impl Bracket {
    /// Reads from after the `[`; returns where the pattern goes on. `None` when it never closes.
    pub(super) fn read(pattern: &[char], start: usize) -> Option<(Self, usize)> {
        let mut at = start;
        let is_negated = matches!(pattern.get(at), Some('!' | '^'));
        at += usize::from(is_negated);
        let mut items = Vec::new();
        let mut is_first = true;
        loop {
            let character = *pattern.get(at)?;
            if character == ']' && !is_first {
                return Some((Self { is_negated, items }, at + 1));
            }
            is_first = false;
            if character == '['
                && pattern.get(at + 1) == Some(&':')
                && let Some((class, end)) = named(pattern, at)
            {
                at = end;
                items.push(Item::Class(class_of(&class)?));
                continue;
            }
            let (low, next) = single(pattern, at)?;
            at = next;
            if pattern.get(at) == Some(&'-') && pattern.get(at + 1).is_some_and(|&end| end != ']') {
                let (high, next) = single(pattern, at + 1)?;
                at = next;
                items.push(Item::Range(low, high));
            } else {
                items.push(Item::Range(low, low));
            }
        }
    }

    /// Whether a character is in the set.
    pub(super) fn matches(&self, character: char, fold_case: bool) -> bool {
        let mut is_in = self.has(character);
        if fold_case && !is_in {
            is_in = character.to_lowercase().any(|folded| self.has(folded))
                || character.to_uppercase().any(|folded| self.has(folded));
        }
        is_in != self.is_negated
    }

    fn has(&self, character: char) -> bool {
        self.items.iter().any(|item| match item {
            Item::Range(low, high) => (*low..=*high).contains(&character),
            Item::Class(class) => class.has(character),
        })
    }
}

/// One character, a backslash and a character, `[.x.]` or `[=x=]`.
fn single(pattern: &[char], at: usize) -> Option<(char, usize)> {
    match *pattern.get(at)? {
        '\\' => Some((*pattern.get(at + 1)?, at + 2)),
        '[' if matches!(pattern.get(at + 1), Some('.' | '=')) => match named(pattern, at) {
            Some((name, end)) if name.chars().count() == 1 => Some((name.chars().next()?, end)),
            _ => None,
        },
        character => Some((character, at + 1)),
    }
}

/// `[:name:]` and its kin: the name and where it ends.
fn named(pattern: &[char], at: usize) -> Option<(String, usize)> {
    let mark = *pattern.get(at + 1)?;
    let mut name = String::new();
    let mut next = at + 2;
    loop {
        let character = *pattern.get(next)?;
        if character == mark && pattern.get(next + 1) == Some(&']') && !name.is_empty() {
            return Some((name, next + 2));
        }
        name.push(character);
        next += 1;
    }
}

fn class_of(name: &str) -> Option<Class> {
    Some(match name {
        "alnum" => Class::Alnum,
        "alpha" => Class::Alpha,
        "blank" => Class::Blank,
        "cntrl" => Class::Cntrl,
        "digit" => Class::Digit,
        "graph" => Class::Graph,
        "lower" => Class::Lower,
        "print" => Class::Print,
        "punct" => Class::Punct,
        "space" => Class::Space,
        "upper" => Class::Upper,
        "xdigit" => Class::Xdigit,
        _ => return None,
    })
}

impl Class {
    fn has(self, character: char) -> bool {
        match self {
            Self::Alnum => character.is_alphanumeric(),
            Self::Alpha => character.is_alphabetic(),
            Self::Blank => matches!(character, ' ' | '\t'),
            Self::Cntrl => character.is_control(),
            Self::Digit => character.is_ascii_digit(),
            Self::Graph => !character.is_control() && !character.is_whitespace(),
            Self::Lower => character.is_lowercase(),
            Self::Print => !character.is_control(),
            Self::Punct => {
                character.is_ascii_punctuation()
                    || (!character.is_ascii()
                        && !character.is_alphanumeric()
                        && !character.is_control()
                        && !character.is_whitespace())
            }
            Self::Space => character.is_whitespace() && character != '\u{a0}',
            Self::Upper => character.is_uppercase(),
            Self::Xdigit => character.is_ascii_hexdigit(),
        }
    }
}
