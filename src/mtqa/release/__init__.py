"""Releases: originals and decisions become a corpus that others can load, cite, check and rebuild (docs/release.md)."""
