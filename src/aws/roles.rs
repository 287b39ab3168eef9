//! Roles in IAM.
