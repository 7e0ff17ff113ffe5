"""What is done to a text file as a whole: encodings, dialects, line ends, packing, kinds."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace

from damage.owner import FIELDS, LANGUAGES, OWN, PLAIN, RICH, Row, with_notes
from damage.pieces import BASES, OWN_FIRST, Base, Piece, make_variant
from damage.records import reach
from damage.variant import Variant
from importer.read import Opening

UNICODE = {
    "utf-8": ("utf-8", b""),
    "utf-8-bom": ("utf-8-sig", b""),
    "utf-8-two-boms": ("utf-8-sig", b"\xef\xbb\xbf"),
    "utf-16-le-bom": ("utf-16-le", b"\xff\xfe"),
    "utf-16-be-bom": ("utf-16-be", b"\xfe\xff"),
    "utf-16-le": ("utf-16-le", b""),
    "utf-16-be": ("utf-16-be", b""),
    "utf-32-le-bom": ("utf-32-le", b"\xff\xfe\x00\x00"),
    "utf-32-be-bom": ("utf-32-be", b"\x00\x00\xfe\xff"),
}
WESTERN = ("french", "portuguese", "spanish", "german")
LEGACY = {
    **dict.fromkeys(
        WESTERN, ("cp1252", "latin-1", "iso8859-15", "mac_roman", "cp850", "cp437", "cp858")
    ),
    "polish": ("cp1250", "iso8859-2", "cp852", "mac_latin2"),
    "russian": ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac_cyrillic"),
    "greek": ("cp1253", "iso8859-7", "cp737", "mac_greek"),
    "turkish": ("cp1254", "iso8859-9", "cp857", "mac_turkish"),
    "japanese": ("shift_jis", "cp932", "euc_jp", "iso2022_jp"),
    "chinese": ("gb18030", "gbk", "big5"),
    "vietnamese": ("cp1258",),
}
UNCERTAIN = "its letters read otherwise in another encoding"


def unicode_encodings() -> Iterator[Variant]:
    """Every encoding of Unicode, with and without a byte order mark, in every language."""
    for name, (encoding, prefix) in UNICODE.items():
        for base in BASES:
            yield make_variant(
                base, f"encoding-{name}", base.pieces(), encoding=encoding, prefix=prefix
            )
        for language, notes in LANGUAGES.items():
            base = Base(language, with_notes(PLAIN, notes))
            yield make_variant(
                base, f"encoding-{name}", base.pieces(), encoding=encoding, prefix=prefix
            )


def legacy_encodings() -> Iterator[Variant]:
    """Encodings from before Unicode: found out or said; with few and with many telling letters.

    What a Western European Windows wrote has to be read; of the others only ASCII rows are certain.
    """
    for language, encodings in LEGACY.items():
        notes = LANGUAGES[language]
        for encoding in encodings:
            for extent, texts in {"all": notes, "few": (*("Rent",) * 7, notes[0])}.items():
                rows = with_notes(PLAIN, texts)
                if not _fits(rows, encoding):
                    continue
                base = Base(f"{language}-{extent}", rows)
                windows = encoding == "cp1252" and extent == "all"
                uncertain = {i for i, row in enumerate(rows) if not row.invoice.note.isascii()}
                yield make_variant(
                    base,
                    f"encoding-{encoding}",
                    base.pieces(),
                    set() if windows else uncertain,
                    UNCERTAIN,
                    encoding=encoding,
                )
                yield make_variant(
                    base,
                    f"encoding-{encoding}-said",
                    base.pieces(),
                    encoding=encoding,
                    opening=Opening(encoding=encoding),
                )


def _fits(rows: tuple[Row, ...], encoding: str) -> bool:
    try:
        "".join(row.invoice.note for row in rows).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def mixed_encodings() -> Iterator[Variant]:
    """One row of a UTF-8 file in another encoding; a byte that is none; a byte of nothing."""
    base = BASES[0]
    pieces = base.pieces()
    bytes_ = {"ff": b"\xff", "c3": b"\xc3", "nul": b"\0", "fffd": b"\xef\xbf\xbd"}
    for r in (2, 5, 6, 8):
        lines = [piece.text.encode() for piece in pieces]
        cells = base.records()[r]
        changes = {
            f"row-encoded-{encoding}": pieces[r].text.encode(encoding)
            for encoding in ("cp1252", "mac_roman", "cp850", "utf-16-le")
        }
        for name, byte in bytes_.items():
            for column in (0, 3):
                texts = [cell.encode() for cell in cells]
                texts[column] = texts[column][:1] + byte + texts[column][1:]
                changes[f"byte-{name}-col{column}"] = b",".join(texts) + b"\n"
        for name, line in changes.items():
            intact = make_variant(base, f"{name}/row{r}", pieces, {r - 1}, UNCERTAIN)
            yield replace(intact, data=b"".join([*lines[:r], line, *lines[r + 1 :]]))
    for encoding in ("cp1252", "mac_roman"):
        header = ("Référence", "counterparty_id", "currency", "note", "fee_bearer")
        named = (("reference_id", "Référence"),)
        accented = Base("header-accented", with_notes(PLAIN, ("Rent",)), headers=named)
        yield make_variant(
            accented,
            f"encoding-{encoding}",
            accented.pieces(),
            set() if encoding == "cp1252" else accented.everything(),
            f"{header[0]} reads otherwise in another encoding",
            encoding=encoding,
        )


def dialects() -> Iterator[Variant]:
    """The whole file with another delimiter, quote, escape, line end; a line that says which."""
    for rows, kind in ((PLAIN, "plain"), (RICH, "rich")):
        for columns, order in (((*FIELDS, OWN), "own-last"), (OWN_FIRST, "own-first")):
            for delimiter in ",;\t|":
                for end in ("\n", "\r\n", "\r"):
                    base = Base(f"{kind}-{order}", rows, columns, delimiter, end)
                    name = f"dialect-{ord(delimiter):#x}-{end.encode().hex()}"
                    pieces = base.pieces()
                    yield make_variant(base, name, pieces)
                    if end == "\r\n":
                        all_quoted = replace(base, quote_all=True)
                        yield make_variant(base, f"{name}-all-quoted", all_quoted.pieces())
                        said = Piece(f"sep={delimiter}{end}", rows=0)
                        yield make_variant(base, f"{name}-said", [said, *pieces])
                        wrong = Piece(f"sep={';' if delimiter == ',' else ','}{end}", rows=0)
                        yield make_variant(
                            base, f"{name}-said-wrongly", [wrong, *pieces],
                            base.everything(), "the file says so",
                        )  # fmt: skip


def odd_dialects() -> Iterator[Variant]:
    """Delimiters, quotes and escapes that no spreadsheet program writes by itself."""
    for base in BASES:
        everything = base.everything()
        for delimiter in (" ", ", ", ":", "^", "||", "~", "\x1f", "\\t", " , ", ";;"):
            odd = replace(base, delimiter=delimiter)
            certain = {", ", " , "} if base.delimiter == "," and base.name == "plain" else set()
            damaged = set() if delimiter in certain else everything
            name = f"delimited-by-{delimiter.encode().hex()}"
            yield make_variant(base, name, odd.pieces(), damaged, "no delimiter of ours", torn=1)
        odd = replace(base, mark="'", escape="''")
        yield make_variant(base, "quoted-by-apostrophes", odd.pieces(), everything, "odd", torn=1)
        for name, escape in {"backslashes": '\\"', "nothing": '"'}.items():
            odd = replace(base, escape=escape)
            pieces = odd.pieces()
            inner = {i for i, row in enumerate(base.rows, 1) if '"' in row.invoice.note}
            damaged = set().union(*(reach(pieces, i, opens=False) for i in inner))
            yield make_variant(base, f"escaped-by-{name}", pieces, damaged, "odd", torn=1)


def margins() -> Iterator[Variant]:
    """Line ends at the end of the file, blank lines, spaces around cells, delimiters at margins."""
    for base in BASES:
        pieces = base.pieces()
        last = pieces[-1]
        cut = [*pieces[:-1], Piece(last.text.removesuffix(base.end), last.owner)]
        yield make_variant(base, "no-last-line-end", cut)
        for count in (1, 2, 5, 40):
            blank = [Piece(base.end)] * count
            yield make_variant(base, f"{count}-blank-lines-at-end", [*pieces, *blank])
            lines = [*blank, *pieces]
            far = base.everything() if count > 29 else None
            yield make_variant(base, f"{count}-blank-lines-at-start", lines, far, "too far down")
            empty = [Piece(base.join([""] * len(base.columns)))] * count
            yield make_variant(base, f"{count}-empty-rows-at-end", [*pieces, *empty])
        for at in (1, 2, 5):
            for count in (1, 3):
                blank = [Piece(base.end)] * count
                empty = [Piece(base.join([""] * len(base.columns)))] * count
                file = [*pieces[:at], *blank, *pieces[at:]]
                yield make_variant(base, f"{count}-blank-lines-before/row{at}", file)
                file = [*pieces[:at], *empty, *pieces[at:]]
                yield make_variant(base, f"{count}-empty-rows-before/row{at}", file)
        yield make_variant(
            base, "ctrl-z-at-end", [*pieces, Piece("\x1a")], {len(base.rows) - 1}, "?"
        )
        for where in ("start", "end"):
            extra = [""]
            records = [
                [*extra, *cells] if where == "start" else [*cells, *extra]
                for cells in base.records()
            ]
            file = [
                Piece(base.join(cells), i - 1 if i else None) for i, cells in enumerate(records)
            ]
            yield make_variant(base, f"delimiter-at-every-{where}", file)
            file[0] = pieces[0]
            damaged = base.everything() if where == "start" else None
            yield make_variant(base, f"delimiter-at-every-{where}-of-rows", file, damaged, "moved")
        if not base.quote_all:
            spaced = [
                Piece(
                    base.join([f" {cell} " if '"' not in cell else cell for cell in cells]), owner
                )
                for cells, owner in zip(base.records(), (p.owner for p in pieces), strict=True)
            ]
            yield make_variant(base, "spaces-around-cells", spaced)


def packing() -> Iterator[Variant]:
    """Gzipped, named otherwise, cut off."""
    for base in BASES:
        plain = make_variant(base, "packing", base.pieces())
        for file in ("a.txt", "a.tsv", "a", "a.xlsx", "inv[1].csv", "données *.csv", "-x.csv"):
            yield replace(plain, name=f"{plain.name}-named-{file}", file=file)
        packed = gzip.compress(plain.data, mtime=0)
        for file in ("a.csv.gz", "a.csv", "a.xlsx"):
            yield replace(plain, name=f"{plain.name}-gzip-{file}", file=file, data=packed)
        refused = tuple(replace(meant, damaged=True) for meant in plain.meant)
        for size in (5, len(packed) // 2, len(packed) - 1, len(packed) - 8):
            name = f"{plain.name}-gzip-cut-{size}"
            yield replace(plain, name=name, data=packed[:size], meant=refused, why="cut off")
        twice = gzip.compress(packed, mtime=0)
        yield replace(plain, name=f"{plain.name}-gzip-twice", data=twice, meant=refused, why="odd")


def cut_off() -> Iterator[Variant]:
    """Cut off in its last row, cell by cell; not inside its last cell."""
    for base in BASES:
        pieces = base.pieces()
        cells = base.records()[-1]
        for kept in range(1, len(cells)):
            for tail in ("", base.delimiter):
                if kept == len(cells) - 1 and tail:
                    continue
                text = base.delimiter.join(cells[:kept]) + tail
                yield make_variant(
                    base, f"cut-after-{kept}{'-delimiter' if tail else ''}",
                    swap_last(pieces, text), {len(base.rows) - 1, *before(base, kept, tail)}, "cut",
                )  # fmt: skip


def swap_last(pieces: list[Piece], text: str) -> list[Piece]:
    """Return the pieces with another text in the last."""
    return [*pieces[:-1], replace(pieces[-1], text=text)]


def before(base: Base, kept: int, tail: str) -> set[int]:
    """Return the row that a single last cell could belong to."""
    return {len(base.rows) - 2} if kept == 1 and not tail else set()


def kinds() -> Iterator[Variant]:
    """What is no spreadsheet, or another kind of it, under a name of one."""
    base = BASES[0]
    lines = [",".join(cells) for cells in base.records()]
    table = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in base.records()
    )
    others = {
        "html-table": f"<html><body><table>{table}</table></body></html>",
        "html-fragment": f"<table>{table}</table>",
        "xml": f"<?xml version='1.0'?><Workbook><Table>{table}</Table></Workbook>",
        "json": '[{"reference_id": "MLV-0001", "counterparty_id": 4012, "currency": "USD"}]',
        "jsonl": '{"reference_id": "MLV-0001"}\n{"reference_id": "MLV-0002"}\n',
        "rtf": r"{\rtf1\ansi " + r"\par ".join(lines) + "}",
        "pdf": "%PDF-1.4\n" + "\n".join(lines),
        "email": "From: a@example.com\nSubject: invoices\n\nplease import",
        "png": "\x89PNG\r\n\x1a\n" + "\0" * 64,
        "empty": "",
        "blank": " \n\n \n",
        "header-alone": lines[0] + "\n",
        "no-header": "\n".join(lines[1:]),
        "transposed": "\n".join(",".join(row) for row in zip(*base.records(), strict=True)),
    }
    for name, text in others.items():
        encoding = "latin-1" if name == "png" else "utf-8"
        yield Variant(f"csv/kind/{name}", "invoices.xls", text.encode(encoding), ())
    html = [Piece("<!DOCTYPE html>\n"), *base.pieces()]
    yield make_variant(base, "kind-html-before", html, base.everything(), "named a page")
    rows = ["| " + " | ".join(cells) + " |\n" for cells in base.records()]
    markdown = [Piece(text, i - 1 if i else None) for i, text in enumerate(rows)]
    yield make_variant(base, "kind-markdown", markdown, base.everything(), "no CSV")
