//! `lawbook.yml`: packs, levels, options, where things are.
