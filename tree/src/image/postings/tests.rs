//! The index against a search of every byte.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::{FileFacts, ImageView, write, write_with};
use super::gram::{BLOCK_BYTES, REACH};
use crate::tree::{Node, Tree, TreeBuilder, TreeLimits};

fn tree(files: &[Vec<u8>]) -> Tree {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for (index, file) in files.iter().enumerate() {
        let path = format!("d{}/f{index:03}", index % 3).into_bytes();
        builder.insert(path, Node::File { executable: false, content: file.as_slice().into() }).unwrap();
    }
    builder.finish().unwrap()
}

fn facts(tree: &Tree) -> Vec<FileFacts> {
    tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect()
}

/// Where `literal` starts in `content`, whatever the case of ASCII letters.
fn places(content: &[u8], literal: &[u8]) -> Vec<usize> {
    let windows = content.windows(literal.len()).enumerate();
    windows.filter(|(_, window)| window.eq_ignore_ascii_case(literal)).map(|(at, _)| at).collect()
}

/// Text of few words over some blocks, so that literals are both common and rare.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        8 => prop::sample::select(vec!["def ", "self.", "value", " = ", "Return", "\n", "(x, y)", "0x1F", "é", "日本"])
            .prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..6),
    ];
    (prop::collection::vec(word, 0..400), 1_usize..20).prop_map(|(words, times)| words.concat().repeat(times))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_place_is_ruled_out(files in prop::collection::vec(text(), 1..8), at in any::<prop::sample::Index>(), length in 1_usize..60) {
        let tree = tree(&files);
        let block = write(&tree, &facts(&tree));
        let image = ImageView::parse(&block).unwrap();
        let content = image.content();
        prop_assume!(content.len() > length);
        let start = at.index(content.len() - length);
        let literal = &content[start..start + length];
        let literal = literal.split(|&byte| byte == b'\n').max_by_key(|part| part.len()).unwrap();
        if literal.len() < 3 {
            prop_assert!(image.postings().unwrap().blocks_with(literal).is_none());
            return Ok(());
        }
        for literal in [literal.to_vec(), literal.to_ascii_uppercase()] {
            let set = image.postings().unwrap().blocks_with(&literal).expect("three bytes of one line");
            for place in places(content, &literal) {
                prop_assert!(set.touches(place as u32, 1), "{literal:?} at {place}");
                prop_assert_eq!(set.next_offset(place as u32), Some(place as u32));
            }
        }
    }

    #[test]
    fn the_parts_make_the_same_index_in_any_order(files in prop::collection::vec(text(), 1..4)) {
        let tree = tree(&files);
        let backwards = write_with(&tree, &facts(&tree), |work| {
            let mut parts: Vec<_> = (0..work.parts()).rev().map(|part| work.part(part)).collect();
            parts.reverse();
            parts
        });
        prop_assert_eq!(backwards, write(&tree, &facts(&tree)));
    }
}

/// Lines of words that are told apart by a number, as source code is.
fn source(lines: usize) -> Vec<u8> {
    (0..lines)
        .flat_map(|line| format!("    value_{} = self.call_{}({line})\n", line % 50, line % 7).into_bytes())
        .collect()
}

#[test]
fn a_rare_literal_leaves_few_blocks() {
    let mut text = source(400_000);
    let needle = b"Sparring_Is_Rare";
    // Across the bound of two blocks, and of two parts.
    for place in [BLOCK_BYTES * 9 - 7, BLOCK_BYTES * 512 - 3] {
        text[place..place + needle.len()].copy_from_slice(needle);
    }
    let tree = tree(&[text]);
    let block = write(&tree, &facts(&tree));
    let image = ImageView::parse(&block).unwrap();
    let set = image.postings().unwrap().blocks_with(b"sparring_is_rare").unwrap();
    assert!(set.len() <= 2, "{}", set.len());
    assert!(set.touches((BLOCK_BYTES * 9 - 7) as u32, 1) && set.touches((BLOCK_BYTES * 512 - 3) as u32, 1));
    // The last of its grams are not asked about once so few blocks are left.
    assert!(image.postings().unwrap().blocks_with(b"sparring_is_missing").unwrap().len() <= 2);
    let common = image.postings().unwrap().blocks_with(b"self.call_").unwrap();
    assert_eq!(common.len() as usize, image.content().len().div_ceil(BLOCK_BYTES), "every block holds it");
    let index = block.len() - image.content().len();
    assert!(index * 100 < image.content().len() * 40, "{index} bytes for {}", image.content().len());
}

#[test]
fn a_literal_longer_than_the_reach_is_found_at_a_bound() {
    let needle: Vec<u8> = (0..3 * REACH).map(|at| b'a' + (at * 7 % 26) as u8).collect();
    for shift in 0..needle.len() {
        let mut text = source(1000);
        let place = BLOCK_BYTES - shift;
        text[place..place + needle.len()].copy_from_slice(&needle);
        let tree = tree(&[text]);
        let block = write(&tree, &facts(&tree));
        let set = ImageView::parse(&block).unwrap().postings().unwrap().blocks_with(&needle).unwrap();
        assert!(set.touches(place as u32, 1), "{shift}");
    }
}

#[test]
fn random_bytes_are_crowded_and_cost_little() {
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(64 * BLOCK_BYTES)
    .collect();
    let tree = tree(&[noise, source(30_000)]);
    let facts = facts(&tree);
    let block = write(&tree, &facts);
    let image = ImageView::parse(&block).unwrap();
    let set = image.postings().unwrap().blocks_with(b"nowhere at all").unwrap();
    assert!(set.touches(0, 1) && !set.touches(80 * BLOCK_BYTES as u32, 4 * BLOCK_BYTES as u32));
    let without = write_with(&tree, &facts, |_| Vec::new());
    assert!(ImageView::parse(&without).unwrap().postings().is_none());
    assert!((block.len() - without.len()) * 100 < image.content().len() * 40);
}

#[test]
fn a_tree_without_content_has_no_index() {
    let tree = tree(&[Vec::new()]);
    let block = write(&tree, &facts(&tree));
    assert!(ImageView::parse(&block).unwrap().postings().is_none());
}

#[test]
fn damaged_postings_never_panic() {
    let tree = tree(&[source(2_000)]);
    let block = write(&tree, &facts(&tree));
    let first = ImageView::parse(&block).unwrap().content().len();
    for at in (first..block.len()).step_by(13) {
        let mut damaged = block.clone();
        damaged[at] ^= 0xff;
        let image = ImageView::parse(&damaged).unwrap();
        let set = image.postings().and_then(|postings| postings.blocks_with(b"value_1"));
        if let Some(set) = set {
            let _ = (set.len(), set.touches(0, 100_000), set.next_offset(5));
        }
    }
}
