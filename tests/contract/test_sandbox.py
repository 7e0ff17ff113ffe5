"""The sandbox's API over a loopback socket, against the contract."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from importer.sandbox.contract import CreateInvoice
from importer.sandbox.process import Sandbox, running_sandbox
from importer.sandbox.store import Store

CREATE = "/v1/invoices/create"
LIST = "/v1/invoices/list"
TOKEN = "/v1/jwt/client/obtain/token"
BODY: dict[str, Any] = {
    "counterparty_id": 123,
    "currency": "USD",
    "note": "Café, März",
    "fee_bearer": "PAYER",
    "as_payment_link": True,
    "reference_id": "A-1",
    "due_date": "2026-11-07T05:31:56+02:00",
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One well-behaved sandbox for every test here."""
    data = tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3"
    with running_sandbox(data=data) as running:
        yield running


@pytest.fixture
def anonymous(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client without a token."""
    with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        yield client


@pytest.fixture
def client(anonymous: httpx.Client, sandbox: Sandbox) -> httpx.Client:
    """A client with the fixed token."""
    anonymous.headers["Authorization"] = f"Bearer {sandbox.token}"
    return anonymous


def seed_fields(part: str) -> dict[str, dict[str, Any]]:
    """The fields that the API's page names."""
    fields = json.loads(Path(__file__).with_name("seed_fields.json").read_text("utf-8"))
    return dict(fields[part])


@pytest.mark.parametrize(
    ("part", "schema"), [("request", "CreateInvoice"), ("response", "InvoiceResponse")]
)
def test_schema_has_the_contracts_fields_and_types(
    client: httpx.Client, part: str, schema: str
) -> None:
    """The OpenAPI schema names the page's fields, no more and no fewer, with its types."""
    properties = client.get("/openapi.json").json()["components"]["schemas"][schema]["properties"]
    expected = seed_fields(part)
    found = {}
    for name, field in properties.items():
        filled = next((o for o in field.get("anyOf", []) if o["type"] != "null"), field)
        found[name] = {key: filled.get(key) for key in expected.get(name, {})}
    assert found == expected


def test_route_is_the_contracts(client: httpx.Client) -> None:
    """A create takes and answers the contract's schemas, behind a bearer token."""
    operation = client.get("/openapi.json").json()["paths"][CREATE]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    assert (body, answer) == (
        "#/components/schemas/CreateInvoice",
        "#/components/schemas/InvoiceResponse",
    )
    assert operation["security"] == [{"HTTPBearer": []}]


def test_create_answers_every_field(client: httpx.Client) -> None:
    """A new invoice is an IDLE draft with total 0, its times in UTC, its other fields as sent."""
    owner = client.get("/sandbox").json()["owner_id"]
    response = client.post(CREATE, json=BODY)
    invoice = response.json()
    assert response.status_code == 200
    assert list(invoice) == list(seed_fields("response"))
    assert invoice == BODY | {
        "id": invoice["id"],
        "invoice_number": f"INV-{invoice['id']:06d}",
        "total_amount": 0,
        "status": "IDLE",
        "due_date": "2026-11-07T03:31:56Z",
        "owner_id": owner,
        "owner_type": "MERCHANT",
        "created_at": invoice["created_at"],
        "updated_at": invoice["created_at"],
        "paid_at": None,
    }
    created_at = dt.datetime.fromisoformat(invoice["created_at"])
    assert invoice["created_at"].endswith("Z")
    assert abs(dt.datetime.now(dt.UTC) - created_at) < dt.timedelta(minutes=1)


def test_optional_fields_may_be_left_out(client: httpx.Client) -> None:
    """Without reference and due date an invoice is made, and both are null."""
    body = {k: v for k, v in BODY.items() if k not in {"reference_id", "due_date"}}
    invoice = client.post(CREATE, json=body).json()
    assert (invoice["reference_id"], invoice["due_date"]) == (None, None)


def test_same_reference_makes_another_invoice(client: httpx.Client) -> None:
    """A second create with one reference is a second invoice: nothing is dropped."""
    ids = {client.post(CREATE, json=BODY | {"reference_id": "twice"}).json()["id"] for _ in "ab"}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("change", "field", "kind"),
    [
        ({"counterparty_id": "123"}, "counterparty_id", "int_type"),
        ({"counterparty_id": 2**63}, "counterparty_id", "less_than_equal"),
        ({"currency": "US"}, "currency", "string_too_short"),
        ({"currency": "USDX"}, "currency", "string_too_long"),
        ({"currency": "usd"}, "currency", "string_pattern_mismatch"),
        ({"note": None}, "note", "string_type"),
        ({"note": "\ud800"}, "note", "value_error"),
        ({"fee_bearer": "payer"}, "fee_bearer", "literal_error"),
        ({"as_payment_link": 1}, "as_payment_link", "bool_type"),
        ({"due_date": "tomorrow"}, "due_date", "datetime_from_date_parsing"),
        ({"due_date": "2026-11-07T05:31:56"}, "due_date", "timezone_aware"),
        ({"due_date": "0001-01-01T00:00:00+14:00"}, "due_date", "value_error"),
    ],
)
def test_wrong_field_is_refused_by_name(
    client: httpx.Client, change: dict[str, Any], field: str, kind: str
) -> None:
    """A wrong value is a 422 that names its field, and no invoice is made."""
    before = client.get("/sandbox").json()["invoices"]
    response = client.post(
        CREATE,
        content=json.dumps(BODY | change),
        headers={"Content-Type": "application/json"},
    )
    issues = response.json()["detail"]
    assert response.status_code == 422
    assert [set(issue) for issue in issues] == [{"loc", "msg", "type"}]
    assert (issues[0]["loc"], issues[0]["type"]) == (["body", field], kind)
    assert client.get("/sandbox").json()["invoices"] == before


@pytest.mark.parametrize("counterparty", [999_000, 999_999])
def test_unknown_counterparty_is_not_found(client: httpx.Client, counterparty: int) -> None:
    """A counterparty that there is not is a 404 with a JSON detail."""
    response = client.post(CREATE, json=BODY | {"counterparty_id": counterparty})
    assert response.status_code == 404
    assert response.json() == {"detail": "Counterparty not found"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/invoices/create", 404),
        ("POST", "/v2/invoices/create", 404),
        ("POST", f"{CREATE}/", 404),
        ("GET", "/", 404),
        ("GET", CREATE, 405),
    ],
)
def test_wrong_url_is_answered_in_plain_text(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    """A URL that is no route has no JSON detail, unlike a counterparty that there is not."""
    response = client.request(method, path, json=BODY)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/plain")
    assert "detail" not in response.text


@pytest.mark.parametrize(
    ("header", "status", "detail"),
    [
        (None, 401, "Not authenticated"),
        ("Basic c2FuZGJveDo=", 401, "Not authenticated"),
        ("Bearer stale", 401, "Could not validate credentials"),
        ("Bearer sandbox-unverified", 403, "The account is not verified"),
    ],
)
def test_requests_need_a_good_token(
    anonymous: httpx.Client, header: str | None, status: int, detail: str
) -> None:
    """Without a good token every route says why not, and a create creates nothing."""
    if header is not None:
        anonymous.headers["Authorization"] = header
    before = anonymous.get("/sandbox").json()
    answers = [
        anonymous.post(CREATE, json=BODY),
        anonymous.get(LIST),
        anonymous.get("/v1/invoices/retrieve/1"),
        anonymous.get("/v1/invoices/retrieve/number/INV-000001"),
        anonymous.delete("/v1/invoices/cancel/1"),
    ]
    after = anonymous.get("/sandbox").json()
    assert [a.status_code for a in answers] == [status] * 5
    assert [a.json() for a in answers] == [{"detail": detail}] * 5
    assert after == before | {"creates_received": before["creates_received"] + 1}


def test_issued_token_is_good(anonymous: httpx.Client) -> None:
    """The client's id and secret get a token, good for an hour, given in minutes."""
    client = {"client_id": "sandbox", "client_secret": "sandbox"}
    issued = anonymous.post(TOKEN, json=client).json()
    anonymous.headers["Authorization"] = f"Bearer {issued['access_token']}"
    assert issued["expires_in"] == 60
    assert anonymous.get(LIST).status_code == 200


@pytest.mark.parametrize("wrong", ["client_id", "client_secret"])
def test_wrong_client_gets_no_token(anonymous: httpx.Client, wrong: str) -> None:
    """Another id or secret is a 401."""
    client = {"client_id": "sandbox", "client_secret": "sandbox", wrong: "other"}
    response = anonymous.post(TOKEN, json=client)
    assert response.status_code == 401
    assert response.json() == {"detail": "Could not validate credentials"}


def test_retrieve_by_either_name(client: httpx.Client) -> None:
    """An invoice is found by its id and by its number, with its items and counterparty."""
    invoice = client.post(CREATE, json=BODY).json()
    expected = invoice | {"invoice_items": [], "counterparty": {"id": 123}}
    assert client.get(f"/v1/invoices/retrieve/{invoice['id']}").json() == expected
    number = invoice["invoice_number"]
    assert client.get(f"/v1/invoices/retrieve/number/{number}").json() == expected


def test_unknown_invoice_is_not_found(client: httpx.Client) -> None:
    """An invoice that there is not is a 404 with a JSON detail on every route."""
    answers = [
        client.get("/v1/invoices/retrieve/987654321"),
        client.get("/v1/invoices/retrieve/number/INV-987654321"),
        client.delete("/v1/invoices/cancel/987654321"),
    ]
    assert [a.status_code for a in answers] == [404] * 3
    assert [a.json() for a in answers] == [{"detail": "Invoice not found"}] * 3


def test_cancel_is_for_good(client: httpx.Client) -> None:
    """A canceled invoice stays in the listing as such, and can't be canceled again."""
    invoice = client.post(CREATE, json=BODY | {"currency": "NGN"}).json()
    canceled = client.delete(f"/v1/invoices/cancel/{invoice['id']}").json()
    again = client.delete(f"/v1/invoices/cancel/{invoice['id']}")
    listed = client.get(LIST, params={"currency": "NGN", "status": "CANCELED"}).json()
    assert canceled == invoice | {"status": "CANCELED", "updated_at": canceled["updated_at"]}
    assert canceled["updated_at"] > invoice["updated_at"]
    assert again.status_code == 400
    assert listed == [canceled]


def test_listing_filters(client: httpx.Client) -> None:
    """Currency and status leave out the rest; nothing left is an empty array."""
    invoice = client.post(CREATE, json=BODY | {"currency": "LRD"}).json()
    currencies = {i["currency"] for i in client.get(LIST).json()}
    assert currencies >= {"LRD", "USD"}
    assert client.get(LIST, params={"currency": "LRD"}).json() == [invoice]
    assert client.get(LIST, params={"currency": "LRD", "status": "PAID"}).json() == []


def test_long_listing_is_streamed_whole(tmp_path: Path) -> None:
    """A listing of several batches holds every invoice once, in order, sent as it is read."""
    data = tmp_path / "s.sqlite3"
    store = Store(data)
    request = CreateInvoice.model_validate(BODY)
    for _ in range(2_500):
        store.create(request)
    store.close()
    with running_sandbox(data=data) as sandbox:
        response = httpx.get(
            f"{sandbox.url}{LIST}", headers={"Authorization": "Bearer sandbox"}, trust_env=False
        )
    assert [invoice["id"] for invoice in response.json()] == list(range(1, 2_501))
    assert "Content-Length" not in response.headers
