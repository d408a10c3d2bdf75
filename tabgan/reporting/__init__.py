"""Metrics of synthetic tables, as pure functions of frames: fidelity, detection, privacy, utility."""
