"""Plainly fictional data for trying the registry out: every name contains 示例, every code begins its body with EX."""
