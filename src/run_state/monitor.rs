//! A stream of texts: the newest lines, the moving shares of what they were given, and an alert. Without time: the stream
//! is measured in lines.

use std::collections::{BTreeMap, VecDeque};

use crate::protocol::{Prediction, Verdict};

/// Lines that are kept: twice the largest window, so that the curve has a whole window behind each of its points.
pub const KEPT: usize = 1_000;
/// Lines that may wait for the model.
pub const MOST_WAITING: usize = 10_000;
/// Windows to choose from, in lines.
pub const WINDOWS: [usize; 4] = [20, 50, 100, 500];
/// Lines that are sent to the model at once.
const BATCH: usize = 16;
/// Characters of a line that are kept to be shown.
const SHOWN: usize = 300;
/// Least lines that an alert is raised for: a share of three lines says nothing.
const LEAST_LINES: usize = 10;
/// How far a share must fall below the threshold before another alert can be raised: 5 points.
const HYSTERESIS: f64 = 0.05;
/// Alerts that are kept.
const MOST_ALERTS: usize = 100;

/// What a line counts as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A text that was given this label, perhaps among others.
    Label(String),
    /// A text that may have several labels and was given none.
    NoLabel,
    /// A text that the model is unsure of.
    Unsure,
}

/// A line that the model has answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Counted from 1 since the stream was cleared.
    pub number: u32,
    /// Its beginning.
    pub text: String,
    /// What the model says.
    pub verdict: Verdict,
}

/// When to tell the user.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRule {
    /// Of which lines.
    pub class: Class,
    /// The share above which, 0 to 1.
    pub above: f64,
}

/// A share that went above the threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Of which lines.
    pub class: Class,
    /// The share at that moment.
    pub share: f64,
    /// The line that brought it there.
    pub number: u32,
}

/// How many lines of the window a class has.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The class.
    pub class: Class,
    /// Its lines.
    pub lines: u32,
    /// Of all lines of the window, 0 to 1. Where a text may have several labels, shares add up to more than 1.
    pub share: f64,
}

/// The stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitor {
    window: usize,
    waiting: VecDeque<String>,
    /// Lines that the model has been sent.
    asked: Vec<String>,
    /// Whether the model could not answer, so that lines wait for the user.
    halted: bool,
    /// The oldest first.
    lines: VecDeque<Line>,
    count: u32,
    rule: Option<AlertRule>,
    raised: bool,
    alerts: VecDeque<Alert>,
}

impl Default for Monitor {
    fn default() -> Self {
        Self {
            window: WINDOWS[1],
            waiting: VecDeque::new(),
            asked: Vec::new(),
            halted: false,
            lines: VecDeque::new(),
            count: 0,
            rule: None,
            raised: false,
            alerts: VecDeque::new(),
        }
    }
}

impl Line {
    /// What it counts as; nothing where a number is predicted.
    pub fn classes(&self) -> Vec<Class> {
        match &self.verdict {
            Verdict::Number(_) => Vec::new(),
            Verdict::Labels { unsure: true, .. } => vec![Class::Unsure],
            Verdict::Labels { labels, .. } if labels.is_empty() => vec![Class::NoLabel],
            Verdict::Labels { labels, .. } => labels.iter().cloned().map(Class::Label).collect(),
        }
    }
}

impl Monitor {
    /// Adds each line of a text that is not blank. Gives the number of lines for which there was no room.
    pub fn add(&mut self, text: &str) -> u32 {
        self.halted = false;
        let mut left_out = 0;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match self.waiting.len() < MOST_WAITING {
                true => self.waiting.push_back(line.to_owned()),
                false => left_out += 1,
            }
        }
        left_out
    }

    /// Whether lines wait to be sent.
    pub fn has_waiting(&self) -> bool {
        !self.halted && self.asked.is_empty() && !self.waiting.is_empty()
    }

    /// Lines that the model has not answered yet.
    pub fn unanswered(&self) -> u32 {
        (self.waiting.len() + self.asked.len()) as u32
    }

    /// Takes the lines that are to be sent next; none while others are on their way.
    pub fn next_batch(&mut self) -> Vec<String> {
        if self.has_waiting() {
            let most = self.waiting.len().min(BATCH);
            self.asked = self.waiting.drain(..most).collect();
            return self.asked.clone();
        }
        Vec::new()
    }

    /// Takes in what the model says of them; nothing if they were cleared away meanwhile.
    pub fn answered(&mut self, answers: impl IntoIterator<Item = (Prediction, Verdict)>) {
        let asked = std::mem::take(&mut self.asked).len();
        for (prediction, verdict) in answers.into_iter().take(asked) {
            self.count += 1;
            self.lines.push_back(Line {
                number: self.count,
                text: prediction.text.chars().take(SHOWN).collect(),
                verdict,
            });
            if self.lines.len() > KEPT {
                self.lines.pop_front();
            }
            self.check_alert();
        }
    }

    /// The model that they were sent to is gone: they wait for the next one.
    pub fn take_back(&mut self) {
        for line in self.asked.drain(..).rev() {
            self.waiting.push_front(line);
        }
    }

    /// They could not be answered: they wait until more are added or the user says so.
    pub fn halt(&mut self) {
        self.take_back();
        self.halted = true;
    }

    /// Whether lines wait for the user to say so.
    pub fn is_halted(&self) -> bool {
        self.halted && !self.waiting.is_empty()
    }

    /// Sends what waits, after a halt.
    pub fn go_on(&mut self) {
        self.halted = false;
    }

    /// Begins anew, with the same choices. Lines on their way are forgotten.
    pub fn clear(&mut self) {
        *self = Self {
            window: self.window,
            rule: self.rule.take(),
            ..Self::default()
        };
    }

    /// Whether nothing has been added yet.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.unanswered() == 0
    }

    /// Lines that were answered since it was cleared.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The newest lines, the newest first.
    pub fn newest(&self, most: usize) -> impl Iterator<Item = &Line> {
        self.lines.iter().rev().take(most)
    }

    /// Lines of the window.
    pub fn window(&self) -> usize {
        self.window
    }

    /// Looks at so many lines at once.
    pub fn set_window(&mut self, lines: usize) {
        self.window = lines.clamp(1, KEPT / 2);
        // The same lines have another share now, which is no news.
        self.raised = self
            .share_of_rule()
            .is_some_and(|(rule, share)| share > rule.above);
    }

    /// The alert that is set.
    pub fn rule(&self) -> Option<&AlertRule> {
        self.rule.as_ref()
    }

    /// Sets an alert, or none. It is raised at once if the share is above already.
    pub fn set_rule(&mut self, rule: Option<AlertRule>) {
        self.rule = rule;
        self.raised = false;
        self.check_alert();
    }

    /// The alert that is raised now.
    pub fn raised(&self) -> Option<&Alert> {
        self.alerts.back().filter(|_| self.raised)
    }

    /// All alerts, the oldest first.
    pub fn alerts(&self) -> impl ExactSizeIterator<Item = &Alert> {
        self.alerts.iter()
    }

    /// The shares in the window, the largest first.
    pub fn shares(&self) -> Vec<Share> {
        let mut lines: BTreeMap<Class, u32> = BTreeMap::new();
        let seen = self.window.min(self.lines.len());
        for class in self.newest(self.window).flat_map(Line::classes) {
            *lines.entry(class).or_default() += 1;
        }
        let mut shares: Vec<Share> = lines
            .into_iter()
            .map(|(class, lines)| Share {
                class,
                lines,
                share: f64::from(lines) / seen.max(1) as f64,
            })
            .collect();
        shares.sort_by_key(|share| std::cmp::Reverse(share.lines));
        shares
    }

    /// How a class's share moved: line numbers and shares of the window that ends there, the oldest first.
    pub fn curve(&self, class: &Class) -> Vec<(u32, f64)> {
        let holds: Vec<bool> = self
            .lines
            .iter()
            .map(|line| line.classes().contains(class))
            .collect();
        let mut within = 0_u32;
        let mut curve = Vec::new();
        for (place, line) in self.lines.iter().enumerate() {
            within += u32::from(holds[place]);
            if let Some(left) = place.checked_sub(self.window) {
                within -= u32::from(holds[left]);
            }
            let seen = (place + 1).min(self.window);
            // Of windows that would reach beyond the lines that are kept nothing is known.
            let whole = place + 1 >= self.window || line.number as usize == place + 1;
            if whole && place + KEPT / 2 >= self.lines.len() {
                curve.push((line.number, f64::from(within) / seen as f64));
            }
        }
        curve
    }

    /// Every class of the lines that are kept.
    pub fn classes(&self) -> Vec<Class> {
        let mut classes: Vec<Class> = self.lines.iter().flat_map(Line::classes).collect();
        classes.sort();
        classes.dedup();
        classes
    }

    /// The mean of the window, where numbers are predicted.
    pub fn mean(&self) -> Option<f64> {
        let numbers = self
            .newest(self.window)
            .filter_map(|line| match line.verdict {
                Verdict::Number(number) => Some(number),
                Verdict::Labels { .. } => None,
            });
        let (count, sum) = numbers.fold((0_u32, 0.0), |(count, sum), number| {
            (count + 1, sum + number)
        });
        (count > 0).then(|| sum / f64::from(count))
    }

    /// The rule, and the share that it is about.
    fn share_of_rule(&self) -> Option<(&AlertRule, f64)> {
        let rule = self.rule.as_ref()?;
        let seen = self.window.min(self.lines.len());
        let lines = self
            .newest(self.window)
            .filter(|line| line.classes().contains(&rule.class));
        Some((rule, lines.count() as f64 / seen.max(1) as f64))
    }

    /// Raises the alert once as its share goes above the threshold, and not again before it has fallen well below.
    fn check_alert(&mut self) {
        let Some((rule, share)) = self.share_of_rule() else {
            return;
        };
        if self.raised {
            self.raised = share > rule.above - HYSTERESIS;
        } else if share > rule.above && self.lines.len() >= LEAST_LINES {
            let alert = Alert {
                class: rule.class.clone(),
                share,
                number: self.count,
            };
            self.raised = true;
            self.alerts.push_back(alert);
            if self.alerts.len() > MOST_ALERTS {
                self.alerts.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests;
