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
    "HTE-D4": "Guangdong's filing calendar; belongs to deadlines, not to the conditions",
}

# The SME ladder: conditions, scores, duties of holders and outcomes of reviews.
DUTIES = [f"DUTY-{n}" for n in range(1, 5)]
ENCODED["LG26"] += [*DUTIES[:3], "LG26-X3", "LG26-X4"]  # LG26-X4 is its DUTY-4
ENCODED["LG22"] += DUTIES
ENCODED["HTE"] += ["HTE-D1", "HTE-D2", "HTE-D3"]
SRDI22 = [
    *(f"SRDI22-{n}" for n in range(1, 5)),
    *(f"SRDI22-S{n}" for n in range(1, 14)),
    *(f"SRDI22-D{n}" for n in range(1, 5)),
    *DUTIES,
]
ENCODED |= {
    "STS": [
        *("STS-01", "STS-02a", "STS-02b", "STS-02c", "STS-03", "STS-04", "STS-05"),
        *("STS-S1", "STS-S2a", "STS-S2b", "STS-S3"),
        *(f"STS-D{n}" for n in range(1, 5)),
    ],
    "INN": [
        "COM-5",
        *(f"INN-{n}" for n in range(1, 7)),
        *(f"INN-D{n}" for n in range(1, 5)),
        *DUTIES,
        "GD-2",
    ],
    "SRDI22": SRDI22,
    "SRDI22GD": SRDI22,
    "SRDI26": [
        *(f"COM26-{n}" for n in range(1, 7)),
        *(f"SRDI26-{n}" for n in range(1, 10)),
        *("SRDI26-7-W1", "SRDI26-7-W2"),
        *DUTIES,
    ],
    "SIZE11": [],
}

# Rows the documents describe without an id: common conditions of 2022, a score with its alternatives, its parts and
# single items, the checks, the update and the ban of the 2026 notice, the size class as a standard.
OUR_OWN |= {
    *(f"COM-{n}" for n in (1, 2, 3, 4, 6)),
    *("STS-S1a", "STS-S2", "STS-S3a", *(f"STS-B{n}" for n in range(1, 8))),
    *("INN-0", "INN-P1", "INN-P2", "INN-P3"),
    *(f"SRDI22-P{n}" for n in range(1, 5)),
    "SIZE11-1",
}

REASONS |= {
    "GD-1": "the pass mark of the version SRDI22GD, which cites it",
    "GD-3": "which city examines; how filing is organised, not a condition",
    "GD-4": "one batch a year, filed on the platform: a calendar",
    "GD-5": "the official list was not seen and the points in circulation are X; SRDI22-S9 is given as a whole",
    "GD-6": "the last day of SRDI22GD",
    "GD-7": "a goal of the province, not a condition",
}

# Single champions, the unicorn family and gazelles, leading firms and chain leaders, AI firms.
ENCODED |= {
    "CH23": [
        *("CH23-0a", "CH23-0b", "CH23-0c"),
        *(f"CH23-{n}" for n in range(1, 11)),
        *(f"CH23-D{n}" for n in (1, 2, 3)),
    ],
    "CH16": [f"CH16-{n}" for n in range(1, 7)],
    "CH16C": ["CH16-C1", "CH16-C2", "CH16-C3"],
    "GDCH": [
        *("GDCH-0", "GDCH-1", "GDCH-2", "GDCH-3a", "GDCH-3b", "GDCH-3c", "GDCH-3d"),
        *("GDCH-4", "GDCH-5", "GDCH-6", "GDCH-D1"),
    ],
    "UNIGEI": ["UNI-GEI-1", "UNI-GEI-3"],
    "PUNIGEI": ["UNI-GEI-2a", "UNI-GEI-2b"],
    "UNISZ": ["UNI-SZ-0", "UNI-SZ-1", "UNI-SZ-2"],
    "PUNISZ": ["UNI-SZ-0", "UNI-SZ-3a", "UNI-SZ-3b"],
    "SUNISZ": ["UNI-SZ-0", "UNI-SZ-4"],
    "UNIHP": ["UNI-HP-1"],
    "PUNIHP": ["UNI-HP-2"],
    "UNIHR": ["UNI-HR-1"],
    "HRGAZ": ["UNI-HR-2"],
    "HRCHE": ["UNI-HR-3"],
    "GAZTORCH": ["GAZ-TORCH-1", "GAZ-TORCH-2", "GAZ-TORCH-3"],
    "GAZHP": ["GAZ-HP-1"],
    "GAZHPC": ["GAZ-HP-2"],
    "LEADGD": [f"LEAD-GD-{n}" for n in range(1, 7)],
    "LEAD10BN": ["LEAD-B1"],
    "LEAD100BN": ["LEAD-B2"],
    "AIGD": [f"AIGD-{n}" for n in range(1, 6)],
    "AISC": [f"AISC-{n}" for n in range(8)],
    "AIHZ": [f"AIHZ-{n}" for n in range(1, 7)],
}

# Rows above several published ones (either path, any one of), and the report's own field of view.
OUR_OWN |= {"UNI-GEI-2", "UNI-SZ-3", "GAZ-TORCH-0", "AIHZ-0"}
# Ways the documents list under (a), (b), (c), and a part of a row.
OUR_OWN |= {"GAZ-TORCH-1a", "GAZ-TORCH-1a2", "GAZ-TORCH-1b", "GAZ-TORCH-1c", "GDCH-0M"}
OUR_OWN |= {f"GAZ-HP-{row}{way}" for row in (1, 2) for way in "abc"}

REASONS |= {
    "UNI-SZ-5": "the growth indicators of annex 1 (Shenzhen gazelles) were not seen; there is nothing to encode",
    "LEAD-B3": "above-scale industry is a statistical status without a directory or title of its own",
    "LEAD-B4": "size class: the standard sme_size and its lines",
    "RANK-E1": "weights of a ranking of 2007, a precedent of method; not a criterion of a title",
    "RANK-E2": "what a ranking of 2019 looked at, weights not published",
    "RANK-E3": "method not found",
    "AIGD-6": "local money that hangs on the title, not a condition of it",
}

# Performance per mu is a scored comparison, not a standard with criteria: registry/tiering/land.
LAND = {
    "ratios": [f"LP-{n}" for n in range(1, 8)],
    "schemes": {"LP-G1": "grade cuts of the scheme EXAMPLECITY"},
}
REASONS |= {
    "LP-G2": "counts of one county's run in 2022; no rule to apply",
    "LP-G3": "“common elsewhere”, recalled and of no place; a scheme of a place states its own cuts",
}
