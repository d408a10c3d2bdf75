"""A length of time from the command line."""

import math
import re

import click

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_NUMBER = r"(\d+(?:\.\d+)?)"


def as_text(seconds: float | None) -> str:
    """Return seconds as `Duration` reads them."""
    return "none" if seconds is None else f"{seconds:.12g}s"


class Duration(click.ParamType):  # type: ignore[type-arg]  # takes one as of click 8.4 only
    """Seconds as a float from texts such as `90`, `90s`, `5m`, `1h30m`; `none` is None, no limit."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | None:
        """Return the seconds, or fail with what a length of time looks like."""
        text = str(value).strip().lower()
        if text == "none":
            return None
        parts = re.findall(_NUMBER + "([smhd])", text)
        if re.fullmatch(_NUMBER, text):
            parts = [(text, "s")]
        elif not parts or "".join(number + unit for number, unit in parts) != text:
            self._refuse(value, param, ctx)
        seconds = math.fsum(float(number) * _SECONDS[unit] for number, unit in parts)
        if not 0 < seconds < math.inf:
            self._refuse(value, param, ctx)
        return seconds

    def _refuse(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> None:
        self.fail(
            f"must be a length of time above 0 such as 90s, 5m, 1h30m, or none; found {value!r}.", param, ctx
        )
