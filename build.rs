//! Makes a new or removed file under `rules/` rebuild the crate that embeds them.

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
}
