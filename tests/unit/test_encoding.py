# ruff: noqa: RUF001 letters that look alike are what this is about
from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from builders import HEADERS, csv_bytes, row
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import FileError, UsageError
from importer.model import Code
from importer.read import Opening
from importer.read.encoding import decode
from importer.read.grid import Grid
from importer.read.text import read_text
from importer.read.western import CHUNK, _find_cells, _find_letters

PATH = Path("invoices.csv")

NOTES = {
    "fr": (
        "Loyer février|Réparation chauffage août|Société générale|Honoraires – 1er trimestre|"
        "Été à Noël|Frais d’école|Location à Paris|Dépôt de garantie 50 €|Règlement tardif|"
        "Électricité|Prestations de conseil décembre|Crème brûlée|Forêt|Maïs|Reçu"
    ),
    "pt": (
        "Aluguel de março|Prestação de serviços|Manutenção elétrica|São Paulo|Água e esgoto|"
        "Comissões|Locação de imóvel|Reunião às 10h|Irmãos Gonçalves|Órgão público|Três|Não"
    ),
    "es": (
        "Alquiler de año nuevo|Reparación|Niño Pérez|Diseño gráfico|Peluquería|¿Pagado?|"
        "Honorarios médicos|Compañía de teléfonos|Señor Núñez|Factura nº 7|Número único|Ángel"
    ),
    "pl": (
        "Czynsz za luty – Łódź|Usługi księgowe|Opłata|Sprzedaż towarów|Poznań|Kraków|Części|"
        "Należność|Środa|Koń|Ząb|Toruń|Odsetki za zwłokę"
    ),
    "cs": (
        "Nájem za březen|Účet č. 12|Údržba budovy|Dům a zahrada|Příspěvek|Školné|Plzeň|Kůň|"
        "Měsíční poplatek|Září|Člověk|Práce"
    ),
    "sk": "Nájom za máj|Účtovníctvo|Školenie|Ďalšie služby|Vŕtanie|Košice|Stôl|Päť kusov",
    "hu": "Bérleti díj|Könyvelés|Előfizetés|Győr|Szerződés|Fűtés|Főváros|Idő|Nő|Erdő|Tűzifa",
    "ro": "Chirie lună|Plată|Mâncare|Factură|România|Câine|Zăpadă|Casă|Bucureşti|Piaţă",
    "hr": "Račun za ožujak|Usluge čišćenja|Šećer|Kuća|Plaća|Đakovo|Općina|Noć|Voće",
    "tr": "Şubat ayı kirası|Danışmanlık|Öğrenci|İstanbul|Ağustos|Işık|Değer|Kış|Yıl|Müşteri",
    "lt": "Nuoma už kovą|Sąskaita|Mokėjimas|Žemė|Kėdė|Rugsėjis",
    "ru": "Аренда за март|Услуги бухгалтера|Ремонт|и|Я|Москва",
    "el": "Ενοίκιο Μαρτίου|Υπηρεσίες|Αθήνα|και|η",
    "ja": "配送|家賃|請求書 三月|サービス料|東京|修理|レンタル",
    "zh": "租金|服务费|三月份|北京|修理",
}
ENCODINGS = {
    **dict.fromkeys(["fr", "pt", "es"], ("cp1252", "iso8859_15", "mac_roman", "cp850", "cp437")),
    **dict.fromkeys(["pl", "cs", "sk", "hu", "ro", "hr"], ("cp1250", "iso8859_2", "cp852")),
    "tr": ("cp1254", "cp857", "mac_turkish"),
    "lt": ("cp1257", "cp775"),
    "ru": ("cp1251", "koi8_r", "cp866", "mac_cyrillic"),
    "el": ("cp1253", "iso8859_7", "cp737"),
    "ja": ("cp932", "euc_jp"),
    "zh": ("gb18030", "gbk"),
}
MATRIX = [(language, encoding) for language, found in ENCODINGS.items() for encoding in found]


ALONE = {
    "fr": (
        "Café|Crème|Électricité|Déménagement à Genève|Séminaire d’été|Hôtel Lumière|Noël|Façade|"
        "Société Générale|Assurance véhicule|Hélène Lefèvre|François Dubois|Entretien chaudière|"
        "Main d’œuvre|Première échéance|2ème acompte|Loyer de février"
    ),
    "pt": (
        "São Paulo|Manutenção|Aluguel de março|Pão|Serviços|Comissões de vendas|Reunião às 10h|"
        "Construções Leão Ltda|Câmara Municipal|Crédito|Irmãos Gonçalves|Viagem a Brasília|Café"
    ),
    "es": (
        "Alquiler de otoño|Electricidad, año nuevo|Limpieza del baño|Niño|Señor Muñoz|Teléfono|"
        "Begoña Ibáñez|España|Mañana|Compañía Eléctrica|Cotización|Servicio técnico|Número 5"
    ),
}
"""Notes each of which is certain by itself."""

FOREIGN = [
    ("cp1250", "Eső"),
    ("cp1250", "Petrović"),
    ("cp1250", "Koń"),
    ("cp1250", "Lékař"),
    ("cp1250", "Casă"),
    ("cp1254", "Dağ"),
    ("cp1257", "Duoną"),
]
"""Notes that Windows-1252 makes other words of, and the code page that they are in."""


def notes_in(language: str, encoding: str, notes: str = "") -> list[str]:
    """Return the notes of a language that an encoding can write and ASCII can't."""
    return [
        note
        for note in (notes or NOTES[language]).split("|")
        if note.encode(encoding, "replace").decode(encoding) == note and not note.isascii()
    ]


def read_notes(notes: Sequence[str], encoding: str, told: str | None = None) -> Grid:
    """Read a file with these notes in some encoding."""
    rows = [row(reference_id=f"INV-{n}", note=note) for n, note in enumerate(notes)]
    data = csv_bytes([HEADERS, *rows]).decode().encode(encoding)
    return read_text(PATH, data, Opening(encoding=told))


def uncertain(grid: Grid) -> set[int]:
    """Return the rows whose letters are not certain."""
    assert all(issue.code is Code.ENCODING_UNCERTAIN for issue in grid.issues)
    return {issue.row for issue in grid.issues}


@pytest.mark.parametrize(("language", "encoding"), MATRIX)
@pytest.mark.parametrize("length", [1, 2, 5, 20])
def test_no_wrong_letter_is_silent(language: str, encoding: str, length: int) -> None:
    """Whatever language in whatever old encoding: a row is read as it was meant, or told."""
    notes = notes_in(language, encoding)
    chance = random.Random(f"{language} {encoding} {length}")
    samples = [[note] for note in notes] if length == 1 else []
    samples += [chance.choices(notes, k=length) for _ in range(6 if length > 1 else 0)]
    for sample in samples:
        grid = read_notes(sample, encoding)
        told = uncertain(grid)
        for number, (note, found) in enumerate(
            zip(sample, grid.cells["3"].to_list()[1:], strict=True), 2
        ):
            assert found == note or number in told or "\N{REPLACEMENT CHARACTER}" in found


@pytest.mark.parametrize("language", ["fr", "pt", "es"])
def test_western_exports_are_read(language: str) -> None:
    """A French, Portuguese or Spanish export of Excel is read whole, and said to be a guess."""
    notes = notes_in(language, "cp1252")
    grid = read_notes(notes, "cp1252")
    assert grid.cells["3"].to_list()[1:] == notes
    assert grid.issues == ()
    assert "was read as Windows-1252" in grid.warnings[0]
    assert "--encoding" in grid.warnings[0]


@pytest.mark.parametrize("note", [note for notes in ALONE.values() for note in notes.split("|")])
def test_one_western_row_is_enough(note: str) -> None:
    """A file of one row is read where no other encoding makes words of its letters."""
    grid = read_notes([note], "cp1252")
    assert grid.cells["3"].to_list()[1:] == [note]
    assert grid.issues == ()


@pytest.mark.parametrize("language", ALONE)
@pytest.mark.parametrize("length", [3, 10])
def test_short_western_files_are_read(language: str, length: int) -> None:
    """A few rows of a Western language are read whole, whichever they are."""
    notes = notes_in(language, "cp1252", ALONE[language])
    chance = random.Random(f"{language} {length}")
    for _ in range(5):
        sample = chance.sample(notes, length)
        grid = read_notes(sample, "cp1252")
        assert grid.cells["3"].to_list()[1:] == sample
        assert grid.issues == ()


@pytest.mark.parametrize(("encoding", "note"), FOREIGN)
def test_a_foreign_name_among_western_rows_is_told(encoding: str, note: str) -> None:
    """A German file in another code page: its rows read alike in both, the foreign one is told."""
    german = ["Büro", "Straße", "Müller GmbH", "Jährliche Gebühr", "Prüfung", "Köln"]
    grid = read_notes([*german, note], encoding)
    assert grid.cells["3"].to_list()[1:-1] == german
    assert uncertain(grid) >= {8}


@pytest.mark.parametrize(("encoding", "note"), FOREIGN)
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_a_letter_at_the_end_of_a_line_is_told(encoding: str, note: str, line_end: str) -> None:
    """The last column's last letter is looked at as others are."""
    lines = ["reference_id,note", "INV-1,Büro", "INV-2,Straße", f"INV-3,{note}", ""]
    decoded = decode(PATH, line_end.join(lines).encode(encoding), None)
    assert 4 in decoded.doubts


@pytest.mark.parametrize("before", range(CHUNK - 5, CHUNK + 3))
def test_a_letter_counts_wherever_in_a_large_file_it_stands(before: int) -> None:
    """A file is searched piece by piece; no letter is lost where one piece ends."""
    letters = _find_letters(b"x" * before + b"\xe9y\n\xb0")
    assert letters == {b"x\xe9y", b" \xb0 "}


@given(
    st.binary(max_size=40) | st.text("aé,ö;\n |\t", max_size=40).map(lambda t: t.encode("cp1252"))
)
def test_letters_and_cells_are_those_of_the_file(data: bytes) -> None:
    """A letter has its very neighbours, spaces for a line's ends; a cell has its beginning."""
    spaced = b" " + data.translate(bytes.maketrans(b"\r\n", b"  ")) + b" "
    high = [at for at, byte in enumerate(spaced) if byte > 0x7F]
    assert _find_letters(data) == {spaced[at - 1 : at + 2] for at in high}
    cells = re.split(rb"[\x00-\x1f,;|\"]", data)
    assert _find_cells(data) == {cell for cell in cells if not cell.isascii()}


@pytest.mark.parametrize("note", ["Íñigo", "Ёлка"])
def test_letters_of_dos_that_happen_to_be_utf_8(note: str) -> None:
    """Two letters of DOS that are a rare one of UTF-8 aren't taken for it silently."""
    encoding = "cp850" if note == "Íñigo" else "cp866"
    assert uncertain(read_notes([note], encoding)) == {2}


def test_rows_of_ascii_are_certain() -> None:
    """A row without other letters stays as it is, whatever its neighbours hold."""
    grid = read_notes(["Rent", "Поставка", "Rent"], "cp1251")
    assert uncertain(grid) == {3}


def test_doubt_shows_both_readings() -> None:
    """The issue shows how the row may be read, and how to settle it."""
    (issue,) = read_notes(["Erdő és mező, idő, nő"], "cp1250").issues
    assert '"Erdő" (Windows-1250)' in issue.message
    assert '"Erdõ"' in issue.message
    assert "--encoding" in issue.message
    assert issue.message.count(" — ") == 2


@pytest.mark.parametrize(("language", "encoding"), MATRIX)
def test_told_encoding_is_taken(language: str, encoding: str) -> None:
    """What the user says is believed, without issues or warnings."""
    notes = notes_in(language, encoding)
    grid = read_notes(notes, encoding, encoding)
    assert grid.cells["3"].to_list()[1:] == notes
    assert (grid.issues, grid.warnings) == ((), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_needs_no_word(encoding: str) -> None:
    """UTF-8 is read with and without its mark, in all languages at once."""
    notes = [note for language in NOTES for note in NOTES[language].split("|")]
    grid = read_notes(notes, encoding)
    assert grid.cells["3"].to_list()[1:] == notes
    assert (grid.issues, grid.warnings) == ((), ())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_and_32(encoding: str) -> None:
    """UTF-16 is read with and without its mark, UTF-32 with it, and it is said."""
    notes = [NOTES["fr"], NOTES["ja"], NOTES["ru"]]
    grid = read_notes(notes, encoding)
    assert grid.cells["3"].to_list()[1:] == notes
    assert "UTF-" in grid.warnings[0]
    assert grid.issues == ()


def test_utf_16_marks_of_either_end() -> None:
    """The mark says in which order the bytes are."""
    text = csv_bytes([HEADERS, row(note="été")]).decode()
    data = b"\xfe\xff" + text.encode("utf-16-be")
    assert read_text(PATH, data, Opening()).cells["3"].to_list() == ["note", "été"]


def test_damaged_utf_8_loses_no_more_than_its_letters() -> None:
    """Bytes that are no UTF-8, among many that are, become replacement characters and are told."""
    data = csv_bytes([HEADERS, row(note="été à Noël"), row(note="x"), row(note="où")]).replace(
        b"x", b"caf\xe9"
    )
    grid = read_text(PATH, data, Opening())
    assert grid.cells["3"].to_list()[1:] == ["été à Noël", "caf\N{REPLACEMENT CHARACTER}", "où"]
    assert "1 of its characters are damaged" in grid.warnings[0]


@pytest.mark.parametrize(
    ("encoding", "hint"),
    [("windws-1252", "Did you mean windows-1252"), ("zip", "no encoding"), ("idna", "no encoding")],
)
def test_unknown_encoding_is_a_wrong_option(encoding: str, hint: str) -> None:
    """A name that is no encoding of text is told with the nearest that is."""
    with pytest.raises(UsageError, match=hint):
        read_notes(["Rent"], "utf-8", encoding)


@pytest.mark.parametrize(
    ("actual", "told", "message"),
    [
        ("utf-8", "cp1252", "is text in UTF-8, not in Windows-1252"),
        ("utf-8-sig", "latin-1", "is text in UTF-8, not in iso8859-1"),
        ("utf-16", "cp1252", "is text in UTF-16, not in Windows-1252"),
        ("cp1252", "utf-8", r"is not text in utf-8 \(line 2\)"),
        ("cp1252", "ascii", r"is not text in ascii \(line 2\)"),
        ("cp1252", "utf-16", "is no spreadsheet|is not text in utf-16"),
    ],
)
def test_told_encoding_that_cannot_be(actual: str, told: str, message: str) -> None:
    """An encoding in which the file can't be, or plainly isn't, is refused."""
    with pytest.raises(FileError, match=message):
        read_notes(["été à Noël"], actual, told)


@pytest.mark.parametrize(
    ("actual", "told"), [("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "windows-1252")]
)
def test_told_encoding_that_is_so(actual: str, told: str) -> None:
    """Naming what the file itself says changes nothing."""
    assert read_notes(["été"], actual, told).cells["3"].to_list() == ["note", "été"]
