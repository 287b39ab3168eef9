//! A check: what was looked at, what was found, and what to do.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// How a check ended, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// There was nothing to look at, because of what another check found or of what was asked for.
    Skipped,
    /// It could not be found out.
    Unknown,
    /// It works, but not for long or not for everybody.
    Warn,
    /// It does not work.
    Fail,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// What was looked at, such as `connection` or `rule PutItem`.
    pub name: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen.
    pub evidence: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treatment: Option<String>,
    /// A policy document that the treatment speaks of, to paste.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Value>,
}

impl Check {
    /// Everything is as it should be.
    pub fn ok(name: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::of(name, Verdict::Ok, evidence)
    }

    /// There was nothing to look at.
    pub fn skipped(name: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::of(name, Verdict::Skipped, evidence)
    }

    /// It could not be found out.
    pub fn unknown(name: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::of(name, Verdict::Unknown, evidence)
    }

    /// It works, but not for long or not for everybody.
    pub fn warn(name: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::of(name, Verdict::Warn, evidence)
    }

    /// It does not work.
    pub fn fail(name: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::of(name, Verdict::Fail, evidence)
    }

    /// Says what to do about it.
    #[must_use]
    pub fn treat(mut self, treatment: impl Into<String>) -> Self {
        self.treatment = Some(treatment.into());
        self
    }

    /// Adds the policy document that the treatment speaks of.
    #[must_use]
    pub fn document(mut self, document: Value) -> Self {
        self.document = Some(document);
        self
    }

    /// Makes one finding of several of one part: the worst verdict, all that was seen, all that is to be done.
    ///
    /// Nothing where there is none.
    pub fn together(findings: impl IntoIterator<Item = Self>) -> Option<Self> {
        findings.into_iter().reduce(|mut all, one| {
            all.verdict = all.verdict.max(one.verdict);
            all.evidence = format!("{}; {}", all.evidence, one.evidence);
            all.treatment = match (all.treatment, one.treatment) {
                (Some(first), Some(second)) if first != second => Some(format!("{first}; and {second}")),
                (first, second) => first.or(second),
            };
            all.document = all.document.or(one.document);
            all
        })
    }

    fn of(name: impl Into<String>, verdict: Verdict, evidence: impl Into<String>) -> Self {
        Self { name: name.into(), verdict, evidence: evidence.into(), treatment: None, document: None }
    }
}

/// Returns the worst verdict; of no check it is `Skipped`.
pub fn worst(checks: &[Check]) -> Verdict {
    checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_of_one_part_are_told_together() {
        let all = [
            Check::warn("part", "it is slow").treat("wait"),
            Check::fail("part", "it is open").treat("close it"),
            Check::fail("part", "it is old").treat("close it"),
        ];
        let expected = Check::fail("part", "it is open; it is old").treat("close it");
        assert_eq!(Check::together(all[1..].to_vec()), Some(expected));
        let expected = Check::fail("part", "it is slow; it is open").treat("wait; and close it");
        assert_eq!(Check::together(all[..2].to_vec()), Some(expected));
        assert_eq!(Check::together([]), None);
    }
}
