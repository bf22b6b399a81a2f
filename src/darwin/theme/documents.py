"""Documents that are printed or handed out: typeset as tagged PDF, with nothing taken from the machine.

The template is Typst's own language; what it shows comes in as data and is never read as markup, so that no
name or narrative can change a document. Fonts are those inside the typesetter: the same page everywhere.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst


def typeset(template: Path, data: Mapping[str, Any], *, title: str, language: str = "en") -> bytes:
    """A PDF/UA-1 (tagged, with a title) of `template`, which reads `data` by `json(bytes(sys.inputs.data))`.

    data: what JSON can hold. language: "en" or "cy". Raises typst.TypstError for a template that does not
    compile, which is a fault of ours and never of the data.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False), "title": title, "language": language}
    made: bytes = typst.compile(
        str(template), sys_inputs=inputs, ignore_system_fonts=True, pdf_standards="ua-1"
    )
    return made
