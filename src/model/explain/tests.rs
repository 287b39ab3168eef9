//! What explanations say about the stacks that this tool renders.
