"""Comparison of two measurements by their ratio, which depends less on the machine."""

from collections.abc import Callable
from statistics import median


def median_ratio(
    measure: Callable[[], float], measure_reference: Callable[[], float], pairs: int
) -> tuple[float, float, float]:
    """Measure both in turn and return (measured, reference, ratio), each the median of all pairs.

    The measurements of a pair run one after the other, so a slowdown of the machine affects both.
    """
    samples = [(measure(), measure_reference()) for _ in range(pairs)]
    return (
        median(sample for sample, _ in samples),
        median(reference for _, reference in samples),
        median(sample / reference for sample, reference in samples),
    )
