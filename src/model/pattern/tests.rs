//! The pattern language against what AWS answered, and against its own promises.

mod vectors;
