from __future__ import annotations

from dataclasses import replace

import pytest
from builders import HEADERS
from hypothesis import given
from hypothesis import strategies as st

from importer.columns import count_fields, fits, map_columns, match_fields
from importer.errors import FileError
from importer.headers import header_key, load_words
from importer.model import REQUIRED_FIELDS, Field
from importer.results import Results
from importer.table import Match


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Reference ID", Field.REFERENCE_ID),
        ("REFERENCE_ID", Field.REFERENCE_ID),
        ("reference-id", Field.REFERENCE_ID),
        (" Reference\n ID * ", Field.REFERENCE_ID),
        ("Reference\N{NO-BREAK SPACE}ID:", Field.REFERENCE_ID),
        ("Reference", Field.REFERENCE_ID),
        ("Customer ID", Field.COUNTERPARTY_ID),
        ("Memo", Field.NOTE),
        ("Due", Field.DUE_DATE),
        ("As payment link", Field.AS_PAYMENT_LINK),
        ("Fee Bearer", Field.FEE_BEARER),
        ("CURRENCY", Field.CURRENCY),
    ],
)
def test_header_names_its_field(header: str, field: Field) -> None:
    """Case, spaces, underscores and a mark of obligation don't matter; aliases are known."""
    assert match_fields([header]) == {field: [0]}


@pytest.mark.parametrize("header", ["", "Cost centre", "id", "referenceid2", "status", "date"])
def test_other_headers_name_nothing(header: str) -> None:
    """A header that isn't on the list is nobody's: there is no guessing."""
    assert count_fields([header]) == 0


@given(field=st.sampled_from(Field), data=st.data())
def test_any_spelling_of_a_field_is_found(field: Field, data: st.DataObject) -> None:
    """Any case and any separator between the words give the same field."""
    words = [
        "".join(data.draw(st.sampled_from([c, c.upper()])) for c in word)
        for word in field.value.split("_")
    ]
    separator = data.draw(st.sampled_from([" ", "_", "-", ".", "  ", " _ ", "\n", "\t"]))
    assert match_fields([separator.join(words)]) == {field: [0]}


def aliases() -> list[tuple[Field, str]]:
    """Return every alias of the data file, with its field."""
    sections = load_words()["columns"]
    return [
        (field, alias) for field in Field for names in sections[field].values() for alias in names
    ]


def test_no_alias_stands_for_two_fields() -> None:
    """However an alias is compared, it belongs to one field, and isn't a field's own name."""
    assert load_words()["columns"].keys() == set(Field)
    owners: dict[str, set[Field]] = {header_key(field): {field} for field in Field}
    for field, alias in aliases():
        owners.setdefault(header_key(alias), set()).add(field)
    assert {key: owner for key, owner in owners.items() if len(owner) > 1} == {}
    assert {len(owner) for owner in owners.values()} == {1}


def test_every_alias_is_found_in_any_spelling() -> None:
    """An alias stands for its field as written, in capitals, with underscores and with a hint."""
    for field, alias in aliases():
        for written in (alias, alias.upper(), alias.replace(" ", "_"), f" {alias} (required)*"):
            assert match_fields([written]) == {field: [0]}, written


def test_no_alias_is_written_twice() -> None:
    """The data file has every alias of a language once."""
    for sections in load_words()["columns"].values():
        for names in sections.values():
            keys = [header_key(name) for name in names]
            assert len(keys) == len(set(keys)), names


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("N° client", Field.COUNTERPARTY_ID),
        ("Nº DE CLIENTE", Field.COUNTERPARTY_ID),
        ("Customer #", Field.COUNTERPARTY_ID),
        ("counterpartyId", Field.COUNTERPARTY_ID),
        ("Kunden-Nr.", Field.COUNTERPARTY_ID),
        ("Re\u0301fe\u0301rence", Field.REFERENCE_ID),
        ("\uff32\uff25\uff26", Field.REFERENCE_ID),
        ("Date d\u2019echeance", Field.DUE_DATE),
        ("DUEDATE", Field.DUE_DATE),
        ("Due date (YYYY-MM-DD)", Field.DUE_DATE),
        ("Waehrung", Field.CURRENCY),
        ("DIVISAS", Field.CURRENCY),
        ("Descricao", Field.NOTE),
        ("Frais à la charge de :", Field.FEE_BEARER),
        ("Enlace de pago (sí/no)", Field.AS_PAYMENT_LINK),
        ("note (file)", Field.NOTE),
    ],
)
def test_headers_of_other_languages_and_programs(header: str, field: Field) -> None:
    """Accents, number signs, run-together words and hints in brackets don't matter."""
    assert match_fields([header]) == {field: [0]}


FOREIGN = [
    *("id", "number", "date", "amount", "name", "type", "customer", "client", "comments", "total"),
    *(
        "Invoice date",
        "Issue date",
        "Payment date",
        "Value date",
        "Paid on",
        "Overdue",
        "Amount due",
    ),
    *("Date de facture", "Date de paiement", "Montant", "Nom du client", "Statut"),
    *("Data da fatura", "Data de emissão", "Data de pagamento", "Valor", "Nome do cliente"),
    *("Fecha", "Fecha de factura", "Fecha de emisión", "Fecha de pago", "Importe", "Cliente"),
    *("Datum", "Rechnungsdatum", "Kunde", "Betrag", "Reference (old)", "Bank reference", "Fees"),
]


@pytest.mark.parametrize("header", FOREIGN)
def test_headers_of_something_else_are_left_alone(header: str) -> None:
    """What may well be another thing is nobody's, and isn't asked about either."""
    columns = map_columns([*(h for h in HEADERS if h != Field.DUE_DATE), header])
    assert columns.columns.keys() == REQUIRED_FIELDS


@pytest.mark.parametrize(
    "header", ["Due dat", "Due  Daet", "duedat", "due_date2", "Vencimeto", "Date d'échéanc"]
)
def test_nearly_the_due_date_is_asked_about(header: str) -> None:
    """A misspelt due date would be left out silently: the file is refused with both remedies."""
    headers = [*(h for h in HEADERS if h != Field.DUE_DATE), header]
    text = " ".join(header.split())
    with pytest.raises(FileError, match=f'"{text}" \\(column 7\\).*--columns "{text}=due_date"'):
        map_columns(headers)
    assert Field.DUE_DATE in map_columns(headers, {header: Field.DUE_DATE}).columns
    assert map_columns([*HEADERS, header]).columns.keys() == set(Field)


def test_columns_keep_position_and_spelling() -> None:
    """Each field knows its column and the header as written; unknown columns are nobody's."""
    headers = ["Cost centre", "Due", *(h.upper() for h in HEADERS if h != Field.DUE_DATE)]
    columns = map_columns(headers)
    assert {f: (c.name, c.header) for f, c in columns.columns.items()} == {
        Field.DUE_DATE: ("1", "Due"),
        Field.REFERENCE_ID: ("2", "REFERENCE_ID"),
        Field.COUNTERPARTY_ID: ("3", "COUNTERPARTY_ID"),
        Field.CURRENCY: ("4", "CURRENCY"),
        Field.NOTE: ("5", "NOTE"),
        Field.FEE_BEARER: ("6", "FEE_BEARER"),
        Field.AS_PAYMENT_LINK: ("7", "AS_PAYMENT_LINK"),
    }


def test_due_date_may_be_left_out() -> None:
    """A file without due dates fits; messages then use the API's name."""
    headers = [h for h in HEADERS if h != Field.DUE_DATE]
    assert fits(headers)
    assert Field.DUE_DATE not in map_columns(headers).columns
    assert map_columns(headers).header(Field.DUE_DATE) == "due_date"


@pytest.mark.parametrize("field", sorted(REQUIRED_FIELDS))
def test_missing_column_is_named(field: Field) -> None:
    """One error names the missing column and lists the headers found."""
    headers = [h.title() for h in HEADERS if h != field]
    assert not fits(headers)
    with pytest.raises(FileError, match=f"The column {field} is missing") as caught:
        map_columns(headers)
    message = str(caught.value)
    assert all(f'"{header}"' in message for header in headers)
    assert message.endswith("Nothing was sent.")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("Refrence ID", Field.REFERENCE_ID),
        ("Curency", Field.CURRENCY),
        ("Custmer ID", Field.COUNTERPARTY_ID),
        ("Fee bearr", Field.FEE_BEARER),
    ],
)
def test_nearest_header_is_suggested(written: str, field: Field) -> None:
    """A misspelt header is suggested for the column that is missing, by its own spelling."""
    headers = [written if h == field else h for h in HEADERS]
    with pytest.raises(FileError, match=f'Did you mean the column "{written}"'):
        map_columns(headers)


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    """A header that resembles nothing is listed but not suggested, nor is one already in use."""
    headers = ["xyz" if h == Field.CURRENCY else h for h in HEADERS]
    with pytest.raises(FileError) as caught:
        map_columns(headers)
    assert "Did you mean" not in str(caught.value)


def test_a_column_in_use_is_not_suggested() -> None:
    """A header that gives another field already is no misspelling of the missing one."""
    with pytest.raises(FileError) as caught:
        map_columns([*(h for h in HEADERS[:-1] if h != Field.AS_PAYMENT_LINK), "Payment due"])
    assert "Did you mean" not in str(caught.value)


def test_all_missing_columns_are_told_at_once() -> None:
    """Whoever has to rename three columns reads of three."""
    with pytest.raises(FileError) as caught:
        map_columns(["reference_id", "", "note", "fee_bearer"])
    message = str(caught.value)
    assert message.startswith(
        "The columns counterparty_id, currency and as_payment_link are missing. Add them, or give "
        "your columns these names, or say which column is which: --columns "
        '"Your header=counterparty_id".'
    )
    assert 'Headers found: "reference_id", "note", "fee_bearer".' in message


def test_misspelt_headers_are_all_asked_about_in_one_sentence() -> None:
    """Each missing column with the header that may be it, and an option to copy."""
    with pytest.raises(FileError) as caught:
        map_columns(["reference_id", "Custmer ID", "Curency", "note", "fee_bearer"])
    message = str(caught.value)
    assert 'Did you mean "Custmer ID" for counterparty_id and "Curency" for currency?' in message
    assert '--columns "Custmer ID=counterparty_id; Curency=currency".' in message


def test_no_word_is_guessed_at_that_is_like_another_by_chance() -> None:
    """A document is no note, and a header that was guessed for one field is none for another."""
    with pytest.raises(FileError) as caught:
        map_columns(["Beleg", "Kunde", "Invoice", "Currency", "Fee bearer", "Payment link"])
    message = str(caught.value)
    assert 'Did you mean "Invoice" for reference_id and "Kunde" for counterparty_id?' in message
    assert '"Invoice=reference_id; Kunde=counterparty_id"' in message


def test_two_columns_for_one_field_stop_the_import() -> None:
    """Which of two columns is meant can't be known: both are named."""
    with pytest.raises(FileError, match=r'"reference_id" \(column 1\) and "Ref" \(column 8\)'):
        map_columns([*HEADERS, "Ref"])
    places = [f"column {letter}" for letter in "BCDEFGHI"]
    with pytest.raises(FileError, match=r'"reference_id" \(column B\) and "Ref" \(column I\)'):
        map_columns([*HEADERS, "Ref"], places=places)


def test_the_way_a_column_was_found_is_kept() -> None:
    """A column tells whether its header is the field's name, another name, or the user's word."""
    headers = ["Reference-ID", "Customer ID", "Money", *HEADERS[3:]]
    columns = map_columns(headers, {"money": Field.CURRENCY}).columns
    assert columns[Field.REFERENCE_ID].match is Match.NAME
    assert columns[Field.COUNTERPARTY_ID].match is Match.ALIAS
    assert columns[Field.CURRENCY].match is Match.MAPPING


def test_the_users_mapping_wins() -> None:
    """A mapped header gives its field though others would, and no other field than that."""
    headers = [*HEADERS, "Memo", "Ref"]
    mapping = {"MEMO": Field.NOTE, "ref": Field.REFERENCE_ID}
    columns = map_columns(headers, mapping).columns
    assert columns[Field.NOTE].name == "7"
    assert columns[Field.REFERENCE_ID].name == "8"
    assert fits(headers, mapping)
    as_note = {"Ref": Field.NOTE}
    assert map_columns(["Ref", *HEADERS], as_note).columns[Field.NOTE].name == "0"
    moved = {"currency": Field.NOTE, "note": Field.CURRENCY}
    columns = map_columns(HEADERS, moved).columns
    assert (columns[Field.NOTE].name, columns[Field.CURRENCY].name) == ("2", "3")


RESULTS = Results(("Status", "Invoice Number", "row"))
"""What a file has that may be our results."""


@pytest.mark.parametrize("written", ["invoice_number", "Status"])
def test_a_column_of_the_results_is_not_mapped(written: str) -> None:
    """The user's mapping can't make it a field, unless the file has such a header of its own."""
    mapping = {written: Field.REFERENCE_ID}
    with pytest.raises(FileError, match=f'"{written}" is a column of the results') as caught:
        map_columns(HEADERS, mapping, results=RESULTS)
    assert "If these are no results, rename it to reference_id. Headers" in str(caught.value)
    with pytest.raises(FileError, match="is a column of the results") as caught:
        map_columns(HEADERS, mapping, results=replace(RESULTS, certain=True))
    assert "rename" not in str(caught.value)
    headers = [f"{written} (file)" if written == "invoice_number" else written, *HEADERS]
    columns = map_columns(headers, mapping, results=RESULTS).columns
    assert columns[Field.REFERENCE_ID].name == "0"


def test_why_our_number_is_no_reference_is_said() -> None:
    """With the columns that say so; to rename it only where it may be the user's own."""
    with pytest.raises(FileError, match="The column reference_id is missing") as caught:
        map_columns(HEADERS[1:], results=RESULTS)
    assert (
        'The column "Invoice Number" is not taken for it: beside "Status" and "row", as in the '
        "results of an import, it holds the numbers that the API gave. If these are no results, "
        "and it is your own reference, rename it to reference_id. Headers found"
    ) in str(caught.value)
    with pytest.raises(FileError, match=r"is not taken for it.* gave\. Headers found"):
        map_columns(HEADERS[1:], results=replace(RESULTS, certain=True))


@pytest.mark.parametrize("results", [Results(), Results(("status", "error", "row")), RESULTS])
def test_nothing_is_said_of_our_number_where_it_is_not_meant(results: Results) -> None:
    """Where there is none, and where another column is missing."""
    missing = HEADERS[1:] if results is not RESULTS else [h for h in HEADERS if h != Field.CURRENCY]
    with pytest.raises(FileError, match="is missing") as caught:
        map_columns(missing, results=results)
    assert "is not taken for it" not in str(caught.value)


@pytest.mark.parametrize("headers", [["invoice_number", "Ref"], ["Ref", "Invoice Number"]])
def test_our_number_is_never_proposed_as_the_reference(headers: list[str]) -> None:
    """Of two that give it, the other is; and neither, if both are called as ours."""
    with pytest.raises(FileError, match=r'Two columns.*--columns "Ref=reference_id"'):
        map_columns([*headers, *HEADERS[1:]])
    with pytest.raises(FileError, match=r"Rename or remove one\."):
        map_columns(["invoice_number", "Invoice Number", *HEADERS[1:]])


def test_a_mapped_header_written_just_so_wins_over_likes() -> None:
    """Of two headers that compare alike, the one that the user wrote is meant."""
    headers = ["REF", "Ref", *HEADERS[1:]]
    columns = map_columns(headers, {"Ref": Field.REFERENCE_ID}).columns
    assert columns[Field.REFERENCE_ID].name == "1"
    with pytest.raises(FileError, match="Two columns give reference_id"):
        map_columns(headers, {"ref": Field.REFERENCE_ID})


def test_a_mapped_header_must_be_there() -> None:
    """A mapping that the file doesn't fit is said, with the nearest header."""
    with pytest.raises(
        FileError, match=r'headed "Memmo".*mapped to note.*Did you mean "Memo"'
    ) as e:
        map_columns([*HEADERS, "Memo"], {"Memmo": Field.NOTE})
    assert str(e.value).endswith("Nothing was sent.")


def test_messages_stay_on_one_line() -> None:
    """A header with line breaks is quoted without them."""
    headers = ["Refe\nrance\nid", *HEADERS[1:]]
    with pytest.raises(FileError, match='"Refe rance id"') as caught:
        map_columns(headers)
    assert "\n" not in str(caught.value)
