//! SWE-Swiss's choice among patches: how many are the same, and how alike they are.

/// A patch without what says nothing: blank and comment lines, trailing white space, file headers'
/// object names and hunk positions. Two patches with the same normal form are one vote.
pub fn normalize(patch: &str) -> String {
    let mut lines = Vec::new();
    for line in patch.lines() {
        let line = line.trim_end();
        let kept = match line.as_bytes().first() {
            Some(b'+' | b'-') if line.starts_with("+++ ") || line.starts_with("--- ") => line,
            Some(b'+' | b'-') => {
                let said = line[1..].trim_start();
                if said.is_empty() || said.starts_with('#') {
                    continue;
                }
                line
            }
            Some(b'@') => "@@",
            _ if line.starts_with("diff ") => line,
            _ => continue,
        };
        lines.push(kept);
    }
    lines.join("\n")
}

/// One minus the Levenshtein distance by the longer length, in characters; 1 for two empty texts.
pub fn levenshtein_ratio(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longest = a.len().max(b.len());
    if longest == 0 {
        return 1.0;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, letter) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (other_at, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[other_at + 1];
            row[other_at + 1] = replaced.min(diagonal + 1).min(row[other_at] + 1);
        }
    }
    1.0 - row[b.len()] as f64 / longest as f64
}

/// The score of each patch: how many candidates share its normal form, plus the mean of the better
/// half (rounded down, at least one) of its likenesses to the other candidates. An empty patch
/// scores 0.
pub fn scores(patches: &[String]) -> Vec<f64> {
    let normal: Vec<String> = patches.iter().map(|patch| normalize(patch)).collect();
    let score = |at: usize| {
        if normal[at].is_empty() {
            return 0.0;
        }
        let votes = normal.iter().filter(|other| **other == normal[at]).count();
        let others = normal.iter().enumerate().filter(|(other, _)| *other != at);
        let mut likeness: Vec<f64> = others.map(|(_, other)| levenshtein_ratio(&normal[at], other)).collect();
        likeness.sort_by(|a, b| b.total_cmp(a));
        likeness.truncate((patches.len() / 2).max(1));
        let mean = if likeness.is_empty() { 0.0 } else { likeness.iter().sum::<f64>() / likeness.len() as f64 };
        votes as f64 + mean
    };
    (0..patches.len()).map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(levenshtein_ratio("kitten", "sitting"), 1.0 - 3.0 / 7.0);
        assert_eq!(
            (levenshtein_ratio("", ""), levenshtein_ratio("", "ab"), levenshtein_ratio("é", "é")),
            (1.0, 0.0, 1.0)
        );
    }

    #[test]
    fn equal_patches_vote_together() {
        let patch = |position: &str, comment: &str| {
            format!(
                "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -{position} @@\n ctx\n-a\n+b  \n{comment}"
            )
        };
        assert_eq!(normalize(&patch("1 +1", "")), "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@\n-a\n+b");
        let patches = [patch("1 +1", ""), patch("9 +9", "+# why\n+\n"), patch("1 +1", "+c\n"), String::new()];
        let scores = scores(&patches);
        assert!(scores[0] == scores[1] && scores[0] > 2.9 && scores[2] < 2.0 && scores[3] == 0.0, "{scores:?}");
    }
}
