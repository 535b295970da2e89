//! Compiles laws, plans the work, evaluates.
