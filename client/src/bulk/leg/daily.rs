//! The rules under today's date: a run that goes past midnight goes on under the new day.

use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use spine_rules::{Intent, PracticeProfile, Rules, Settings};

use crate::clock::uk_date;

/// The rules under today's date.
pub(in crate::bulk) struct DailyRules {
    settings: Settings,
    practice: PracticeProfile,
    intent: Intent,
    today: Mutex<(Date, Rules)>,
}

impl DailyRules {
    pub(in crate::bulk) fn new(
        settings: Settings,
        practice: PracticeProfile,
        intent: Intent,
        now: jiff::Timestamp,
    ) -> Self {
        let date = uk_date(now);
        let rules = Rules::new(settings.clone(), practice.clone(), date).with_intent(intent);
        Self { settings, practice, intent, today: Mutex::new((date, rules)) }
    }

    /// The rules of the day.
    pub(in crate::bulk) fn at(&self, now: jiff::Timestamp) -> Rules {
        let date = uk_date(now);
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if today.0 != date {
            let rules = Rules::new(self.settings.clone(), self.practice.clone(), date);
            *today = (date, rules.with_intent(self.intent));
        }
        today.1.clone()
    }
}
