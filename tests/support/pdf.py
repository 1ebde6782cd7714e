"""Small PDFs, whole and otherwise."""


def a_pdf(*, pages: int = 1, script: bool = False) -> bytes:
    """A PDF of empty pages; ``script`` gives it an action that runs when it is opened."""
    kids = " ".join(f"{3 + number} 0 R" for number in range(pages))
    action = "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>" if script else ""
    objects = [f"<</Type/Catalog/Pages 2 0 R{action}>>", f"<</Type/Pages/Kids[{kids}]/Count {pages}>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * pages
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n"
    return body + end.encode() + f"startxref\n{len(body)}\n%%EOF\n".encode()
