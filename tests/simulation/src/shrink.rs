//! Making a failing run smaller: fewer deliveries, fewer kinds of faults, fewer faults, as long as the same promise is still broken.
//!
//! Nothing is guessed: each smaller plan is played, and kept only if it fails in the same way.

use std::collections::BTreeSet;

use postern_core::promises::Promise;

use crate::{
    kinds::Kind,
    run::{Plan, Report, run},
};

/// How many plans are tried at the most.
const TRIES_MAX: usize = 400;

/// A plan made as small as it would go.
#[derive(Debug, Clone)]
pub struct Shrunk {
    /// The plan.
    pub plan: Plan,
    /// What came of it.
    pub report: Report,
    /// How many plans were played for it.
    pub tries: usize,
}

struct Shrinker<'a> {
    promise: Promise,
    best: Shrunk,
    told: &'a dyn Fn(&Plan),
}

/// Makes `plan`, in which `promise` is broken, smaller. `told` hears of every smaller plan.
#[must_use]
pub fn shrink(plan: &Plan, report: Report, promise: Promise, told: &dyn Fn(&Plan)) -> Shrunk {
    let mut shrinker = Shrinker {
        promise,
        best: Shrunk {
            plan: plan.clone(),
            report,
            tries: 0,
        },
        told,
    };
    loop {
        let before = shrinker.best.plan.clone();
        shrinker.deliveries();
        shrinker.kinds();
        shrinker.last_fault();
        shrinker.numbers();
        if shrinker.best.plan == before || shrinker.best.tries >= TRIES_MAX {
            return shrinker.best;
        }
    }
}

impl Shrinker<'_> {
    /// Plays a plan, and keeps it if the promise is broken in it too.
    fn holds(&mut self, plan: Plan) -> bool {
        if self.best.tries >= TRIES_MAX {
            return false;
        }
        self.best.tries += 1;
        let report = run(&plan);
        let same = report
            .breaches
            .iter()
            .any(|breach| breach.promise == self.promise);
        if same {
            (self.told)(&plan);
            self.best.plan = plan;
            self.best.report = report;
        }
        same
    }

    fn deliveries(&mut self) {
        let all: BTreeSet<usize> = (0..self.best.plan.deliveries).collect();
        let start = self.best.plan.kept.clone().unwrap_or(all);
        self.without(start.into_iter().collect(), |plan, kept| {
            plan.kept = Some(kept.iter().copied().collect());
        });
    }

    fn kinds(&mut self) {
        let left: Vec<Kind> = Kind::ALL
            .iter()
            .filter(|kind| self.best.report.faults.contains_key(kind))
            .copied()
            .collect();
        // What never struck is not missed.
        let mut plan = self.best.plan.clone();
        plan.spared.kinds = Kind::ALL
            .iter()
            .filter(|kind| !left.contains(kind))
            .copied()
            .collect();
        if plan != self.best.plan {
            self.holds(plan);
        }
        self.without(left, |plan, kept| {
            plan.spared.kinds = Kind::ALL
                .iter()
                .filter(|kind| !kept.contains(kind))
                .copied()
                .collect();
        });
    }

    /// The faults end as early as may be.
    fn last_fault(&mut self) {
        let (mut least, mut most) = (0, self.best.report.numbered);
        while least < most {
            let middle = u64::midpoint(least, most);
            let mut plan = self.best.plan.clone();
            plan.spared.most = Some(middle);
            if self.holds(plan) {
                most = middle;
            } else {
                least = middle + 1;
            }
            if self.best.tries >= TRIES_MAX {
                return;
            }
        }
    }

    fn numbers(&mut self) {
        let most = self.best.plan.spared.most.unwrap_or(self.best.report.numbered);
        let skipped = self.best.plan.spared.numbers.clone();
        let left: Vec<u64> = (1..=most).filter(|number| !skipped.contains(number)).collect();
        self.without(left, |plan, kept| {
            plan.spared.numbers = (1..=most).filter(|number| !kept.contains(number)).collect();
        });
    }

    /// Takes away ever smaller parts of `things` (delta debugging: Zeller, Hildebrandt, 2002, without the complements).
    fn without<T: Copy>(&mut self, things: Vec<T>, set: impl Fn(&mut Plan, &[T])) {
        let mut kept = things;
        let mut part = kept.len();
        while part >= 1 && self.best.tries < TRIES_MAX {
            let mut from = 0;
            while from < kept.len() {
                let until = (from + part).min(kept.len());
                let fewer: Vec<T> = [&kept[..from], &kept[until..]].concat();
                let mut plan = self.best.plan.clone();
                set(&mut plan, &fewer);
                if self.holds(plan) {
                    kept = fewer;
                } else {
                    from = until;
                }
                if self.best.tries >= TRIES_MAX {
                    return;
                }
            }
            part /= 2;
        }
    }
}
