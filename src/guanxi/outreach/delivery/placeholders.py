"""What stands for something in the words of a letter: $name, ${name} and ${name|what to say without one}.

$$ is a dollar sign; so is a $ before anything that is not a word, such as in $100.
"""

from __future__ import annotations

from string import Template

PLACEHOLDERS = ("$name", "${name|customer}")
"""How a text may use them, as examples."""
WORDS = ("name",)


class LetterText(Template):
    """A text in which a word in braces may bring what to say where it is not known: ${name|customer}."""

    braceidpattern = r"(?a:[_a-zA-Z][_a-zA-Z0-9]*)(?:\|[^{}\n]*)?"

    def filled(self, words: dict[str, str]) -> str:
        """The text with its words put in."""
        return self.safe_substitute(_Filling(words))


class _Filling(dict[str, str]):
    """Words by name; `name|fallback` is the fallback where the word is empty."""

    def __missing__(self, placeholder: str) -> str:
        name, bar, fallback = placeholder.partition("|")
        if not bar or name not in self:
            raise KeyError(placeholder)
        return self[name] or fallback.strip()


def unknown_placeholders(text: str) -> list[str]:
    """Those that nothing stands for, as they were written, each once."""
    found = []
    for match in LetterText.pattern.finditer(text):
        word = match["named"] or match["braced"]
        unclosed = match["invalid"] is not None and text[match.end() :].startswith("{")
        if unclosed:
            found.append("$" + text[match.end() :].split("\n")[0][:20].partition("}")[0] + "…")
        elif word and word.partition("|")[0] not in WORDS:
            found.append(match[0])
    return list(dict.fromkeys(found))


def needs_name(text: str) -> bool:
    """Whether the text leaves a gap for a customer without a name."""
    words = [match["named"] or match["braced"] for match in LetterText.pattern.finditer(text)]
    return any(word == "name" or (word or "").strip() == "name|" for word in words)
