"""What is deduced from small documents, each of which has one way to write an API."""

from __future__ import annotations

from pathlib import Path

import pytest
from drafting import DOCUMENTS, drafted

from qa_sync.errors import UsageError
from qa_sync.openapi.deducing.draft import Choice, draft_connector, resources_of
from qa_sync.openapi.reading.node import load_document

CANNOT = "the document has no such operation"


def test_an_envelope_a_wrapper_and_pages_without_a_largest_size(tmp_path: Path) -> None:
    draft = drafted("01-envelope-wrapper-page.yaml", tmp_path)
    listing = draft.operation("clients-list")
    assert listing["payload_property"] == draft.operation("clients-insert")["payload_property"] == "data"
    assert listing["params"] == {"page": "{{ page + 1 }}", "per_page": "{{ page_size }}"}
    assert listing["next_page_termination_strategy"] == ["empty-result", "same-response"]
    assert listing["description"] == "guessed: the document gives no largest per_page"
    card = draft.cards["clients"]
    assert (card["wrap"], card["key"], card["modified"], card["modified_form"]) == (
        "data",
        "id",
        "changed",
        {"style": "ms_z"},
    )
    assert card["properties"]["name"] == {"concept": "name", "required": True, "max_length": 80}
    assert "empty" not in card["properties"]["mail"]
    assert draft.operation("clients-update")["method"] == "PUT"
    assert (draft.draft.url, draft.draft.authentication.secrets) == ("https://erp.invalid/rest/v1", ("token",))


def test_offsets_alternatives_with_null_and_a_patch(tmp_path: Path) -> None:
    draft = drafted("02-fastapi-31-offset-decimal.json", tmp_path)
    listing = draft.operation("items-list")
    assert listing["params"] == {"offset": "{{ page * page_size }}", "limit": "{{ page_size }}"}
    assert (listing["page_size"], listing["next_page_termination_strategy"]) == (250, "not-full-page")
    assert (listing["supports_since"], listing["since_property_name"]) == (True, "changed_since")
    card, properties = draft.cards["items"], draft.cards["items"]["properties"]
    assert (card["key"], card["merge_depth"], card["cannot"]) == ("id", 1, {"delete": CANNOT})
    assert properties["price"]["convert"] == "decimal"
    assert properties["price"]["writable"] == properties["kind"]["writable"] == "create"
    assert properties["note"]["max_length"] == 500
    assert (properties["kind"]["convert"], properties["kind"]["values"]) == ("choice", {"new": "new", "used": "used"})
    assert {"size.width", "size.height"} <= set(properties)
    assert draft.system["headers"] == {"X-Key": "$SECRET(api_key)"}


def test_a_cursor_in_the_body(tmp_path: Path) -> None:
    draft = drafted("03-cursor-in-body.yaml", tmp_path)
    listing = draft.operation("orders-list")
    assert "orders?cursor={{ body.paging.next_cursor | urlencode }}" in listing["next_page_link"]
    assert listing["since_property_name"] == "updated_at[gt]"
    assert set(draft.cards["orders"]["cannot"]) == {"insert", "update", "delete"}


def test_a_link_header_and_another_content_type(tmp_path: Path) -> None:
    draft = drafted("04-link-header-location.yaml", tmp_path)
    listing = draft.operation("people-list")
    assert (listing["next_page_link"], listing["page_size"]) == ("{{ headers.link.next }}", 100)
    assert draft.operation("people-update")["headers"] == {"Content-Type": "application/merge-patch+json"}
    assert draft.operation("people-insert")["description"].startswith("guessed: the response has no body")


def test_rows_that_wrap_the_record(tmp_path: Path) -> None:
    draft = drafted("06-rows-wrapped.yaml", tmp_path)
    assert draft.operation("customers-list")["payload_property"] == "list"
    assert "payload_property" not in draft.operation("customers-lookup")
    assert draft.operation("customers-lookup")["url"] == "customers/{{ entity.customer.id }}"
    assert "customers?offset={{ body.next_offset | urlencode }}" in draft.operation("customers-list")["next_page_link"]
    assert draft.cards["customers"]["key"] == "customer.id"
    assert draft.cards["customers"]["properties"]["customer.email"]["concept"] == "email"


def test_two_item_paths_and_lists_of_one(tmp_path: Path) -> None:
    draft = drafted("07-two-item-paths-list-of-one.yaml", tmp_path)
    record = "{{ entity.payload | tojson }}sesam:markjson"
    assert draft.operation("Contacts-lookup")["url"] == "Contacts/{{ entity.ContactID }}"
    assert (draft.operation("Contacts-insert")["method"], draft.operation("Contacts-update")["method"]) == (
        "PUT",
        "POST",
    )
    assert draft.operation("Contacts-insert")["description"].startswith("guessed: ")
    assert draft.operation("Contacts-update")["payload"] == {"Contacts": [record]}
    assert draft.operation("Contacts-list")["since_property_location"] == "header"
    assert draft.operation("Contacts-list")["headers"] == {"tenant": "{{@ tenant @}}"}
    assert "modified" not in draft.cards["Contacts"]
    assert "# left out: UpdatedDateUTC (a time that is not ISO 8601)" in draft.toml


def test_a_key_that_the_client_gives_and_an_upsert(tmp_path: Path) -> None:
    draft = drafted("08-client-key-upsert.yaml", tmp_path)
    code = draft.cards["plans"]["properties"]["code"]
    assert (code["required"], code["unique"], code["writable"]) == (True, True, "create")
    assert draft.cards["plans"]["properties"]["currency"]["values"] == {"EUR": "EUR", "NOK": "NOK", "SEK": "SEK"}
    update = draft.operation("plans-update")
    assert (update["method"], update["description"][:9]) == ("POST", "guessed: ")


def test_flags_and_formats(tmp_path: Path) -> None:
    draft = drafted("10-flags-and-formats.yaml", tmp_path)
    properties = draft.cards["users"]["properties"]
    assert not {"id", "password", "avatar", "tags", "extra"} & set(properties)
    assert "# left out: password (writeOnly); tags (a list)" in draft.toml
    assert (properties["nickname"]["empty"], properties["bio"]) == ("", {})
    assert (properties["balance"]["places"], properties["rate"]["places"]) == (3, 4)
    assert properties["created"]["style"] == "offset"
    level = {"type": "integer", "convert": "choice", "values": {"1": "1", "2": "2", "3": "3"}}
    assert properties["level"] == {**level, "required": True}  # it cannot be null, so it cannot be cleared
    assert properties["country"]["values"] == {"NO": "NO", "SE": "SE", "DK": "DK"}
    assert 'old = { empty = "" }  # guessed: deprecated' in draft.toml


def test_variables_of_the_server_tenants_and_several_schemes(tmp_path: Path) -> None:
    draft = drafted("11-servers-tenant-security.yaml", tmp_path)
    assert draft.draft.url == "https://yoursite.invalid:443/v2"
    assert set(draft.draft.parameters) == {"company_id", "type", "x_tenant"}
    assert draft.draft.parameters["type"] == "one of: client, supplier"
    assert draft.operation("clients-list")["url"] == "c/{{@ company_id @}}/clients"
    assert (draft.system["headers"], draft.system["jwt_token"]) == ({"X-App": "$SECRET(api_key)"}, "$SECRET(token)")
    chosen = drafted("11-servers-tenant-security.yaml", tmp_path / "app", auth="app")
    assert chosen.system["oauth2"]["scope"] == ["clients.read"]
    assert chosen.draft.authentication.token_url.startswith("https://login.invalid/")
    prefixed = drafted("11-servers-tenant-security.yaml", tmp_path / "prefixed", auth="prefixed")
    assert prefixed.system["headers"] == {"Authorization": "Token $SECRET(api_key)"}
    with pytest.raises(UsageError, match="unknown security scheme 'nobody'"):
        drafted("11-servers-tenant-security.yaml", tmp_path, auth="nobody")


def test_a_thin_list_requests_members(tmp_path: Path) -> None:
    draft = drafted("12-thin-list-selector.yaml", tmp_path)
    fields = {"opt_fields": "name,notes,owner.name,modified_at"}
    assert draft.operation("tasks-lookup")["params"] == fields
    assert draft.operation("tasks-list")["params"]["opt_fields"] == fields["opt_fields"]
    assert "{{ body.next_page.uri }}" in draft.operation("tasks-list")["next_page_link"]


def test_shapes_from_examples_are_guesses(tmp_path: Path) -> None:
    draft = drafted("13-examples-only.yaml", tmp_path)
    listing = draft.operation("products-list")
    assert listing["params"] == {"page": "{{ page + 1 }}"}
    assert listing["next_page_termination_strategy"] == ["empty-result", "same-response"]
    lines = [line for line in draft.toml.splitlines() if " = {" in line and not line.startswith(("cannot", "modified"))]
    assert lines
    assert all("taken from an example" in line for line in lines)
    assert draft.cards["products"]["modified_form"] == {"style": "ms_z"}


def test_an_object_in_the_query_stands_for_its_members(tmp_path: Path) -> None:
    draft = drafted("15-spring-pageable.json", tmp_path)
    assert draft.operation("customers-list")["params"] == {"page": "{{ page }}", "size": "{{ page_size }}"}
    assert draft.operation("customers-list")["payload_property"] == "content"
    assert draft.operation("customers-insert")["description"].startswith("guessed: the response is a bare id")
    assert (draft.cards["customers"]["modified"], draft.cards["customers"]["send"]) == ("lastModified", "whole")


def test_references_across_files_and_a_cycle(tmp_path: Path) -> None:
    draft = drafted("19-split/main.yaml", tmp_path)
    assert {"label", "part.code"} <= set(draft.cards["things"]["properties"])
    assert "a record within itself" in draft.toml


def test_without_resources_the_paths_are_listed() -> None:
    document = load_document(str(DOCUMENTS / "17-rpc-nothing-to-find.yaml"))
    with pytest.raises(UsageError, match="the paths are: /searchCustomers, /getCustomer"):
        resources_of(document)


def test_a_server_is_chosen_by_number_or_url() -> None:
    document = load_document(str(DOCUMENTS / "01-envelope-wrapper-page.yaml"))
    choices = [Choice(r) for r in resources_of(document)]
    assert draft_connector(document, choices, server="1").url == "https://erp.invalid/rest/v1"
    assert draft_connector(document, choices, server="https://x.example").url == "https://x.example"
    with pytest.raises(UsageError, match="the document has: 1 https://erp"):
        draft_connector(document, choices, server="7")


@pytest.mark.parametrize("server", ["https://user:pass@x.example/v1", "https://user:pass@erp.invalid:8443/a?b=@c"])
def test_a_draft_holds_no_password_of_a_server(tmp_path: Path, server: str) -> None:
    text = (DOCUMENTS / "01-envelope-wrapper-page.yaml").read_text(encoding="utf-8")
    path = tmp_path / "erp.yaml"
    path.write_text(text.replace("https://erp.invalid/rest/v1", server), encoding="utf-8")
    document = load_document(str(path))
    choices = [Choice(r) for r in resources_of(document)]
    expected = server.replace("user:pass@", "")
    assert draft_connector(document, choices).url == expected
    assert draft_connector(document, choices, server=server).url == expected
