//! From an event and a target to an HTTP request, and from the answer to what happens next.
