//! Why AWS refuses an event pattern.

/// Why AWS refuses an event pattern: its error code and its message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The pattern breaks the language: `InvalidEventPatternException`.
    #[error("Event pattern is not valid. Reason: {0}")]
    Pattern(String),
    /// The pattern is longer than the API's model allows: `ValidationException`.
    #[error(
        "1 validation error detected: Value at 'eventPattern' failed to satisfy constraint: Member must have length less than or equal to {limit}"
    )]
    Length {
        /// The most characters that the API takes.
        limit: usize,
    },
    /// A pattern that AWS's own engine breaks on, such as `{"anything-but":{"prefix":[]}}`:
    /// AWS answers `InternalFailure` with no message.
    #[error("")]
    Engine,
}

impl Invalid {
    /// Returns the error code of AWS's answer.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pattern(_) => "InvalidEventPatternException",
            Self::Length { .. } => "ValidationException",
            Self::Engine => "InternalFailure",
        }
    }
}
