"""Every criterion id of the published standards covered so far: encoded, or not encoded for a reason."""

ENCODED = {
    "LG26": [*(f"COM26-{n}" for n in range(1, 7)), *(f"LG26-{n}" for n in range(1, 12)), "LG26-X1", "LG26-X2"],
    "LG22": [
        *("LG22-1a", "LG22-1b", "LG22-1c", "LG22-2a", "LG22-2b", "LG22-2c", "LG22-3a", "LG22-3b", "LG22-4"),
        *("LG22-4-G1", "LG22-4-G2", "LG22-4-G3", "LG22-4-D1", "LG22-4-D2", "LG22-5", "LG22-6"),
    ],
    "HTE": [
        *(f"HTE-{n:02}" for n in range(1, 11)),
        *("HTE-S1", "HTE-S1a", "HTE-S1b", "HTE-S1c", "HTE-S1d", "HTE-S1e", "HTE-S2"),
        *("HTE-S3", "HTE-S3a", "HTE-S3b", "HTE-S3c", "HTE-S3d", "HTE-S4"),
    ],
}

# Rows of a score the documents describe without an id of their own.
OUR_OWN = {"HTE-S2a", "HTE-S4a", "HTE-S4b"}

REASONS = {
    "LG26-X3": "duty: audit reports filed and coded on the finance ministry's platform; not a state of the firm",
    "LG26-X4": "consequence of data fraud (loss of titles, three years' ban); not a criterion",
    "HTE-D1": "duty after recognition: yearly development report",
    "HTE-D2": "consequence of a cancelled title",
    "HTE-D3": "tax effect of expiry",
    "HTE-D4": "Guangdong's filing calendar; belongs to deadlines, not to the conditions",
}
