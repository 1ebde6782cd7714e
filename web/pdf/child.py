"""Run as a process of its own: set one document and print it as PDF. Imports nothing of the registry.

Standard input is JSON: ``template`` (path), ``data`` (what it is given), ``fonts`` (folders), ``families`` (Chinese
fonts that will do, best first), ``memory`` and ``cpu_seconds`` (limits). Standard output is the PDF. Exit 3: none of
these fonts is there.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

NO_FONT_EXIT = 3


def main(asked: dict[str, Any]) -> int:
    """Set the document; the number to end with."""
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["cpu_seconds"], asked["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import typst

    fonts = typst.Fonts(include_system_fonts=True, font_paths=asked["fonts"])
    there = set(fonts.families())
    family = next((name for name in asked["families"] if name in there), None)
    if family is None:
        return NO_FONT_EXIT
    template = Path(asked["template"])
    # It may open what lies beside the template, and no package: the folder of packages does not exist.
    nowhere = template.parent / "no-packages"
    compiler = typst.Compiler(
        template, root=template.parent, font_paths=fonts, package_path=nowhere, package_cache_path=nowhere
    )
    inputs = {"data": json.dumps(asked["data"], ensure_ascii=False), "font": family}
    made = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"])
    if not isinstance(made, bytes):
        raise TypeError("more than one document")
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(json.load(sys.stdin)))
