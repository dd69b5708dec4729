//! Makes a failing run as simple as it gets while it fails in the same way.
//!
//! A run is its list of decisions, where 0 is the mildest. Parts are cut out, put to 0, or lowered, largest parts first.

/// Runs that shrinking may take: a few seconds.
const ATTEMPTS: usize = 5000;

/// Places by which decisions are moved: about as many as there are in two reconciles.
const SHIFTS: usize = 24;

/// The simplest list of decisions found, and how many were tried. `fails` runs a list and says whether it fails alike.
pub(super) fn shrink(
    list: Vec<usize>,
    mut fails: impl FnMut(&[usize]) -> bool,
) -> (Vec<usize>, usize) {
    let mut best = trimmed(list);
    let mut attempts = 0;
    let mut attempt = |best: &mut Vec<usize>, candidate: Vec<usize>| {
        let candidate = trimmed(candidate);
        if candidate == *best || attempts == ATTEMPTS {
            return false;
        }
        attempts += 1;
        let better = fails(&candidate);
        if better {
            *best = candidate;
        }
        better
    };
    loop {
        let before = best.clone();
        let mut size = best.len().next_power_of_two();
        while size > 0 {
            let mut at = best.len();
            while at > 0 {
                at = at.min(best.len()).saturating_sub(size);
                let end = (at + size).min(best.len());
                if best[at..end].iter().all(|choice| *choice == 0) && size > 1 {
                    continue;
                }
                let without = [&best[..at], &best[end..]].concat();
                let mut zeroed = best.clone();
                zeroed[at..end].fill(0);
                if !attempt(&mut best, without) {
                    attempt(&mut best, zeroed);
                }
            }
            size /= 2;
        }
        for at in 0..best.len() {
            while let Some(choice) = best.get(at).copied().filter(|choice| *choice > 0) {
                let mut lower = best.clone();
                lower[at] = choice - 1;
                if !attempt(&mut best, lower) {
                    break;
                }
            }
        }
        // What does not happen needs no decisions after it, or others do: what follows is moved to where it was.
        for at in (0..best.len()).rev() {
            if best.get(at).is_none_or(|choice| *choice == 0) {
                continue;
            }
            for by in 1..=SHIFTS {
                let mut earlier = best.clone();
                earlier[at] = 0;
                earlier.drain(at + 1..(at + 1 + by).min(earlier.len()));
                let mut later = best.clone();
                later[at] = 0;
                later.splice(at..at, std::iter::repeat_n(0, by));
                if attempt(&mut best, earlier) || attempt(&mut best, later) {
                    break;
                }
            }
        }
        if best == before {
            return (best, attempts);
        }
    }
}

/// Zeroes at the end say nothing.
fn trimmed(mut list: Vec<usize>) -> Vec<usize> {
    while list.last() == Some(&0) {
        list.pop();
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_the_failure_needs() {
        let list = (0..200).map(|n| n % 7).collect();
        let fails = |list: &[usize]| {
            let four = list.iter().position(|choice| *choice == 4);
            four.is_some_and(|at| list[at..].iter().any(|choice| *choice >= 2 && *choice < 4))
        };
        let (best, attempts) = shrink(list, fails);
        assert_eq!(best, [4, 2]);
        assert!(attempts < 500, "{attempts}");
    }

    #[test]
    fn what_always_fails_needs_nothing() {
        assert_eq!(shrink(vec![1, 2, 3], |_| true).0, [0; 0]);
    }
}
