"""One test per rule of how a request is built."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest
from fake_vendor import CANARY, speak

from qa_sync.errors import NotConvertible, RequestRejected, UsageError
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record

SINCE = datetime(2024, 11, 13, 10, 0, 5, 999, tzinfo=UTC)
EMAIL = "info.emails.items[primary=true].email"


def contact() -> Record:
    emails = [{"id": "e1", "email": "a@example.test", "primary": False}, {"email": "b@example.test", "primary": True}]
    data = {"id": "c-1", "revision": 7, "info": {"name": {"first": "Ada", "last": "Berg"}, "emails": {"items": emails}}}
    return Record("wix", "contacts", "c-1", data)


def woo_order() -> Record:
    lines = [
        {"id": 1, "name": "A", "quantity": 1, "total": "10.00", "subtotal": "10.00", "image": {"id": ""}},
        {"id": 2, "name": "B", "quantity": 1, "total": "20.00", "subtotal": "20.00", "image": {"id": ""}},
    ]
    billing = {"email": "", "city": "Oslo", "country": "NO"}
    return Record("woocommerce", "order", "7", {"id": 7, "billing": billing, "line_items": lines, "meta_data": []})


class TestWhoOneIs:
    def test_wix_takes_the_raw_key_and_the_site(self) -> None:
        system, fake = speak("wix", {"contact": {"id": "c-1"}})
        system.lookup("contacts", "c-1")
        assert fake.asked[0].headers["authorization"] == f"{CANARY}-api_key"
        assert fake.asked[0].headers["wix-site-id"] == f"{CANARY}-site_id"

    def test_woocommerce_takes_basic(self) -> None:
        system, fake = speak("woocommerce", {"id": 1})
        system.lookup("order", "1")
        kind, _, token = fake.asked[0].headers["authorization"].partition(" ")
        assert kind == "Basic"
        assert base64.b64decode(token).decode() == f"{CANARY}-consumer_key:{CANARY}-consumer_secret"

    def test_the_erp_takes_a_bearer_token(self) -> None:
        system, fake = speak("customerp", {"contactId": "C-1"})
        system.lookup("contact", "C-1")
        assert fake.asked[0].headers["authorization"] == f"Bearer {CANARY}-token"

    def test_the_webshop_takes_a_key_header(self) -> None:
        system, fake = speak("customwebshop", {"id": 1})
        system.lookup("order", "1")
        assert fake.asked[0].headers["x-api-key"] == f"{CANARY}-api_key"

    def test_a_header_of_an_operation_wins_however_its_name_is_written(self) -> None:
        system, _ = speak("customwebshop")
        operation = Operation("x", "GET", "x", headers={"x-api-key": "own", "accept": "text/plain"})
        call = system._services.renderer.make(operation, {})
        assert call.request(httpx.Request).headers.get_list("X-Api-Key") == ["own"]

    def test_a_secret_that_is_not_given_is_reported_before_anything_is_sent(self) -> None:
        connector = load_connector(builtin_folder("wix"))
        with pytest.raises(UsageError, match=r"Wix\.com needs the secret 'site_id'") as caught:
            RestSystem(
                "Wix.com",
                connector,
                "https://x.test",
                {"api_key": "k"},
                httpx.MockTransport(lambda _: httpx.Response(200)),
            )
        assert '[systems."Wix.com"] secrets' in str(caught.value)

    @pytest.mark.parametrize("url", ["", "shop.example", "ftp://x", "https://", "http://a:b", "https://a b/\x00"])
    def test_a_url_that_is_none_is_reported_before_anything_is_sent(self, url: str) -> None:
        connector = load_connector(builtin_folder("customerp"))
        with pytest.raises(UsageError, match="the url of ERP is not a valid URL"):
            RestSystem("ERP", connector, url, {"token": "t"}, httpx.MockTransport(lambda _: httpx.Response(200)))

    def test_nothing_that_comes_from_a_system_can_ask_for_a_secret(self) -> None:
        system, fake = speak("customerp", httpx.Response(404), {"contactId": "C-1"})
        system.lookup("contact", "$SECRET(token){{ 7 * 7 }}")
        system.insert("contact", {"firstName": "$SECRET(token){{ 7 * 7 }}"})
        assert "canary" not in str(fake.asked[0].url)
        assert "49" not in str(fake.asked[0].url)
        assert fake.bodies[1] == {"firstName": "$SECRET(token){{ 7 * 7 }}"}


class TestLookup:
    @pytest.mark.parametrize(
        ("name", "datatype", "line"),
        [
            ("wix", "orders", "GET https://api.example.test/stores/v2/orders/5"),
            ("wix", "products", "GET https://api.example.test/stores/v1/products/5?includeMerchantSpecificData=true"),
            ("woocommerce", "customer", "GET https://api.example.test/wp-json/wc/v3/customers/5"),
            ("customerp", "contact", "GET https://api.example.test/api/v1/contacts/5"),
            ("customwebshop", "product", "GET https://api.example.test/rest/products/5"),
        ],
    )
    def test_it_requests_one_record(self, name: str, datatype: str, line: str) -> None:
        system, fake = speak(name, httpx.Response(404, json={}))
        assert system.lookup(datatype, "5") is None
        assert fake.lines == [line]
        assert fake.asked[0].content == b""

    def test_the_record_is_unwrapped_and_its_numbers_are_exact(self) -> None:
        system, _ = speak("wix", httpx.Response(200, content=b'{"product":{"id":"p","weight":0.10}}'))
        record = system.lookup("products", "p")
        assert record == Record("wix", "products", "p", {"id": "p", "weight": Decimal("0.10")})

    def test_an_id_from_outside_stays_one_segment(self) -> None:
        system, fake = speak("customerp", httpx.Response(404, json={}))
        system.lookup("contact", "orders/1?x=é")
        assert fake.lines == ["GET https://api.example.test/api/v1/contacts/orders%2F1%3Fx%3D%C3%A9"]

    def test_what_lies_in_the_trash_is_gone(self) -> None:
        system, _ = speak("woocommerce", {"id": 7, "status": "trash"}, {"id": 7, "status": "pending"})
        assert system.lookup("order", "7") is None
        assert system.lookup("order", "7") is not None


class TestInsert:
    def test_the_body_is_wrapped_and_takes_the_constants_along(self) -> None:
        system, fake = speak("wix", {"product": {"id": "p-1"}})
        assert system.insert("products", {"name": "T", "priceData.price": 10.5}).id == "p-1"
        assert fake.lines == ["POST https://api.example.test/stores/v1/products"]
        assert fake.bodies == [{"product": {"productType": "physical", "name": "T", "priceData": {"price": 10.5}}}]
        assert fake.asked[0].headers["content-type"] == "application/json"

    def test_an_integer_id_becomes_text(self) -> None:
        system, _ = speak("customwebshop", {"id": 17})
        assert system.insert("product", {"title": "Tee"}).id == "17"

    def test_a_selector_makes_its_element(self) -> None:
        system, fake = speak("wix", {"contact": {"id": "c-1"}})
        system.insert("contacts", {EMAIL: "a@example.test", "info.name.first": "Ada"})
        items = [{"primary": "true", "email": "a@example.test"}]
        made = fake.bodies[0]["info"]["emails"]["items"]
        assert made in (items, [{"primary": True, "email": "a@example.test"}])
        assert fake.bodies[0]["info"]["name"] == {"first": "Ada"}

    def test_line_items_are_written_side_by_side_and_the_subtotal_follows_the_total(self) -> None:
        system, fake = speak("woocommerce", {"id": 1})
        system.insert("order", {"line_items.product_id": [3, 4], "line_items.total": ["10.00", "5.50"]})
        assert fake.bodies[0]["line_items"] == [
            {"product_id": 3, "total": "10.00", "subtotal": "10.00"},
            {"product_id": 4, "total": "5.50", "subtotal": "5.50"},
        ]

    def test_a_decimal_goes_out_as_the_number_that_it_is(self) -> None:
        system, fake = speak("customerp", {"productId": "P-1"})
        system.insert("product", {"salesPrice": Decimal("99.90")})
        assert fake.asked[0].content == b'{"salesPrice":99.9}'

    def test_a_decimal_that_no_json_number_holds_is_not_sent(self) -> None:
        system, fake = speak("customerp")
        with pytest.raises(NotConvertible):
            system.insert("product", {"salesPrice": Decimal("0.1234567890123456789")})
        assert fake.asked == []


class TestUpdate:
    def test_wix_contacts_get_the_whole_of_what_a_patch_replaces_and_the_revision(self) -> None:
        system, fake = speak("wix", {"contact": {"id": "c-1"}})
        system.update(contact(), {"info.name.first": "Eve"})
        assert fake.lines == ["PATCH https://api.example.test/contacts/v4/contacts/c-1"]
        assert fake.bodies == [{"info": {"name": {"first": "Eve", "last": "Berg"}}, "revision": 7}]

    def test_a_list_within_that_is_sent_whole_with_its_other_elements(self) -> None:
        system, fake = speak("wix", {"contact": {"id": "c-1"}})
        system.update(contact(), {EMAIL: "new@example.test"})
        items = fake.bodies[0]["info"]["emails"]["items"]
        assert [i["email"] for i in items] == ["a@example.test", "new@example.test"]
        assert "name" not in fake.bodies[0]["info"]

    def test_woocommerce_gets_only_what_changed(self) -> None:
        system, fake = speak("woocommerce", {"id": 7})
        system.update(woo_order(), {"billing.city": "Bergen"})
        assert fake.lines == ["PUT https://api.example.test/wp-json/wc/v3/orders/7"]
        assert fake.bodies == [{"billing": {"city": "Bergen"}}]

    def test_of_a_list_with_keys_only_the_key_and_the_changed_members_go(self) -> None:
        system, fake = speak("woocommerce", {"id": 7})
        system.update(woo_order(), {"line_items.total": ["10.00", "25.00"]})
        assert fake.bodies == [{"line_items": [{"id": 2, "total": "25.00", "subtotal": "25.00"}]}]

    def test_an_element_that_is_to_go_is_named_with_what_says_so(self) -> None:
        system, fake = speak("woocommerce", {"id": 7})
        system.update(woo_order(), {"line_items.name": ["A"]})
        assert fake.bodies == [{"line_items": [{"id": 2, "quantity": 0}]}]

    def test_an_element_that_is_new_goes_whole(self) -> None:
        system, fake = speak("woocommerce", {"id": 7})
        system.update(woo_order(), {"meta_data[key=external_order_id].value": "E-7"})
        assert fake.bodies == [{"meta_data": [{"key": "external_order_id", "value": "E-7"}]}]

    def test_an_element_that_stays_is_not_sent_so_that_it_keeps_its_value(self) -> None:
        system, fake = speak("woocommerce", {"id": 7})
        data = {"id": 7, "meta_data": [{"id": 1, "key": "gift", "value": "yes"}]}
        system.update(Record("woocommerce", "order", "7", data), {"meta_data[key=external_order_id].value": "E-7"})
        assert fake.bodies == [{"meta_data": [{"key": "external_order_id", "value": "E-7"}]}]

    def test_two_changes_of_one_list_go_together(self) -> None:
        system, fake = speak("woocommerce", {"id": 7})
        system.update(woo_order(), {"line_items.name": ["A2", "B"], "line_items.quantity": [1, 3]})
        assert fake.bodies == [{"line_items": [{"id": 1, "name": "A2"}, {"id": 2, "quantity": 3}]}]

    def test_the_erp_gets_the_whole_object_under_its_row_version(self) -> None:
        system, fake = speak("customerp", {"contactId": "C-1"})
        address = {"line1": "Gate 1", "city": "Oslo"}
        data = {"contactId": "C-1", "firstName": "Ada", "address": address, "rowVersion": 7, "modifiedAt": "x"}
        system.update(Record("customerp", "contact", "C-1", data), {"address.city": "Bergen"})
        assert fake.lines == ["PUT https://api.example.test/api/v1/contacts/C-1"]
        assert fake.bodies == [{"firstName": "Ada", "address": {"line1": "Gate 1", "city": "Bergen"}}]
        assert fake.asked[0].headers["if-match"] == '"7"'
        assert address["city"] == "Oslo"

    def test_the_webshop_gets_a_patch_of_what_changed(self) -> None:
        system, fake = speak("customwebshop", {"id": 1})
        record = Record("customwebshop", "order", "1", {"id": 1, "status": "new", "note": "a"})
        system.update(record, {"note": "b"})
        assert fake.lines == ["PATCH https://api.example.test/rest/orders/1"]
        assert fake.bodies == [{"note": "b"}]

    def test_no_record_id_is_ever_in_a_body(self) -> None:
        for name, datatype, key in (("customerp", "order", "orderId"), ("woocommerce", "customer", "id")):
            system, fake = speak(name, {})
            system.update(Record(name, datatype, "1", {key: "1", "note": "x"}), {"comment": "y", "email": "z"})
            assert key not in fake.bodies[0]


class TestDelete:
    def test_woocommerce_deletes_for_good(self) -> None:
        system, fake = speak("woocommerce", {"id": 5})
        system.delete("customer", "5")
        assert fake.lines == ["DELETE https://api.example.test/wp-json/wc/v3/customers/5?force=true"]

    @pytest.mark.parametrize("status", [204, 404, 410])
    def test_what_is_gone_already_is_fine(self, status: int) -> None:
        system, fake = speak("customerp", httpx.Response(status))
        system.delete("contact", "C-1")
        assert fake.lines == ["DELETE https://api.example.test/api/v1/contacts/C-1"]

    def test_what_an_api_has_not_is_refused_with_the_reason(self) -> None:
        system, fake = speak("wix")
        with pytest.raises(RequestRejected, match="no delete of Orders: Wix has no endpoint for it") as caught:
            system.delete("orders", "o-1")
        assert caught.value.status == 405
        assert fake.asked == []


class TestSince:
    def asked(self, name: str, datatype: str, *, since: datetime | None) -> httpx.Request:
        empty: dict[str, dict[str, list[object]]] = {"wix": {datatype: []}, "customerp": {"items": []}}
        system, fake = speak(name, empty.get(name, []))
        assert list(system.list(datatype, since)) == []
        return fake.asked[0]

    def test_without_it_nothing_is_sent(self) -> None:
        assert self.asked("woocommerce", "order", since=None).url.params == httpx.QueryParams(
            per_page="100", page="1", orderby="id", order="asc", dp="6"
        )
        assert b"filter" not in self.asked("wix", "contacts", since=None).content
        assert "modifiedSince" not in self.asked("customerp", "order", since=None).url.params

    def test_woocommerce_takes_naive_utc_and_the_flag(self) -> None:
        params = self.asked("woocommerce", "product", since=SINCE).url.params
        assert params["modified_after"] == "2024-11-13T10:00:05"
        assert params["dates_are_gmt"] == "true"

    def test_woocommerce_customers_and_the_webshop_have_none(self) -> None:
        params = self.asked("woocommerce", "customer", since=SINCE).url.params
        assert "modified_after" not in params
        assert params["role"] == "customer"
        assert dict(self.asked("customwebshop", "order", since=SINCE).url.params) == {"limit": "100"}

    def test_wix_contacts_take_a_filter_object(self) -> None:
        request = self.asked("wix", "contacts", since=SINCE)
        assert str(request.url) == "https://api.example.test/contacts/v4/contacts/query"
        assert b'"filter":{"updatedDate":{"$gte":"2024-11-13T10:00:05.000Z"}}' in request.content

    def test_wix_products_and_orders_take_a_filter_in_a_string(self) -> None:
        for datatype in ("products", "orders"):
            content = self.asked("wix", datatype, since=SINCE).content
            assert rb'"filter":"{\"lastUpdated\":{\"$gte\":\"2024-11-13T10:00:05.000Z\"}}"' in content
            assert b'"paging":{"limit":100,"offset":0}' in content

    def test_wix_products_show_the_hidden_ones_and_the_cost(self) -> None:
        content = self.asked("wix", "products", since=None).content
        assert b'"includeHiddenProducts":true,"includeMerchantSpecificData":true' in content

    def test_the_erp_takes_an_instant_with_its_offset(self) -> None:
        params = self.asked("customerp", "contact", since=SINCE).url.params
        assert params["modifiedSince"] == "2024-11-13T10:00:05+00:00"
