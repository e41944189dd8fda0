"""
Coverage-guided fuzzing of the reader, for as long as one likes.

    pip install atheris
    python -m tests.markets.engine.expressions.fuzz -max_total_time=300 -max_len=400

It asks what `test_hostile` asks: any text is read, and then its normal form reads
back as the same, or it is refused with places that lie within it.
"""

import sys

import atheris  # type: ignore[import-untyped]  # no dependency of ours

with atheris.instrument_imports(include=["markets.engine.expressions"]):
    from markets.engine.expressions.completion import complete
    from tests.markets.engine.expressions.test_hostile import WORDS, refuse_or_read


def main() -> None:
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()


def try_one(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    if provider.ConsumeBool():
        text = provider.ConsumeUnicode(400)
    else:
        picks = (provider.ConsumeIntInRange(0, len(WORDS) - 1) for _ in range(60))
        joint = " " if provider.ConsumeBool() else ""
        text = joint.join(WORDS[pick] for pick in picks if provider.remaining_bytes())
    refuse_or_read(text)
    complete(text, provider.ConsumeIntInRange(0, len(text)))


if __name__ == "__main__":
    main()
