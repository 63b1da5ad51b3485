"""Run the blocks of the notebook tutorial one after the other and print, as JSON, what each of them printed.

A program of its own, so that it can be run by the Python of an environment that has nothing but the library.
"""

import contextlib
import io
import json
import re
import sys


def main(page: str) -> None:
    with open(page, encoding="utf-8") as file:
        blocks = re.findall(r"^```python\n(.*?)^```", file.read(), flags=re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    printed = []
    for number, block in enumerate(blocks, start=1):
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            exec(compile(block, f"block {number}", "exec"), names)
        printed.append(told.getvalue())
    modules = sorted({name.partition(".")[0] for name in sys.modules})
    print(json.dumps({"printed": printed, "modules": modules}))


if __name__ == "__main__":
    main(sys.argv[1])
