//! What can be learnt, and tables to learn it from.

/// What is learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// One of several labels.
    SingleLabel,
    /// Any number of labels.
    MultiLabel,
    /// A number.
    Regression,
}

impl Problem {
    /// Everything that can be learnt.
    pub const ALL: [Self; 3] = [Self::SingleLabel, Self::MultiLabel, Self::Regression];

    /// Its name for `--problem` of the example `finetune`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SingleLabel => "single",
            Self::MultiLabel => "multi",
            Self::Regression => "regression",
        }
    }

    /// transformers' `problem_type`.
    pub fn problem_type(self) -> &'static str {
        match self {
            Self::SingleLabel => "single_label_classification",
            Self::MultiLabel => "multi_label_classification",
            Self::Regression => "regression",
        }
    }

    /// Outputs of the models that PEFT makes.
    pub fn outputs(self) -> usize {
        match self {
            Self::SingleLabel => 3,
            Self::MultiLabel => 4,
            Self::Regression => 1,
        }
    }

    /// A table of reviews, each with its label at the end of the line, as one of this problem. Long reviews have
    /// another label; their number is the larger.
    pub fn table(self, reviews: &str) -> String {
        let (header, reviews) = reviews.split_once('\n').unwrap_or((reviews, ""));
        let mut table = format!("{header}\n");
        for line in reviews.lines() {
            let (text, label) = line.rsplit_once(',').unwrap_or((line, ""));
            let words = text.split_whitespace().count();
            let cell = match self {
                Self::MultiLabel if words > 5 => format!("{label}|long"),
                Self::SingleLabel | Self::MultiLabel => label.to_owned(),
                Self::Regression => {
                    let sign = if label == "positive" { 1.0 } else { -1.0 };
                    (sign * words as f64 / 4.0).to_string()
                }
            };
            table += &format!("{text},{cell}\n");
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_table() {
        let reviews =
            "text,label\nI love this phone.,positive\n\"Long, dull, far too loud.\",negative\n";
        let table = |problem: Problem| problem.table(reviews);
        assert_eq!(table(Problem::SingleLabel), reviews);
        let long = reviews.replace("I love", "I really do love");
        assert_eq!(
            Problem::MultiLabel.table(&long),
            long.replace("positive", "positive|long")
        );
        assert_eq!(
            table(Problem::Regression),
            "text,label\nI love this phone.,1\n\"Long, dull, far too loud.\",-1.25\n"
        );
    }
}
