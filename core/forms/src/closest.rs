//! Suggestions for mistyped words.

/// The candidate that differs least, if it differs little.
#[must_use]
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let limit = word.chars().count() / 3 + 1;
    let best = candidates.into_iter().map(|c| (distance(word, c), c)).min_by_key(|d| d.0)?;
    (best.0 <= limit).then(|| best.1.to_owned())
}

/// Levenshtein's distance: how many characters have to be put in, left out or replaced.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, cb) in b.iter().enumerate() {
            let up = row[j + 1];
            row[j + 1] = (diagonal + usize::from(ca != *cb)).min(up + 1).min(row[j] + 1);
            diagonal = up;
        }
    }
    row[b.len()]
}
