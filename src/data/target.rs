//! What an example is an example of.

/// What a model should say of a text. Every target of a data set is of the kind that its
/// [`Problem`](super::Problem) asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The one label, an index into [`Dataset::labels`](super::Dataset::labels).
    /// For [`Problem::SingleLabel`](super::Problem::SingleLabel).
    Class(u32),
    /// All labels, indices into [`Dataset::labels`](super::Dataset::labels): ascending, each once, maybe none.
    /// For [`Problem::MultiLabel`](super::Problem::MultiLabel).
    Classes(Vec<u32>),
    /// The number, finite and as the table has it. For [`Problem::Regression`](super::Problem::Regression).
    Value(f64),
}

impl Target {
    /// The one label; `None` for targets of the other kinds.
    pub fn class(&self) -> Option<u32> {
        match self {
            Self::Class(label) => Some(*label),
            Self::Classes(_) | Self::Value(_) => None,
        }
    }

    /// Every label that it has; none for a number.
    pub fn labels(&self) -> &[u32] {
        match self {
            Self::Class(label) => std::slice::from_ref(label),
            Self::Classes(labels) => labels,
            Self::Value(_) => &[],
        }
    }

    /// The number; `None` for labels.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Class(_) | Self::Classes(_) => None,
        }
    }
}
