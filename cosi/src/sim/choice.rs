//! Every decision of a simulation, in the order in which they are made.
//!
//! Drawn from a seed, or given as a list; what is beyond the end of a list is the mildest decision, 0.
//! So a list that is shorter or has more zeroes is a simpler run, which is what shrinking looks for.

/// A generator of numbers that look random: SplitMix64, which needs one word and has no bad seeds.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `count`, which is not 0. The bias of the remainder is far below what a test could see.
    pub(super) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).unwrap_or_default()
    }
}

/// The decisions of one run.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    source: Source,
    taken: Vec<usize>,
    /// A decision that is made for certain: which one, and what.
    forced: Option<(usize, usize)>,
}

#[derive(Clone, Debug)]
enum Source {
    Random(Random),
    Given(Vec<usize>),
}

impl Choices {
    pub(super) const fn seeded(seed: u64) -> Self {
        Self { source: Source::Random(Random::new(seed)), taken: Vec::new(), forced: None }
    }

    pub(super) const fn given(list: Vec<usize>) -> Self {
        Self { source: Source::Given(list), taken: Vec::new(), forced: None }
    }

    /// The same, but the decision about a fault at `at` is `choice`.
    pub(super) fn forced(self, at: usize, choice: usize) -> Self {
        Self { forced: Some((at, choice)), ..self }
    }

    /// How many decisions were made so far.
    pub(super) const fn len(&self) -> usize {
        self.taken.len()
    }

    /// The decisions made so far.
    pub(super) fn into_taken(self) -> Vec<usize> {
        self.taken
    }

    /// A number below `count`. Where there is no choice, none is recorded.
    pub(super) fn below(&mut self, count: usize) -> usize {
        if count < 2 {
            return 0;
        }
        let choice = match &mut self.source {
            Source::Random(random) => random.below(count),
            Source::Given(list) => list.get(self.taken.len()).map_or(0, |given| given % count),
        };
        self.taken.push(choice);
        choice
    }

    /// The index of one of the weights, drawn in their proportion. Where there is no choice, none is recorded.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        if weights.len() < 2 {
            return 0;
        }
        let choice = match &mut self.source {
            Source::Random(random) => draw(random, weights),
            Source::Given(list) => {
                list.get(self.taken.len()).map_or(0, |given| given % weights.len())
            }
        };
        self.taken.push(choice);
        choice
    }

    /// The number of a fault that happens, from 1 on, or 0. Each has a chance in 1024ths; one that is not `allowed`
    /// never happens, any other happens where a list says so.
    pub(super) fn fault(&mut self, chances: &[u32], allowed: &[bool]) -> usize {
        if !allowed.contains(&true) {
            return 0;
        }
        let here = self.taken.len();
        let choice = match &mut self.source {
            _ if self.forced.is_some_and(|(at, _)| at == here) => {
                self.forced.map_or(0, |(_, choice)| choice)
            }
            Source::Random(random) => {
                let rest = 1024_u32.saturating_sub(chances.iter().sum());
                let all: Vec<u32> = [rest].into_iter().chain(chances.iter().copied()).collect();
                draw(random, &all)
            }
            Source::Given(list) => list.get(here).copied().unwrap_or(0),
        };
        let happens = choice.checked_sub(1).and_then(|fault| allowed.get(fault)) == Some(&true);
        let choice = if happens { choice } else { 0 };
        self.taken.push(choice);
        choice
    }
}

fn draw(random: &mut Random, weights: &[u32]) -> usize {
    let sum: u32 = weights.iter().sum();
    let mut rest = random.below(sum.max(1) as usize);
    let found = weights.iter().position(|weight| {
        let weight = *weight as usize;
        let here = rest < weight;
        rest = rest.saturating_sub(weight);
        here
    });
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_decisions_again_and_so_does_their_list() {
        let decide = |mut choices: Choices| {
            let made: Vec<_> = (1..50)
                .map(|n| choices.below(n) + 100 * choices.fault(&[0, 300], &[true, true]))
                .collect();
            (made, choices.into_taken())
        };
        let (made, taken) = decide(Choices::seeded(7));
        assert_eq!(decide(Choices::seeded(7)), (made.clone(), taken.clone()));
        assert_ne!(decide(Choices::seeded(8)).0, made);
        assert_eq!(decide(Choices::given(taken.clone())), (made.clone(), taken));
        assert!(made.iter().all(|n| n / 100 != 1), "no chance, no fault");
        assert!(made.iter().any(|n| n / 100 == 2));
    }

    #[test]
    fn beyond_a_list_everything_is_mild() {
        let mut choices = Choices::given(vec![3, 1]);
        assert_eq!([choices.below(4), choices.weighted(&[1, 1]), choices.below(9)], [3, 1, 0]);
        assert_eq!((choices.below(1), choices.weighted(&[1])), (0, 0));
        assert_eq!(choices.into_taken(), [3, 1, 0], "no choice, no record");
    }

    #[test]
    fn a_list_or_force_has_faults_happen_that_are_allowed() {
        let mut choices = Choices::given(vec![1, 2]).forced(2, 1);
        let mut fault = || choices.fault(&[0, 0], &[true, false]);
        assert_eq!([fault(), fault(), fault(), fault()], [1, 0, 1, 0]);
    }
}
