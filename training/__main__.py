"""Train the block classifier.

    python -m training DATA [--judge] [--out FILE]

DATA holds the checkouts ``wcxb``, ``trafilatura``, ``newspaper4k``, ``readability`` and the unpacked source
distribution ``gne``; docs/model-card.md says where they come from.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from training import fit
from training.pages import everything

_MODEL = Path(__file__).parent.parent / "src" / "mirrorpress" / "extract" / "blocks.json"


def main() -> None:
    """Judge on unseen sites, then fit on all and write the model file."""
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--judge", action="store_true", help="judge only; write nothing")
    parser.add_argument("--out", type=Path, default=_MODEL)
    parser.add_argument("--name", default="blocks-1")
    options = parser.parse_args()
    samples = [sample for page in everything(options.data) if (sample := fit.prepared(page)) is not None]
    print(f"{len(samples)} pages, {sum(len(sample.texts) for sample in samples):,} blocks", flush=True)
    print(f"{'source':14} {'pages':>6} {'precision':>10} {'recall':>8} {'F1':>8}")
    for kind, (pages, one) in fit.cross_judge(samples).items():
        print(f"{kind:14} {pages:6} {one.precision:10.4f} {one.recall:8.4f} {one.f1:8.4f}", flush=True)
    if options.judge:
        return
    second = fit.fit_second(samples)  # from first odds of forests that had not seen the page
    first = fit.fit_first(samples)
    model = fit.exported(first, second, options.name)
    fit.write(model, options.out)
    json.loads(options.out.read_text(encoding="ascii"))
    print(f"wrote {options.out}, {options.out.stat().st_size:,} bytes")


main()
