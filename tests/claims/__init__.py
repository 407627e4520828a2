"""One test per claim, by chapter; a package since `tests/identities` has the same file names."""
