"""What mutations of several classes share."""

from __future__ import annotations

import re
from collections.abc import Callable

PROSE = (
    "Good morning and thank you for the quick answer last week. We are a family of four and we "
    "would like to know if the blue jacket is still available in large and whether you can send "
    "it before the end of the month because my daughter has her birthday then and she has been "
    "talking about nothing else since we saw it in the shop near the station. The other parcel "
    "arrived on time and everything was in it except the small green scarf which I can pick up "
    "myself if that is easier for you. I also wanted to ask about the price because the page "
    "says one thing and the mail another and I am not sure which of them is right. My sister "
    "bought the same model two years ago and still wears it every day so we are quite sure that "
    "it is worth the money. Please write to the address below or call in the evening since I am "
    "at work until six and cannot always answer the phone. It would be great to hear from you "
    "soon and have a nice week with good weather and not too many customers who write letters "
    "as long as this one. Kind regards from all of us and from the dog who likes the box best "
)


def mixed(word: str) -> str:
    """Case that changes with every letter."""
    return "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(word))


def fixed(text: str) -> Callable[[re.Match[str]], str]:
    """Text that takes the place of a match as it is, backslashes too."""
    return lambda _: text
