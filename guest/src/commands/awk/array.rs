//! An awk array. What it holds is a map; the order in which `for (key in array)` goes through it is
//! mawk's, which follows from how mawk stores it.
//!
//! An element is on up to two kinds of lists: by its key's text and, where the program used it with
//! a number, by that number. Lists are chosen by hash, looked up from the front, and whatever was
//! found moves to the front of its list. What `split` made is a plain vector until an index outside
//! of it, or a text, is asked for.

use std::rc::Rc;

use super::number;
use super::value::Value;

/// Lists of a new table.
const FIRST_LISTS: usize = 64;
/// How long lists get on average before their number doubles.
const LONGEST_AVERAGE: usize = 12;

/// A key, as the program gave it.
#[derive(Clone, Debug)]
pub(super) enum Key {
    /// A number that is an integer of 32 bits.
    Integer(i32),
    /// Anything else.
    Text(Rc<[u8]>),
}

impl Key {
    /// The key that a subscript stands for; `format` is CONVFMT.
    pub(super) fn of(value: &Value, format: &[u8]) -> Self {
        match value {
            Value::Number(number) => match number::exact_integer(*number) {
                Some(whole) => Self::Integer(whole),
                None => Self::Text(value.bytes(format)),
            },
            _ => Self::Text(value.bytes(format)),
        }
    }
}

/// An array.
#[derive(Debug, Default)]
pub(super) struct Array {
    /// What `split` made, with the keys from 1 on. Only while there is no table.
    pieces: Vec<Value>,
    nodes: Vec<Option<Node>>,
    unused: Vec<usize>,
    by_text: Vec<Vec<usize>>,
    by_number: Vec<Vec<usize>>,
    /// Every element is on a list by text.
    has_texts: bool,
    /// Some elements are on lists by number.
    has_numbers: bool,
}

#[derive(Debug)]
struct Node {
    text: Option<(Rc<[u8]>, u32)>,
    number: Option<i32>,
    value: Value,
}

impl Array {
    /// Elements.
    pub(super) fn len(&self) -> usize {
        self.pieces.len() + self.nodes.len() - self.unused.len()
    }

    /// Whether there is such an element.
    pub(super) fn contains(&mut self, key: &Key) -> bool {
        if self.len() == 0 {
            return false;
        }
        if let (Key::Integer(whole), false) = (key, self.pieces.is_empty()) {
            return usize::try_from(*whole).is_ok_and(|whole| (1..=self.pieces.len()).contains(&whole));
        }
        self.find(key, false).is_some()
    }

    /// The element's value, which is made when it is not there.
    pub(super) fn entry(&mut self, key: &Key) -> Option<&mut Value> {
        if let (Key::Integer(whole), false) = (key, self.pieces.is_empty())
            && let Some(index) = usize::try_from(*whole).ok().and_then(|whole| whole.checked_sub(1))
            && index < self.pieces.len()
        {
            return self.pieces.get_mut(index);
        }
        let place = self.find(key, true)?;
        self.nodes.get_mut(place)?.as_mut().map(|node| &mut node.value)
    }

    /// Takes an element out.
    pub(super) fn remove(&mut self, key: &Key) {
        if self.len() == 0 {
            return;
        }
        if let (Key::Integer(whole), false) = (key, self.pieces.is_empty())
            && !usize::try_from(*whole).is_ok_and(|whole| (1..=self.pieces.len()).contains(&whole))
        {
            return;
        }
        let Some(place) = self.find(key, false) else { return };
        let Some(node) = self.nodes.get_mut(place).and_then(Option::take) else { return };
        let mask = self.by_text.len() - 1;
        if let Some((_, hash)) = node.text
            && let Some(list) = self.by_text.get_mut(hash as usize & mask)
        {
            list.retain(|other| *other != place);
        }
        if let Some(whole) = node.number
            && let Some(list) = self.by_number.get_mut(whole as usize & mask)
        {
            list.retain(|other| *other != place);
        }
        self.unused.push(place);
        if self.len() == 0 {
            *self = Self::default();
        }
    }

    /// Fills the array with pieces of a text, under the keys from 1 on.
    pub(super) fn load(&mut self, pieces: Vec<Value>) {
        *self = Self { pieces, ..Self::default() };
    }

    /// All keys, in mawk's order.
    pub(super) fn keys(&mut self) -> Vec<Rc<[u8]>> {
        if self.len() == 0 {
            return Vec::new();
        }
        self.add_texts();
        let places = self.by_text.iter().flatten();
        places
            .filter_map(|place| self.nodes.get(*place)?.as_ref()?.text.as_ref())
            .map(|(text, _)| Rc::clone(text))
            .collect()
    }

    fn find(&mut self, key: &Key, creates: bool) -> Option<usize> {
        match key {
            Key::Integer(whole) => self.find_number(*whole, creates),
            Key::Text(text) => self.find_text(text, creates),
        }
    }

    fn find_number(&mut self, whole: i32, creates: bool) -> Option<usize> {
        self.make_table();
        let list = self.by_number.get_mut(whole as usize & (self.by_text.len() - 1))?;
        let found = list.iter().position(|place| {
            self.nodes.get(*place).and_then(Option::as_ref).is_some_and(|node| node.number == Some(whole))
        });
        if let Some(at) = found {
            let place = list.remove(at);
            list.insert(0, place);
            return Some(place);
        }
        let place = if self.has_texts {
            self.find_text(&Rc::from(whole.to_string().as_bytes()), creates)?
        } else if creates {
            self.add(Node { text: None, number: Some(whole), value: Value::Unset })
        } else {
            return None;
        };
        self.has_numbers = true;
        if let Some(Some(node)) = self.nodes.get_mut(place) {
            node.number = Some(whole);
        }
        let index = whole as usize & (self.by_text.len() - 1);
        self.by_number.get_mut(index)?.insert(0, place);
        Some(place)
    }

    fn find_text(&mut self, text: &Rc<[u8]>, creates: bool) -> Option<usize> {
        let hash = hash(text);
        self.make_table();
        self.add_texts();
        let list = self.by_text.get_mut(hash as usize & (self.by_number.len() - 1))?;
        let found = list.iter().position(|place| {
            let node = self.nodes.get(*place).and_then(Option::as_ref);
            node.and_then(|node| node.text.as_ref()).is_some_and(|(other, _)| other == text)
        });
        let place = match found {
            Some(at) => list.remove(at),
            None if creates => {
                self.add(Node { text: Some((Rc::clone(text), hash)), number: None, value: Value::Unset })
            }
            None => return None,
        };
        let index = hash as usize & (self.by_text.len() - 1);
        self.by_text.get_mut(index)?.insert(0, place);
        Some(place)
    }

    /// Adds an element that is on no list yet.
    fn add(&mut self, node: Node) -> usize {
        let place = match self.unused.pop() {
            Some(place) => place,
            None => {
                self.nodes.push(None);
                self.nodes.len() - 1
            }
        };
        if let Some(slot) = self.nodes.get_mut(place) {
            *slot = Some(node);
        }
        if self.len() > self.by_text.len() * LONGEST_AVERAGE {
            self.double();
        }
        place
    }

    /// Twice as many lists. Elements keep their order within their list.
    fn double(&mut self) {
        let count = self.by_text.len();
        let mask = 2 * count - 1;
        let nodes = &self.nodes;
        let node = |place: &usize| nodes.get(*place).and_then(Option::as_ref);
        let text_stays = |index: usize, place: &usize| {
            node(place).and_then(|node| node.text.as_ref()).is_none_or(|(_, hash)| *hash as usize & mask == index)
        };
        let number_stays = |index: usize, place: &usize| {
            node(place).and_then(|node| node.number).is_none_or(|whole| whole as usize & mask == index)
        };
        split_lists(&mut self.by_text, text_stays);
        split_lists(&mut self.by_number, number_stays);
    }

    /// A table instead of pieces or nothing.
    fn make_table(&mut self) {
        if !self.by_text.is_empty() {
            return;
        }
        let mut count = FIRST_LISTS;
        while self.pieces.len() > count * LONGEST_AVERAGE {
            count *= 2;
        }
        self.by_text = vec![Vec::new(); count];
        self.by_number = vec![Vec::new(); count];
        for (index, value) in std::mem::take(&mut self.pieces).into_iter().enumerate() {
            let number = index as i32 + 1;
            self.nodes.push(Some(Node { text: None, number: Some(number), value }));
            if let Some(list) = self.by_number.get_mut(number as usize & (count - 1)) {
                list.insert(0, index);
            }
            self.has_numbers = true;
        }
    }

    /// Puts every element on a list by its key's text.
    fn add_texts(&mut self) {
        self.make_table();
        if std::mem::replace(&mut self.has_texts, true) || !self.has_numbers {
            return;
        }
        let mask = self.by_text.len() - 1;
        for place in self.by_number.iter().flatten() {
            let Some(Some(node)) = self.nodes.get_mut(*place) else { continue };
            let text: Rc<[u8]> = Rc::from(node.number.unwrap_or_default().to_string().as_bytes());
            let hash = hash(&text);
            node.text = Some((text, hash));
            if let Some(list) = self.by_text.get_mut(hash as usize & mask) {
                list.insert(0, *place);
            }
        }
    }
}

/// Doubles the number of lists: what does not stay in its list goes to the one half way up.
fn split_lists(lists: &mut Vec<Vec<usize>>, stays: impl Fn(usize, &usize) -> bool) {
    let mut upper = Vec::with_capacity(lists.len());
    for (index, list) in lists.iter_mut().enumerate() {
        let (stay, leave) = std::mem::take(list).into_iter().partition(|place| stays(index, place));
        *list = stay;
        upper.push(leave);
    }
    lists.append(&mut upper);
}

/// FNV-1a with 32 bits.
fn hash(text: &[u8]) -> u32 {
    text.iter().fold(2_166_136_261, |hash: u32, byte| (hash ^ u32::from(*byte)).wrapping_mul(16_777_619))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(array: &mut Array) -> String {
        array.keys().iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys_come_in_the_order_of_mawk() {
        let mut numbers = Array::default();
        (1..=20).for_each(|whole| drop(numbers.entry(&Key::Integer(whole)).cloned()));
        assert_eq!(order(&mut numbers), "3 10 8 6 15 5 2 11 1 16 4 12 18 17 9 7 14 13 20 19");
        let mut texts = Array::default();
        for text in ["foo", "bar", "baz", "x", "y"] {
            texts.entry(&Key::Text(Rc::from(text.as_bytes())));
        }
        assert_eq!(order(&mut texts), "baz x foo bar y");
        let mut pieces = Array::default();
        pieces.load((0..7).map(|_| Value::Unset).collect());
        assert_eq!(order(&mut pieces), "3 6 5 2 1 4 7");
    }

    #[test]
    fn a_number_and_its_text_are_one_key() {
        let mut array = Array::default();
        *array.entry(&Key::Integer(7)).unwrap() = Value::Number(1.0);
        assert!(array.contains(&Key::Text(Rc::from(&b"7"[..]))));
        assert!(!array.contains(&Key::Text(Rc::from(&b"07"[..]))));
        array.remove(&Key::Text(Rc::from(&b"7"[..])));
        assert_eq!(array.len(), 0);
    }
}
