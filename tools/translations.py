"""Collect what users can read, bring the catalogue up to date and compile it: python tools/translations.py [--check].

A text is collected from `_(…)`, `gettext(…)`, `gettext_noop(…)`, `pgettext(…)` and `declared(…)`, from the docstrings
of commands, which serve as their help, and from `{% translate %}` and `{% blocktranslate %}` in templates. The compiled
catalogue is committed, because a bare machine has no compiler; with --check nothing is written, and the exit status is
1 when a file is out of date or not complete.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "guanxi"
PO = SOURCE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
CALLS = {"_", "gettext", "gettext_noop", "gettext_lazy"}
HEAD = """# Guanxi in 简体中文. tools/translations.py keeps the list of texts; translations are written here by hand.
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
CALL = re.compile(r"""\bgettext\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\)""")
PLACE = re.compile(r"%\(\w+\)[srd]|\{\w+(?:!r)?\}")

Text = tuple[str | None, str]
"""A context and a text."""


def collected() -> dict[Text, list[str]]:
    """Every text and the files where it stands."""
    found: dict[Text, list[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for text in texts_of(ast.parse(path.read_text(encoding="utf-8"))):
            places = found.setdefault(text, [])
            if (place := str(path.relative_to(ROOT))) not in places:
                places.append(place)
    for path in sorted(SOURCE.rglob("*.html")):
        for text in texts_of_template(path.read_text(encoding="utf-8")):
            places = found.setdefault((None, text), [])
            if (place := str(path.relative_to(ROOT))) not in places:
                places.append(place)
    return found


def texts_of_template(source: str) -> Iterator[str]:
    """The texts of one template, in its order. Raises SystemExit for one with a plural, which is not collected."""
    if "{% plural %}" in source:
        sys.exit(f"Write {{% if %}} in place of {{% plural %}}: {source.partition('{% plural %}')[0][-60:]}")
    for literal in CALL.findall(templatize(source)):
        yield ast.literal_eval(literal)


def texts_of(module: ast.Module) -> Iterator[Text]:
    """The texts of one module, in its order."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield from _texts_of_call(node)
        elif isinstance(node, ast.FunctionDef) and _is_command(node) and (doc := ast.get_docstring(node)):
            yield None, cleandoc(doc)


def _texts_of_call(call: ast.Call) -> Iterator[Text]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    if name in CALLS and texts:
        yield None, texts[0]
    elif name == "pgettext" and len(texts) == 2:
        yield texts[0], texts[1]
    elif name == "declared":
        yield from ((None, text) for text in texts)


def _is_command(function: ast.FunctionDef) -> bool:
    """Whether Typer shows the function's docstring: it is decorated as a command, or takes options."""
    decorated = any(
        "command" in ast.unparse(each) or "callback" in ast.unparse(each) for each in function.decorator_list
    )
    return decorated or any(
        "AsJson" in ast.unparse(a) or "typer.Option" in ast.unparse(a) for a in function.args.args
    )


def updated(old: Catalog) -> Catalog:
    """The catalogue of what is collected now, with the translations that the old one has."""
    new = Catalog(locale="zh_Hans", domain="django", fuzzy=False)
    for (context, text), places in sorted(
        collected().items(), key=lambda item: (item[0][1], item[0][0] or "")
    ):
        known = old.get(text, context)
        flags = ["python-format"] if re.search(r"%\(\w+\)", text) else []
        new.add(
            text,
            known.string if known else "",
            locations=[(place, None) for place in places],
            context=context,
            flags=flags,
        )
    return new


def faults(catalogue: Catalog) -> list[str]:
    """Texts without a translation, and translations with other places than their text."""
    texts = [message for message in catalogue if message.id]
    bare = [f"{message.id!r} is not translated" for message in texts if not message.string]
    return bare + [
        f"{message.id!r} has other places in Chinese"
        for message in texts
        if message.string
        and sorted(PLACE.findall(str(message.id))) != sorted(PLACE.findall(str(message.string)))
    ]


def as_po(catalogue: Catalog) -> str:
    """The catalogue as text."""
    file = io.BytesIO()
    write_po(file, catalogue, width=110, omit_header=True)
    return HEAD + file.getvalue().decode()


def spoken(path: Path = MO) -> dict[Text, str]:
    """What the compiled catalogue says."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return translations(read_mo(file))


def translations(catalogue: Catalog) -> dict[Text, str]:
    """Text → translation, where there is one."""
    return {
        (_as_text(each.context), str(each.id)): str(each.string)
        for each in catalogue
        if each.id and each.string
    }


def _as_text(context: str | bytes | None) -> str | None:
    """Babel reads the contexts of a compiled catalogue as bytes."""
    return context.decode() if isinstance(context, bytes) else context


def read(path: Path = PO) -> Catalog:
    """The catalogue that is kept."""
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django")


def main(arguments: list[str]) -> int:
    catalogue = updated(read())
    if "--check" not in arguments:
        PO.write_text(as_po(catalogue), encoding="utf-8")
        with MO.open("wb") as file:
            write_mo(file, catalogue)
    wrong = [*stale(catalogue), *faults(catalogue)]
    for line in wrong:
        print(line)
    return 1 if wrong else 0


def stale(catalogue: Catalog) -> list[str]:
    """The files that do not say what the catalogue says."""
    fresh = {PO: PO.read_text(encoding="utf-8") == as_po(catalogue), MO: spoken() == translations(catalogue)}
    return [f"{path.relative_to(ROOT)} is out of date" for path, is_fresh in fresh.items() if not is_fresh]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
