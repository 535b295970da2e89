//! Databases as people make them.
