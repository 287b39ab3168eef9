//! How long a resource usually takes, and when it is slow.

use std::time::Duration;

/// No resource is slow before this.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is known of a type's pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long it usually takes.
    pub usual: Duration,
    /// What is waited for.
    pub waits_for: &'static str,
}

impl Pace {
    /// Returns what is known of a resource type.
    pub fn of(resource_type: &str) -> Option<Self> {
        let rows = include_str!("usual.tsv").lines().filter(|line| !line.starts_with('#'));
        rows.filter_map(|row| {
            let mut cells = row.split('\t');
            let (name, seconds, waits_for) = (cells.next()?, cells.next()?, cells.next()?);
            Some((name, Self { usual: Duration::from_secs(seconds.parse().ok()?), waits_for }))
        })
        .find(|(name, _)| *name == resource_type)
        .map(|(_, pace)| pace)
    }

    /// Returns after how long a resource of a type is slow: 30 s, or twice as long as it usually takes.
    pub fn slow_after(resource_type: &str) -> Duration {
        Self::of(resource_type).map_or(PATIENCE, |pace| PATIENCE.max(pace.usual * 2))
    }
}

/// Says what a slow resource waits for, and how long that usually takes.
pub fn note(resource_type: &str) -> String {
    Pace::of(resource_type).map_or_else(
        || "slow: it usually takes less than 30s".to_owned(),
        |pace| format!("slow: usually {}s; waiting for {}", pace.usual.as_secs(), pace.waits_for),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_by_nature_is_slow_later() {
        assert_eq!(Pace::slow_after("AWS::SQS::Queue"), Duration::from_secs(140));
        assert_eq!(Pace::slow_after("AWS::SQS::QueuePolicy"), Duration::from_secs(30));
        assert_eq!(Pace::slow_after("AWS::Lambda::Function"), Duration::from_secs(30));
        assert_eq!(
            note("AWS::IAM::Role"),
            "slow: usually 20s; waiting for IAM to make the role known everywhere"
        );
    }

    #[test]
    fn every_row_is_read_and_fits_the_screen() {
        for row in include_str!("usual.tsv").lines().filter(|line| !line.starts_with('#')) {
            let name = row.split('\t').next().unwrap();
            assert!(Pace::of(name).is_some(), "{row}");
            assert!(6 + note(name).len() <= 80, "{row}");
        }
    }
}
