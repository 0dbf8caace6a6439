use super::super::tests::prediction;
use super::*;

/// What the model says of a line: the line itself is its label, `?` is unsure, and `-` has none.
fn verdict(line: &str) -> Verdict {
    Verdict::Labels {
        labels: match line {
            "-" => Vec::new(),
            line => line.split('+').map(str::to_owned).collect(),
        },
        confidence: 0.75,
        unsure: line == "?",
    }
}

fn answer(monitor: &mut Monitor) {
    while monitor.has_waiting() {
        let batch = monitor.next_batch();
        monitor.answered(batch.iter().map(|line| (prediction(line), verdict(line))));
    }
}

/// Streams so many lines of each kind.
fn stream(monitor: &mut Monitor, lines: &[(&str, usize)]) {
    for (line, times) in lines {
        assert_eq!(monitor.add(&format!("{line}\n").repeat(*times)), 0);
    }
    answer(monitor);
}

fn label(name: &str) -> Class {
    Class::Label(name.into())
}

fn shares(monitor: &Monitor) -> Vec<(Class, u32, f64)> {
    let shares = monitor.shares().into_iter();
    shares
        .map(|share| (share.class, share.lines, share.share))
        .collect()
}

#[test]
fn shares_are_of_the_newest_lines() {
    let mut monitor = Monitor::default();
    monitor.set_window(20);
    stream(
        &mut monitor,
        &[("bad", 30), ("good", 10), ("?", 4), ("-", 1)],
    );
    assert_eq!(
        shares(&monitor),
        [
            (label("good"), 10, 0.5),
            (label("bad"), 5, 0.25),
            (Class::Unsure, 4, 0.2),
            (Class::NoLabel, 1, 0.05),
        ]
    );
    assert_eq!(monitor.count(), 45);
    let newest: Vec<u32> = monitor.newest(2).map(|line| line.number).collect();
    assert_eq!(newest, [45, 44]);
    monitor.set_window(100);
    assert_eq!(shares(&monitor)[0], (label("bad"), 30, 30.0 / 45.0));
}

#[test]
fn a_text_with_several_labels_counts_for_each() {
    let mut monitor = Monitor::default();
    stream(&mut monitor, &[("a+b", 1), ("b", 3)]);
    assert_eq!(
        shares(&monitor),
        [(label("b"), 4, 1.0), (label("a"), 1, 0.25)]
    );
}

#[test]
fn a_curve_has_the_share_of_each_window() {
    let mut monitor = Monitor::default();
    monitor.set_window(20);
    stream(&mut monitor, &[("good", 20), ("bad", 10)]);
    let curve = monitor.curve(&label("bad"));
    assert_eq!(curve.len(), 30);
    assert_eq!(
        (curve[19], curve[24], curve[29]),
        ((20, 0.0), (25, 0.25), (30, 0.5))
    );
    assert_eq!(monitor.curve(&label("other"))[29], (30, 0.0));
    // Of a long stream the curve shows the end, and each point has its whole window.
    monitor.set_window(500);
    stream(&mut monitor, &[("good", 1_470)]);
    let curve = monitor.curve(&label("good"));
    assert_eq!(
        (curve.len(), curve[0], curve[499]),
        (500, (1_001, 1.0), (1_500, 1.0))
    );
}

#[test]
fn no_more_is_kept_than_is_said() {
    let mut monitor = Monitor::default();
    let left_out = monitor.add(&"a\n\n".repeat(MOST_WAITING + 7));
    assert_eq!((left_out, monitor.unanswered() as usize), (7, MOST_WAITING));
    answer(&mut monitor);
    assert_eq!(
        (monitor.lines.len(), monitor.count() as usize),
        (KEPT, MOST_WAITING)
    );
    stream(&mut monitor, &[(&"long ".repeat(1_000), 1)]);
    assert_eq!(
        monitor.newest(1).map(|line| line.text.len()).sum::<usize>(),
        SHOWN
    );
}

#[test]
fn an_alert_is_raised_once_a_crossing() {
    let mut monitor = Monitor::default();
    monitor.set_window(20);
    monitor.set_rule(Some(AlertRule {
        class: label("bad"),
        above: 0.5,
    }));
    stream(&mut monitor, &[("bad", 9)]);
    assert_eq!(monitor.raised(), None, "too few lines to tell");
    monitor.clear();
    stream(&mut monitor, &[("good", 20), ("bad", 10)]);
    assert_eq!(
        monitor.raised(),
        None,
        "ten of twenty are not above one half"
    );
    stream(&mut monitor, &[("good", 1), ("bad", 10)]);
    let alert = monitor.raised().cloned().unwrap();
    assert_eq!(
        (alert.class, alert.share, alert.number),
        (label("bad"), 0.55, 32)
    );
    // To and fro about the threshold.
    stream(&mut monitor, &[("good", 1), ("bad", 9), ("good", 1)]);
    assert_eq!(monitor.alerts().len(), 1);
    assert!(monitor.raised().is_some());
    stream(&mut monitor, &[("good", 15)]);
    assert_eq!(monitor.raised(), None);
    stream(&mut monitor, &[("bad", 20)]);
    assert_eq!(monitor.alerts().len(), 2);
    // Another window is no news.
    monitor.set_window(50);
    monitor.set_window(20);
    assert_eq!(monitor.alerts().len(), 2);
    monitor.set_rule(None);
    assert_eq!(monitor.raised(), None);
}

#[test]
fn lines_that_got_no_answer_wait_in_their_place() {
    let mut monitor = Monitor::default();
    monitor.add(&(1..=20).map(|line| format!("{line}\n")).collect::<String>());
    assert_eq!(monitor.next_batch().len(), 16);
    assert!(monitor.next_batch().is_empty(), "one batch at a time");
    monitor.halt();
    assert!(monitor.is_halted() && !monitor.has_waiting());
    assert_eq!(monitor.unanswered(), 20);
    monitor.go_on();
    answer(&mut monitor);
    let texts: Vec<&str> = monitor.newest(20).map(|line| line.text.as_str()).collect();
    assert_eq!((texts[0], texts[19]), ("20", "1"));
}

#[test]
fn clearing_keeps_the_choices() {
    let mut monitor = Monitor::default();
    monitor.set_window(20);
    let rule = AlertRule {
        class: label("bad"),
        above: 0.1,
    };
    monitor.set_rule(Some(rule.clone()));
    stream(&mut monitor, &[("bad", 20)]);
    assert!(monitor.raised().is_some());
    monitor.clear();
    assert!(monitor.is_empty() && monitor.raised().is_none());
    assert_eq!((monitor.window(), monitor.rule()), (20, Some(&rule)));
}

#[test]
fn numbers_have_a_moving_mean() {
    let mut monitor = Monitor::default();
    monitor.set_window(20);
    monitor.add(&"x\n".repeat(40));
    let mut numbers = (0..40).map(|number| (prediction("x"), Verdict::Number(number.into())));
    while monitor.has_waiting() {
        let batch = monitor.next_batch().len();
        let answers: Vec<_> = numbers.by_ref().take(batch).collect();
        monitor.answered(answers);
    }
    assert_eq!((monitor.mean(), monitor.shares()), (Some(29.5), Vec::new()));
}

#[test]
fn an_answer_to_lines_that_were_cleared_away_is_ignored() {
    let mut monitor = Monitor::default();
    monitor.add("a\nb");
    let batch = monitor.next_batch();
    monitor.clear();
    monitor.answered(batch.iter().map(|line| (prediction(line), verdict(line))));
    assert!(monitor.is_empty());
    // A lost worker's lines are sent to the next one.
    monitor.add("a\nb");
    monitor.next_batch();
    monitor.take_back();
    assert!(!monitor.is_halted());
    assert_eq!(monitor.next_batch(), ["a", "b"]);
}
