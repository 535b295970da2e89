//! "Did you mean": the nearest of the names that would have been right.

/// Returns the candidate closest to `name`, if one is close enough that the user probably meant it.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(closest("sevrity", ["severity", "title"]), Some("severity"));
        assert_eq!(closest("Down_revision", ["down_revisions", "revision"]), Some("down_revisions"));
        assert_eq!(closest("zzz", ["severity", "title"]), None);
    }
}
