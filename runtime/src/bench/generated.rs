//! A tree of Python-like files to measure on where no repository is given: the same bytes for
//! the same arguments, on every machine.

use sparring_tree::{Node, Tree, TreeBuilder, TreeError, TreeLimits};

const WORDS: [&str; 32] = [
    "parse", "index", "value", "result", "buffer", "handle", "context", "token", "record", "stream", "update",
    "filter", "schema", "offset", "config", "engine", "lookup", "matrix", "vector", "header", "render", "socket",
    "worker", "policy", "sample", "merge", "format", "cursor", "field", "cache", "event", "graph",
];

/// Files of a directory.
const FILES_A_DIRECTORY: usize = 24;

/// A tree whose files hold `bytes` bytes, up to the length of one function: packages of Python
/// modules from 8 KiB to 72 KiB.
pub fn generated_tree(bytes: usize, seed: u64) -> Result<Tree, TreeError> {
    let mut random = Random(seed);
    let mut builder = TreeBuilder::new(TreeLimits::default());
    let (mut total, mut index) = (0, 0);
    while total < bytes {
        let length = (8 << 10) + random.below(64 << 10);
        let content = module(&mut random, length.min(bytes - total), index);
        total += content.len();
        let directory = index / FILES_A_DIRECTORY;
        let path = format!("src/package_{:03}/{}_{index:04}.py", directory, random.word());
        builder.insert(path.into_bytes(), Node::File { executable: false, content: content.into_bytes().into() })?;
        index += 1;
    }
    builder.finish()
}

/// At least `length` bytes of functions, each told apart by its number.
fn module(random: &mut Random, length: usize, module: usize) -> String {
    let mut text = format!("\"\"\"Module {module}: {} and {}.\"\"\"\n\nimport os\n", random.word(), random.word());
    let mut function = 0;
    while text.len() < length {
        let (verb, noun, other) = (random.word(), random.word(), random.word());
        let name = format!("{verb}_{noun}_{module}_{function}");
        text.push_str(&format!(
            "\n\ndef {name}({noun}, {other}=None):\n    \"\"\"{verb} the {noun} by its {other}.\"\"\"\n"
        ));
        for line in 0..2 + random.below(12) {
            let (left, right) = (random.word(), random.word());
            text.push_str(&format!("    {left} = {noun}.{right}({}, {line})\n", random.below(10_000)));
        }
        text.push_str(&format!("    return {other}\n"));
        function += 1;
    }
    text
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is small beside 2^64.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_arguments_give_the_same_tree() {
        let tree = generated_tree(300_000, 7).expect("within the limits");
        assert_eq!(tree.digest(), generated_tree(300_000, 7).expect("within the limits").digest());
        assert_ne!(tree.digest(), generated_tree(300_000, 8).expect("within the limits").digest());
        assert!((300_000..310_000).contains(&tree.content_bytes()), "{}", tree.content_bytes());
    }
}
