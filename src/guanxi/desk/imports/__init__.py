"""The pages of files that come in."""
