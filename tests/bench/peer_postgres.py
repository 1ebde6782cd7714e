"""PostgreSQL with pg_trgm on the exported rows: ILIKE over trigram indexes, similarity where a character is wrong."""

import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import make_url

from tests.support import postgres

if TYPE_CHECKING:
    from tests.bench.search_peers import Taken

FACETS = ("directory", "city", "chain", "level", "status")
TEXTS = ("name", "short", "products")
NARROW = ("exact name", "brand and trade", "brand, two characters", "pinyin", "initials", "place and trade")
Plain = dict[str, list[dict[str, object]]]


def measure(rows: Path, plain: Plain) -> "dict[str, Taken]":
    """Milliseconds and hits by kind. Raises postgres.Missing where there is no server."""
    from tests.bench.search_peers import Taken

    found = {}
    with postgres.cluster("bench") as cluster, cluster.database() as url:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            begun = time.perf_counter()
            _load(connection, rows)
            print(f"  PostgreSQL: loaded and indexed in {time.perf_counter() - begun:.1f} s", flush=True)
            for kind, questions in plain.items():
                hits, taken = [], []
                _ask(connection, kind, questions[0])
                for question in questions:
                    begun = time.perf_counter()
                    hits.append(_ask(connection, kind, question))
                    taken.append((time.perf_counter() - begun) * 1000)
                found[kind] = Taken(taken, sorted(hits)[len(hits) // 2])
    return found


def _load(connection: psycopg.Connection, rows: Path) -> None:
    columns = "id, name, short, uscc, city, chain, level, status, directory, reading, initials, products, standing"
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    kinds = [f"{c} {'integer' if c in ('id', 'standing') else 'text'}" for c in columns.split(", ")]
    connection.execute(f"CREATE TABLE firm ({', '.join(kinds)})")
    with sqlite3.connect(rows) as source, connection.cursor() as cursor:
        with cursor.copy(f"COPY firm ({columns}) FROM STDIN") as copy:
            for row in source.execute(f"SELECT {columns} FROM firm"):  # noqa: S608 - constants
                copy.write_row(row)
    for column in (*TEXTS, "reading", "initials"):
        connection.execute(f"CREATE INDEX ON firm USING gin ({column} gin_trgm_ops)")
    connection.execute("CREATE INDEX ON firm (uscc text_pattern_ops)")
    connection.execute("CREATE INDEX ON firm (standing DESC, id)")
    connection.execute("VACUUM ANALYZE firm")


def _ask(connection: psycopg.Connection, kind: str, question: dict[str, object]) -> int:
    """Total, facets and rows of one question, each a statement as an application would write it."""
    where, values = _where(kind, str(question["text"]), question["filters"])
    counted = " UNION ALL ".join(f"SELECT '{f}', {f}, count(*) FROM m GROUP BY {f}" for f in FACETS)  # noqa: S608
    counts = f"WITH m AS MATERIALIZED (SELECT {', '.join(FACETS)} FROM firm WHERE {where}) {counted}"  # noqa: S608 - constants
    found = connection.execute(counts, values).fetchall()
    order = "similarity(name, %(text)s) DESC" if kind == "one wrong character" else "standing DESC, id"
    # Few rows match a name: ordering them is cheap, while walking the index of the order until twenty match is not.
    chosen = f"(SELECT * FROM firm WHERE {where} OFFSET 0) AS m" if kind in NARROW else f"firm WHERE {where}"  # noqa: S608
    rows = f"SELECT * FROM {chosen} ORDER BY {order} LIMIT 20"  # noqa: S608 - constants
    connection.execute(rows, values).fetchall()
    return sum(row[2] for row in found if row[0] == "status")


def _where(kind: str, text: str, filters: object) -> tuple[str, dict[str, str]]:
    values = {"text": text, "infix": f"%{text}%", "begins": f"{text}%"}
    by_kind = {
        "credit code": "uscc = %(text)s",
        "code beginning": "uscc LIKE %(begins)s",
        "pinyin": "reading LIKE %(begins)s",
        "initials": "initials LIKE %(begins)s",
        "one wrong character": "(name %% %(text)s OR short %% %(text)s)",
    }
    anywhere = " OR ".join(f"{column} ILIKE %(infix)s" for column in TEXTS)
    parts = [by_kind.get(kind, f"({anywhere})")] if text else ["true"]
    for column, value in (filters if isinstance(filters, dict) else {}).items():
        values[column] = str(value)
        parts.append(f"{column} = %({column})s")
    return " AND ".join(parts), values
