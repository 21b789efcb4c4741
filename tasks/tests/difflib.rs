//! The matcher beside CPython's `difflib`, on generated pairs with a fixed seed. Needs `python3`.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use sparring_tasks::random::Random;
use sparring_tasks::reward::difflib;

const SCRIPT: &str = r#"
import difflib, json, sys, time
rows = [json.loads(line) for line in sys.stdin]
start = time.perf_counter()
answers = []
for a, b in rows:
    answers.append(difflib.SequenceMatcher(None, a, b, autojunk=False).ratio())
spent = time.perf_counter() - start
for (a, b), ratio in zip(rows, answers):
    junk = difflib.SequenceMatcher(None, a, b).ratio()
    lines = list(difflib.unified_diff(a.split("\n"), b.split("\n"), "old", "new", lineterm=""))[2:]
    print(json.dumps([ratio.hex(), junk.hex(), lines]))
print(json.dumps(spent))
"#;

/// Runs CPython over pairs: for each the ratio without and with autojunk and the unified diff; and
/// the seconds that the first took in all.
fn python(pairs: &[(String, String)]) -> (Vec<(f64, f64, Vec<String>)>, f64) {
    let mut child = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test compares with CPython: it needs python3 on PATH");
    let mut stdin = child.stdin.take().unwrap();
    let input: String = pairs.iter().map(|pair| serde_json::to_string(pair).unwrap() + "\n").collect();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (spent, rows) = lines.split_last().unwrap();
    let rows = rows.iter().map(|line| {
        let (ratio, junk, diff): (String, String, Vec<String>) = serde_json::from_str(line).unwrap();
        (from_hex(&ratio), from_hex(&junk), diff)
    });
    (rows.collect(), serde_json::from_str(spent).unwrap())
}

/// Reads `float.hex` of a number from 0 to 1.
fn from_hex(text: &str) -> f64 {
    let (mantissa, exponent) = text.strip_prefix("0x").unwrap().split_once('p').unwrap();
    let (whole, fraction) = mantissa.split_once('.').unwrap();
    let bits = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap();
    bits as f64 * 2_f64.powi(exponent.parse::<i32>().unwrap() - 4 * fraction.len() as i32)
}

/// Texts of several kinds: noise over few or many symbols, and edited source-like text.
fn pair(random: &mut Random, longest: usize) -> (String, String) {
    let alphabet: Vec<char> = match random.below(4) {
        0 => "ab".chars().collect(),
        1 => "abcdefghij \n".chars().collect(),
        2 => "aé漢😀 \n\u{2028}".chars().collect(),
        _ => (' '..='~').chain(['\n']).collect(),
    };
    let length = random.below(longest);
    let a: Vec<char> = (0..length).map(|_| alphabet[random.below(alphabet.len())]).collect();
    let mut b = a.clone();
    for _ in 0..random.below(12) {
        let at = random.below(b.len() + 1);
        let end = (at + random.below(30)).min(b.len());
        let new: Vec<char> = (0..random.below(30)).map(|_| alphabet[random.below(alphabet.len())]).collect();
        b.splice(at..end, new);
    }
    if random.chance(0.2) {
        random.shuffle(&mut b);
    }
    (a.into_iter().collect(), b.into_iter().collect())
}

fn compare(pairs: &[(String, String)]) {
    let (expected, python_seconds) = python(pairs);
    assert_eq!(expected.len(), pairs.len());
    let start = Instant::now();
    let ratios: Vec<f64> = pairs.iter().map(|(a, b)| difflib::ratio(a, b)).collect();
    let seconds = start.elapsed().as_secs_f64();
    for (((a, b), (ratio, junk, diff)), ours) in pairs.iter().zip(&expected).zip(ratios) {
        assert_eq!(ours.to_bits(), ratio.to_bits(), "{a:?} {b:?}");
        let (a_chars, b_chars): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        assert_eq!(difflib::ratio_of(&a_chars, &b_chars, true).to_bits(), junk.to_bits(), "{a:?} {b:?}");
        let (a, b): (Vec<&str>, Vec<&str>) = (a.split('\n').collect(), b.split('\n').collect());
        assert_eq!(&difflib::unified_diff(&a, &b, 3), diff);
    }
    println!(
        "{} pairs: CPython {python_seconds:.3} s, here {seconds:.4} s, {:.0} times faster",
        pairs.len(),
        python_seconds / seconds
    );
}

#[test]
fn ratios_and_diffs_equal_cpython_s() {
    let mut random = Random::new(1, "difflib pairs");
    let pairs: Vec<_> = (0..2000).map(|_| pair(&mut random, 300)).collect();
    compare(&pairs);
}

#[test]
#[ignore = "minutes of CPython; run with --release and --nocapture for the speed"]
fn a_hundred_thousand_pairs() {
    let mut random = Random::new(2, "difflib pairs");
    let pairs: Vec<_> = (0..100_000).map(|_| pair(&mut random, 300)).collect();
    compare(&pairs);
    let pairs: Vec<_> = (0..300).map(|_| pair(&mut random, 4000)).collect();
    compare(&pairs);
}
