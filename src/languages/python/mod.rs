//! Python, read statically.
