//! YAML text to a tree that knows where everything stands, and from there to types, collecting every fault.
