//! Two schemas in, differences out.
