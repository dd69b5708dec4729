//! A unified diff of two texts, which may be shown in other words than they are compared in.

/// Lines around a change.
const CONTEXT: usize = 3;
/// Largest table of line pairs: 16 MiB of memory. Beyond it the changed part counts as replaced.
const MAX_CELLS: usize = 4 << 20;

/// One text: what is compared, and what is shown for it line by line.
#[derive(Debug)]
pub(crate) struct Side<'a> {
    pub(crate) text: &'a str,
    pub(crate) shown: &'a str,
}

/// One line of the result, by its numbers on the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Same(usize, usize),
    Gone(usize),
    New(usize),
}

/// The hunks of the difference; empty if there is none.
pub(crate) fn unified(old: &Side<'_>, new: &Side<'_>) -> String {
    let (before, after): (Vec<_>, Vec<_>) =
        (old.text.lines().collect(), new.text.lines().collect());
    let (before_shown, after_shown): (Vec<_>, Vec<_>) =
        (old.shown.lines().collect(), new.shown.lines().collect());
    assert_eq!(
        (before.len(), after.len()),
        (before_shown.len(), after_shown.len()),
        "a masked text must have the lines of its original"
    );
    let script = compare(&before, &after);
    let mut out = String::new();
    for hunk in hunks(&script) {
        out.push_str(&header(hunk, &script));
        for line in hunk {
            let (sign, text) = match *line {
                Line::Same(index, _) => (' ', before_shown[index]),
                Line::Gone(index) => ('-', before_shown[index]),
                Line::New(index) => ('+', after_shown[index]),
            };
            out.push(sign);
            out.push_str(text);
            out.push('\n');
        }
    }
    out
}

/// The whole script of lines that are the same, gone or new: a longest common subsequence between
/// the common beginning and the common end.
pub(crate) fn compare<T: PartialEq>(before: &[T], after: &[T]) -> Vec<Line> {
    let start = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let (left, right) = (&before[start..], &after[start..]);
    let end =
        left.iter().rev().zip(right.iter().rev()).take_while(|(one, other)| one == other).count();
    let (left, right) = (&left[..left.len() - end], &right[..right.len() - end]);
    let mut script: Vec<_> = (0..start).map(|index| Line::Same(index, index)).collect();
    let table = lengths(left, right);
    let at = |i: usize, j: usize| table.get(i * (right.len() + 1) + j).copied().unwrap_or(0);
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        if i < left.len() && j < right.len() && !table.is_empty() && left[i] == right[j] {
            script.push(Line::Same(start + i, start + j));
            (i, j) = (i + 1, j + 1);
        } else if i < left.len() && (j == right.len() || at(i + 1, j) >= at(i, j + 1)) {
            script.push(Line::Gone(start + i));
            i += 1;
        } else {
            script.push(Line::New(start + j));
            j += 1;
        }
    }
    let (i, j) = (before.len() - end, after.len() - end);
    script.extend((0..end).map(|index| Line::Same(i + index, j + index)));
    script
}

/// Length of the longest common subsequence of each pair of tails; empty if the table would be too
/// large.
fn lengths<T: PartialEq>(left: &[T], right: &[T]) -> Vec<u32> {
    let width = right.len() + 1;
    let Some(cells) = (left.len() + 1).checked_mul(width).filter(|cells| *cells <= MAX_CELLS)
    else {
        return Vec::new();
    };
    let mut table = vec![0_u32; cells];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            table[i * width + j] = if left[i] == right[j] {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    table
}

/// The parts of a script that hold changes, with their context; near ones as one.
fn hunks(script: &[Line]) -> Vec<&[Line]> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (index, line) in script.iter().enumerate() {
        if matches!(line, Line::Same(..)) {
            continue;
        }
        let (from, to) = (index.saturating_sub(CONTEXT), (index + CONTEXT + 1).min(script.len()));
        match ranges.last_mut() {
            Some((_, last)) if *last >= from => *last = to,
            _ => ranges.push((from, to)),
        }
    }
    ranges.into_iter().map(|(from, to)| &script[from..to]).collect()
}

/// `@@ -FIRST,COUNT +FIRST,COUNT @@`, where an empty side names the line before it.
fn header(hunk: &[Line], script: &[Line]) -> String {
    let side = |number: fn(&Line) -> Option<usize>| {
        let lines: Vec<_> = hunk.iter().filter_map(number).collect();
        let before = || {
            script
                .iter()
                .take_while(|line| !std::ptr::eq(*line, &hunk[0]))
                .filter_map(number)
                .count()
        };
        format!("{},{}", lines.first().map_or_else(before, |first| first + 1), lines.len())
    };
    let old = side(|line| match line {
        Line::Same(index, _) | Line::Gone(index) => Some(*index),
        Line::New(_) => None,
    });
    let new = side(|line| match line {
        Line::Same(_, index) | Line::New(index) => Some(*index),
        Line::Gone(_) => None,
    });
    format!("@@ -{old} +{new} @@\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(old: &str, new: &str) -> String {
        unified(&Side { text: old, shown: old }, &Side { text: new, shown: new })
    }

    #[test]
    fn hunks_are_what_diff_prints() {
        assert_eq!(diff("a\nb\n", "a\nb\n"), "");
        assert_eq!(diff("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
        let old: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let new = old.replace("3\n", "x\n").replace("18\n", "");
        assert_eq!(
            diff(&old, &new),
            "@@ -1,6 +1,6 @@\n 1\n 2\n-3\n+x\n 4\n 5\n 6\n@@ -10,10 +10,10 @@\n 10\n 11\n 12\n-13\n+1x\n 14\n 15\n 16\n 17\n-18\n 19\n 20\n"
                .replace("10,10 +10,10", "10,11 +10,10")
        );
    }

    proptest::proptest! {
        #[test]
        fn a_script_leads_from_one_text_to_the_other(old in "[abc\n]{0,60}", new in "[abc\n]{0,60}") {
            let (before, after): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
            let script = compare(&before, &after);
            let one: Vec<_> = script.iter().filter_map(|line| match line {
                Line::Same(i, _) | Line::Gone(i) => Some(before[*i]),
                Line::New(_) => None,
            }).collect();
            let other: Vec<_> = script.iter().filter_map(|line| match line {
                Line::Same(_, j) | Line::New(j) => Some(after[*j]),
                Line::Gone(_) => None,
            }).collect();
            proptest::prop_assert_eq!(one, before);
            proptest::prop_assert_eq!(other, after);
        }
    }

    #[test]
    fn a_table_that_would_be_too_large_is_not_made() {
        let (old, new): (String, String) = (
            (0..3000).map(|line| format!("a{line}\n")).collect(),
            (0..3000).map(|line| format!("b{line}\n")).collect(),
        );
        assert_eq!(diff(&old, &new).lines().count(), 6001);
    }
}
