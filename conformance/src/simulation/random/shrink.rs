//! Makes a case that comes out wrong as small as it can be while it still comes out wrong in the same way.

use crate::simulation::op::{Blow, Case, Habits, Op};
use crate::simulation::world::{Planted, play};
use crate::stage::StageError;

/// How often a case is played at most.
const PLAYS: usize = 1_500;

/// The smallest case found that breaks the same promise as this one; ops first, then patients, then what goes wrong.
pub fn shrink(case: &Case, planted: Option<Planted>) -> Result<Case, StageError> {
    let Some(promise) = promise(case, planted)? else { return Ok(case.clone()) };
    let mut search = Search { promise, planted, left: PLAYS, best: case.clone() };
    loop {
        let before = search.best.clone();
        search.ops()?;
        search.people()?;
        search.strikes()?;
        search.faults()?;
        if search.best == before || search.left == 0 {
            return Ok(search.best);
        }
    }
}

/// Which promise a case breaks: the first word of what is said of it.
fn promise(case: &Case, planted: Option<Planted>) -> Result<Option<String>, StageError> {
    let broken = play(case, planted)?.broken;
    Ok(broken.first().map(|what| what.split([':', ' ']).next().unwrap_or_default().to_owned()))
}

struct Search {
    promise: String,
    planted: Option<Planted>,
    left: usize,
    best: Case,
}

impl Search {
    /// Whether a smaller case still breaks the promise; it is the best one then.
    fn take(&mut self, smaller: Case) -> Result<bool, StageError> {
        if self.left == 0 || smaller == self.best {
            return Ok(false);
        }
        self.left -= 1;
        let breaks = promise(&smaller, self.planted)?.as_ref() == Some(&self.promise);
        if breaks {
            self.best = smaller;
        }
        Ok(breaks)
    }

    /// Leaves stretches out of a list, long ones first.
    fn without<T: Clone>(
        &mut self,
        list: impl Fn(&Case) -> &Vec<T>,
        with: impl Fn(&Case, Vec<T>) -> Case,
    ) -> Result<(), StageError> {
        let mut stretch = list(&self.best).len();
        while stretch > 0 {
            let mut from = 0;
            while from < list(&self.best).len() {
                let all = list(&self.best);
                let kept = [&all[..from], &all[(from + stretch).min(all.len())..]].concat();
                let smaller = with(&self.best, kept);
                if !self.take(smaller)? {
                    from += stretch;
                }
            }
            stretch /= 2;
        }
        Ok(())
    }

    fn ops(&mut self) -> Result<(), StageError> {
        self.without(|case| &case.ops, |case, ops| Case { ops, ..case.clone() })
    }

    fn people(&mut self) -> Result<(), StageError> {
        self.without(|case| &case.people, |case, people| Case { people, ..case.clone() })
    }

    fn strikes(&mut self) -> Result<(), StageError> {
        for op in 0..self.best.ops.len() {
            for nth in (0..8).rev() {
                let mut smaller = self.best.clone();
                if let Some(Op::Run { strikes, .. }) = smaller.ops.get_mut(op)
                    && nth < strikes.len()
                {
                    strikes.remove(nth);
                    self.take(smaller)?;
                }
            }
        }
        Ok(())
    }

    /// Simpler faults: one strike instead of a share, the habits of a Spine by default.
    fn faults(&mut self) -> Result<(), StageError> {
        let smaller = Case { habits: Habits::default(), ..self.best.clone() };
        self.take(smaller)?;
        for op in 0..self.best.ops.len() {
            let mut smaller = self.best.clone();
            match smaller.ops.get_mut(op) {
                Some(Op::Now(blow)) => once(blow),
                Some(Op::Run { strikes, .. }) => strikes.iter_mut().for_each(|strike| once(&mut strike.blow)),
                _ => {}
            }
            self.take(smaller)?;
        }
        Ok(())
    }
}

fn once(blow: &mut Blow) {
    if let Blow::Arm(rule) = blow {
        rule.next = Some(1);
        rule.percent = None;
    }
}
