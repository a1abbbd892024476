"""The samples as a picture: one panel a figure, over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.soak.sampling import Sample

_PANELS: Final = (
    ("Resident memory, MiB", "rss"),
    ("p99 of an STK push, ms", "p99_ms"),
    ("Open descriptors", "descriptors"),
    ("Threads", "threads"),
    ("Events due", "due"),
    ("STK pushes between samples", "answered"),
)


def draw(samples: Sequence[Sample], warm_up_s: float, load_s: float, title: str, file: Path) -> None:
    """As PNG or SVG, by the file's name."""
    from matplotlib import use

    use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(3, 2, figsize=(11, 8.5), sharex=True, layout="constrained")
    minutes = [each.at_s / 60 for each in samples]
    for axis, (name, field) in zip(axes.flat, _PANELS, strict=True):
        axis.plot(minutes, [getattr(each, field) for each in samples], linewidth=1.2, color="#1a7f37")
        axis.axvspan(0, warm_up_s / 60, color="#d0d7de", alpha=0.5, linewidth=0)
        axis.axvspan(load_s / 60, minutes[-1], color="#ddf4ff", linewidth=0)
        axis.set_title(name, fontsize=10, loc="left")
        axis.set_ylim(bottom=0)
        axis.margins(x=0)
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel("minutes (grey: warm-up; blue: no load, what is due runs out)", fontsize=9)
    figure.suptitle(title, fontsize=11)
    figure.savefig(file, dpi=120)
    pyplot.close(figure)
