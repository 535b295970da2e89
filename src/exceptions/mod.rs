//! `.coding-rules-exceptions.yml` and inline exceptions: reading and matching.
