//! Files, git and migrations to facts.
