"""Which names of properties have a common meaning; a guess unless the format says it too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qa_sync.openapi.spelling import joined
from qa_sync.values.path_grammar import segments

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "email": ("email", "mail", "emailaddress", "epost"),
    "given_name": ("firstname", "givenname", "forename", "fornavn"),
    "family_name": ("lastname", "familyname", "surname", "etternavn"),
    "phone": ("phone", "phonenumber", "telephone", "tel", "telefon"),
    "mobile": ("mobile", "mobilephone", "mobilenumber", "cellphone", "cell", "mobil", "phonenumbermobile"),
    "company": ("company", "companyname"),
    "org_number": ("orgnumber", "organizationnumber", "organisationnumber", "orgno", "organizationnumber"),
    "job_title": ("jobtitle",),
    "birth_date": ("birthdate", "dateofbirth", "birthday"),
    "language": ("language", "languagecode", "locale"),
    "name": ("name",),
    "sku": ("sku", "itemnumber", "articlenumber", "productcode", "itemcode"),
    "description": ("description",),
    "price": ("price", "salesprice", "saleprice", "unitprice", "listprice"),
    "cost": ("cost", "costprice", "purchaseprice"),
    "currency": ("currency", "currencycode"),
    "stock_quantity": ("stockquantity", "stock", "quantityinstock", "stocklevel"),
    "weight": ("weight",),
    "brand": ("brand",),
    "number": ("ordernumber", "number"),
    "note": ("note", "notes", "comment", "comments"),
    "order_date": ("orderdate",),
    "paid_date": ("paiddate", "datepaid"),
}
"""Concepts of single properties, each with the spellings that mean it."""

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "street1": ("street", "street1", "line1", "addressline1", "address1", "streetaddress"),
    "street2": ("street2", "line2", "addressline2", "address2"),
    "city": ("city", "town"),
    "postal_code": ("postalcode", "postcode", "zip", "zipcode"),
    "country": ("country", "countrycode"),
    "region": ("region", "state", "province", "county"),
}
"""Parts of an address."""

ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "billing": ("address", "billing", "billingaddress", "invoiceaddress", "postaladdress", "mainaddress"),
    "shipping": ("shipping", "shippingaddress", "deliveryaddress", "delivery", "physicaladdress"),
}
"""Names of objects that are addresses."""

_CONCEPTS: Final = {name: concept for concept, names in NAMES.items() for name in names}
_PARTS: Final = {name: part for part, names in PARTS.items() for name in names}
_ADDRESSES: Final = {name: address for address, names in ADDRESSES.items() for name in names}


def concept_of(path: str, entity: str) -> str:
    """Return the concept that a path suggests for an entity (in lower case), or an empty text."""
    *above, name = segments(path)
    parent = ".".join(above)
    if parent:
        address = _ADDRESSES.get(joined(parent))
        part = _PARTS.get(joined(name))
        return f"{address}.{part}" if address and part else ""
    concept = _CONCEPTS.get(joined(name), "")
    if "order" in entity.lower() and concept in {"email", "phone", "name"}:
        return "customer_email" if concept == "email" else ""
    return concept or (f"billing.{_PARTS[joined(name)]}" if joined(name) in _PARTS else "")
