"""The progress of an audit: a progress bar in a terminal, a line every 10 seconds elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

_SECONDS_BETWEEN_LINES = 10.0


@dataclass
class AuditProgress:
    """Counts repositories and images, including those of the run that is resumed."""

    repositories: int
    done: int
    images: int
    started: float
    """The start of this run, from `time.monotonic`."""
    new_images: int = 0
    """Images evaluated in this run, which determine the speed."""
    new_done: int = 0
    """Repositories finished in this run."""

    def line(self, now: float) -> str:
        """Return the counts, the speed and the estimated remaining time."""
        seconds = max(now - self.started, 0.001)
        parts = [
            f"{self.done:,} of {self.repositories:,} repositories",
            f"{self.images:,} images",
            f"{self.new_images / seconds:,.0f} images/s",
        ]
        if self.new_done and self.done < self.repositories:
            left = (self.repositories - self.done) * seconds / self.new_done
            parts.append(f"about {duration(left)} left")
        return ", ".join(parts)

    def add(self, repositories: int, images: int) -> None:
        """Count finished repositories and evaluated images."""
        self.done += repositories
        self.new_done += repositories
        self.images += images
        self.new_images += images


@contextmanager
def show_progress(
    progress: AuditProgress, console: Console, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int, int], None]]:
    """Show the progress on a console; yield the function that adds repositories and images."""
    if not console.is_terminal:
        yield _line_reporter(progress, console, clock)
        return
    columns = (TextColumn("audit"), BarColumn(bar_width=24), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(progress.line(clock()), total=max(progress.repositories, 1))

        def report(repositories: int, images: int) -> None:
            progress.add(repositories, images)
            bar.update(task, completed=progress.done, description=progress.line(clock()))

        yield report


def _line_reporter(
    progress: AuditProgress, console: Console, clock: Callable[[], float]
) -> Callable[[int, int], None]:
    printed_at = progress.started

    def report(repositories: int, images: int) -> None:
        nonlocal printed_at
        progress.add(repositories, images)
        now = clock()
        if now - printed_at >= _SECONDS_BETWEEN_LINES:
            console.print(f"audit: {progress.line(now)}", soft_wrap=True, highlight=False)
            printed_at = now

    return report


def duration(seconds: float) -> str:
    """Format a duration in seconds as text, such as `30 s`, `5 min` or `3.0 h`."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
