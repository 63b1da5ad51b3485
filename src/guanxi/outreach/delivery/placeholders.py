"""What stands for something in the words of a letter: $name, ${name}, ${name|what to say without one}, ${unsubscribe},
${unsubscribe_line} and ${link:shop}.

$$ is a dollar sign; so is a $ before anything that is not a word, such as in $100.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from string import Template

PLACEHOLDERS = ("$name", "${name|customer}")
"""How a text may use them, as examples."""
BODY_PLACEHOLDERS = (*PLACEHOLDERS, "${unsubscribe_line}", "${unsubscribe}", "${link:NAME}")
"""The same for the body of a letter."""
WORDS = ("name",)
UNSUBSCRIBE_LINE = "unsubscribe_line"
BODY_WORDS = (*WORDS, "unsubscribe", UNSUBSCRIBE_LINE)
LINK = "link:"


class LetterText(Template):
    """A text in which a word in braces may bring what to say where it is not known: ${name|customer}."""

    braceidpattern = r"(?a:link:[A-Za-z0-9._-]+|[_a-zA-Z][_a-zA-Z0-9]*)(?:\|[^{}\n]*)?"

    def filled(self, words: Mapping[str, str]) -> str:
        """The text with its words put in."""
        return self.safe_substitute(_Filling(words))


class _Filling(dict[str, str]):
    """Words by name; `name|fallback` is the fallback where the word is empty."""

    def __missing__(self, placeholder: str) -> str:
        name, bar, fallback = placeholder.partition("|")
        if not bar or name not in self:
            raise KeyError(placeholder)
        return self[name] or fallback.strip()


def links_in(text: str) -> list[str]:
    """The names of the links that a text brings in, in order."""
    words = [(match["braced"] or "") for match in LetterText.pattern.finditer(text)]
    return [word.removeprefix(LINK) for word in words if word.startswith(LINK)]


def unknown_placeholders(text: str, known: Collection[str] = WORDS) -> list[str]:
    """Those that nothing stands for, as they were written, each once; `known` are words and link:NAME."""
    found = []
    for match in LetterText.pattern.finditer(text):
        word = match["named"] or match["braced"]
        unclosed = match["invalid"] is not None and text[match.end() :].startswith("{")
        if unclosed:
            found.append("$" + text[match.end() :].split("\n")[0][:20].partition("}")[0] + "…")
        elif word and word.partition("|")[0] not in known:
            found.append(match[0])
    return list(dict.fromkeys(found))


def needs_name(text: str) -> bool:
    """Whether the text leaves a gap for a customer without a name."""
    words = [match["named"] or match["braced"] for match in LetterText.pattern.finditer(text)]
    return any(word == "name" or (word or "").strip() == "name|" for word in words)
