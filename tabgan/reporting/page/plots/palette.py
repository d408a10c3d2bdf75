"""The colours of the plots: what a figure holds, and the name under which the style sheet has it.

A figure holds the colours of the light page, so that it stands on its own. The page's script replaces each of
them by the value of the custom property named here, which has another value on the dark page.

Real is blue and filled, synthetic is orange and outlined: two hues that people with any of the common colour
blindnesses tell apart, and a second sign for print without colour.
"""

REAL = "#1f66b0"
REAL_FILL = "#c3d9f0"
SYNTHETIC = "#c2570c"
SYNTHETIC_FILL = "#f8d9bf"
INK = "#23262d"
MUTED = "#646a75"
LINE = "#e3e1dc"
SURFACE = "#ffffff"
NEGATIVE = "#6b3fa0"  # of an association
POSITIVE = "#0b7a6b"
ERROR = "#a3123f"
CLEAR = "rgba(0,0,0,0)"

PROPERTIES = {
    REAL: "--real",
    REAL_FILL: "--real-fill",
    SYNTHETIC: "--synthetic",
    SYNTHETIC_FILL: "--synthetic-fill",
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    SURFACE: "--surface",
    NEGATIVE: "--negative",
    POSITIVE: "--positive",
    ERROR: "--error",
}

ASSOCIATION = [[0, NEGATIVE], [0.5, SURFACE], [1, POSITIVE]]  # -1 to 1
DIFFERENCE = [[0, REAL], [0.5, SURFACE], [1, SYNTHETIC]]  # more real rows to more synthetic ones
AMOUNT = [[0, SURFACE], [1, ERROR]]  # 0 to the worst
SHARE_REAL = [[0, SURFACE], [1, REAL]]
SHARE_SYNTHETIC = [[0, SURFACE], [1, SYNTHETIC]]
