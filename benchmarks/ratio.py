"""Comparing two ways to do a thing by their ratio, since machines differ and drift."""

from collections.abc import Callable
from statistics import median


def median_ratio(
    measure: Callable[[], float], measure_reference: Callable[[], float], pairs: int
) -> tuple[float, float, float]:
    """Measure both in turn, and give (measured, reference, ratio), each the median of all pairs.

    The two of a pair run one after the other, so that a machine that slows down slows both.
    """
    samples = [(measure(), measure_reference()) for _ in range(pairs)]
    return (
        median(sample for sample, _ in samples),
        median(reference for _, reference in samples),
        median(sample / reference for sample, reference in samples),
    )
