"""The life of a batch (批次): draft, public notice, final, corrected by a new edition; or taken down.

``moves`` holds the one table of allowed moves, ``acts`` what officials do, ``freezing`` the seal on a final batch,
``editions`` corrections, ``objections`` what is said against a public notice.
"""
