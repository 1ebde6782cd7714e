"""Plainly fictional data for trying the registry out."""
