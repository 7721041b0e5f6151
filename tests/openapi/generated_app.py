"""A FastAPI application with an entity model, a way of paging, envelopes and authentication by a seed.

Its OpenAPI document is the one that FastAPI makes. It holds records of its own, which no check may touch. Annotations
are values here, not texts: FastAPI reads those of functions within functions.
"""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from itertools import count
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import BaseModel, ConfigDict, EmailStr, Field, create_model

NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
TOKEN = "generated-token-1"  # noqa: S105 - of servers that live for a test
made: Any = create_model
CLAMP = 20
"""The largest page of a server that says nothing of it."""


class Level(Enum):
    """A choice."""

    LOW = "low"
    HIGH = "high"


MEMBERS: dict[str, tuple[tuple[str, ...], Any, Any]] = {
    "email": (("email", "mail", "email_address"), EmailStr, "own{n}@example.org"),
    "given_name": (("first_name", "given_name", "firstname"), Annotated[str, Field(max_length=60)], "Own {n}"),
    "family_name": (("last_name", "surname", "lastName"), Annotated[str, Field(max_length=80)], "Name {n}"),
    "company": (("company", "company_name"), Annotated[str, Field(max_length=120)], "Own AS {n}"),
    "note": (("note", "comment"), Annotated[str, Field(max_length=500)], "kept {n}"),
    "billing.city": (("city", "town"), Annotated[str, Field(max_length=60)], "Oslo"),
    "price": (
        ("price", "unit_price"),
        Annotated[Decimal, Field(max_digits=12, decimal_places=2)],
        Decimal("1.50"),
    ),
    "stock_quantity": (("stock", "stock_quantity"), Annotated[int, Field(ge=-(10**9), le=10**9)], 3),
    "birth_date": (("birth_date", "birthdate"), date, date(2000, 1, 1)),
    "level": (("level",), Level, Level.LOW),
}
"""Concepts, each with the names that a system may have for it, the type, and the value in a record of its own."""

CONCEPTS = tuple(MEMBERS)

ONLY_SHOWN: dict[str, tuple[Any, Any]] = {
    "created_at": (datetime, lambda: datetime.now(UTC)),
    "order_count": (int, 3),
    "links": (list[dict[str, str]], [{"rel": "self", "href": "/here"}]),
    "display": (dict[str, str], {"label": "shown"}),
    "@type": (str, "record"),
    "meta.version": (str, "v1"),
}
"""Members that a system shows but never takes."""


class Model:
    """What a seed makes of a system: the names of its members, and its habits."""

    def __init__(self, seed: int, name: str, concepts: Iterable[str]) -> None:
        choose = random.Random(f"{seed}/{name}")  # noqa: S311 - no secret
        self.name = name
        self.path = "/" + choose.choice(["{}s", "v1/{}s", "api/{}s"]).format(name)
        self.members = {concept: choose.choice(MEMBERS[concept][0]) for concept in concepts}
        self.nullable = {concept for concept in self.members if choose.random() < 0.5} - {"email"}
        self.key: Any = choose.choice([int, UUID])
        self.parameter = choose.choice(["id", f"{name}_id", f"{name}Id"])
        self.update = choose.choice(["patch", "put"])
        self.envelope = choose.choice(["", "data", "items", f"{name}s"])
        self.wrapper = choose.choice(["", "", "data"])
        self.paging = choose.choice(["none", "offset", "page", "clamped", "cursor", "link"])
        self.auth = choose.choice(["none", "key", "bearer"])
        self.is_strict = choose.random() < 0.5
        self.has_since = choose.random() < 0.5
        self.shows = [name for name in ONLY_SHOWN if choose.random() < 0.5]
        self.answers_location = choose.random() < 0.2

    def type_of(self, concept: str) -> Any:
        kind = MEMBERS[concept][1]
        return kind | None if concept in self.nullable else kind

    def empty_of(self, concept: str) -> Any:
        if concept == "email":
            return ...
        return None if concept in self.nullable else MEMBERS[concept][2] if concept in NOT_TEXTS else ""


NOT_TEXTS = frozenset(("price", "stock_quantity", "birth_date", "level"))


class Store:
    """The records of a system; each edit has a later time."""

    def __init__(self, model: Model, own: int = 45) -> None:
        self.model = model
        self.numbers = count(1)
        self.times = count()
        self.records: dict[Any, dict[str, Any]] = {}
        for number in range(own):
            self.add({n: _filled(MEMBERS[c][2], number) for c, n in model.members.items()})
        self.own = {key: dict(record) for key, record in self.records.items()}

    def add(self, values: dict[str, Any]) -> dict[str, Any]:
        number = next(self.numbers)
        key = number if self.model.key is int else uuid5(NAMESPACE, str(number))
        shown = {name: value() if callable(value := ONLY_SHOWN[name][1]) else value for name in self.model.shows}
        self.records[key] = {"id": key, **values, **shown, "updated_at": datetime.now(UTC)}
        return self.records[key]

    def untouched(self) -> bool:
        return all(self.records.get(key) == record for key, record in self.own.items())


def _filled(value: Any, number: int) -> Any:
    return value.format(n=number) if isinstance(value, str) else value


def _classes(model: Model) -> tuple[type[BaseModel], type[BaseModel], type[BaseModel]]:
    """Return the classes of a record as read, as created, and as changed."""
    config = ConfigDict(extra="forbid") if model.is_strict else ConfigDict()
    shown: dict[str, Any] = {"id": (model.key, ...), "updated_at": (datetime, ...)}
    for number, name in enumerate(model.shows):
        shown[f"shown_{number}"] = (ONLY_SHOWN[name][0], Field(alias=name))
    given: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    for concept, name in model.members.items():
        kind, default = model.type_of(concept), model.empty_of(concept)
        shown[name] = (kind, ...)
        given[name] = (kind, default)
        changed[name] = (kind, None if default is ... else default) if model.update == "patch" else (kind, default)
    title = model.name.title()
    return (
        made(title, **shown),
        made(f"{title}In", __config__=config, **given),
        made(f"{title}Change", __config__=config, **changed),
    )


def _login(model: Model) -> Callable[..., None]:
    if model.auth == "none":
        return lambda: None
    scheme: Any = APIKeyHeader(name="X-Key", auto_error=False) if model.auth == "key" else HTTPBearer(auto_error=False)

    def check(sent: Any = Depends(scheme)) -> None:  # noqa: B008 - FastAPI's way
        if getattr(sent, "credentials", sent) != TOKEN:
            raise HTTPException(401, "who are you?")

    return check


def application(model: Model, store: Store) -> FastAPI:  # noqa: C901 - its endpoints
    """Return the application of a model over a store."""
    shown, given, changed = _classes(model)
    app = FastAPI(title=f"{model.name} system", dependencies=[Depends(_login(model))])
    one: Any = made(f"{model.name}One", **{model.wrapper: (shown, ...)}) if model.wrapper else shown
    body: Any = made(f"{model.name}Body", **{model.wrapper: (given, ...)}) if model.wrapper else given
    change: Any = made(f"{model.name}Edit", **{model.wrapper: (changed, ...)}) if model.wrapper else changed

    def wrapped(record: dict[str, Any]) -> Any:
        return {model.wrapper: record} if model.wrapper else record

    def inner(sent: BaseModel) -> BaseModel:
        return getattr(sent, model.wrapper) if model.wrapper else sent

    def found(key: Any) -> dict[str, Any]:
        if key not in store.records:
            raise HTTPException(404, "no such record")
        return store.records[key]

    _add_list(app, model, store, shown)

    def create(sent: body) -> Any:
        record = store.add(inner(sent).model_dump())
        if model.answers_location:
            return Response(status_code=201, headers={"Location": f"{model.path}/{record['id']}"})
        return wrapped(record)

    def read(**path: Any) -> Any:
        return wrapped(found(path[model.parameter]))

    def edit(sent: change, **path: Any) -> Any:
        record = found(path[model.parameter])
        record |= {**inner(sent).model_dump(exclude_unset=model.update == "patch"), "updated_at": datetime.now(UTC)}
        return wrapped(record)

    def remove(**path: Any) -> Response:
        found(path[model.parameter])
        del store.records[path[model.parameter]]
        return Response(status_code=204)

    item = f"{model.path}/{{{model.parameter}}}"
    shown_one: Any = None if model.answers_location else one
    app.post(model.path, status_code=201, response_model=shown_one)(create)
    app.get(item, response_model=one)(_with_path(read, model))
    getattr(app, model.update)(item, response_model=one)(_with_path(edit, model))
    app.delete(item, status_code=204)(_with_path(remove, model))
    return app


def _with_path(endpoint: Callable[..., Any], model: Model) -> Callable[..., Any]:
    """Return an endpoint whose path parameter has the model's name, as FastAPI reads it."""
    import inspect  # noqa: PLC0415 - only here

    signature = inspect.signature(endpoint)
    kept = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    path = inspect.Parameter(model.parameter, inspect.Parameter.KEYWORD_ONLY, annotation=model.key)

    def wrapped(**arguments: Any) -> Any:
        return endpoint(**arguments)

    wrapped.__signature__ = signature.replace(parameters=[*kept, path])  # type: ignore[attr-defined]
    return wrapped


def _add_list(app: FastAPI, model: Model, store: Store, shown: Any) -> None:  # noqa: C901 - its endpoints
    page_of: Any = list[shown]
    more: dict[str, Any] = {"next_cursor": (str | None, None)} if model.paging == "cursor" else {}
    if model.envelope or more:
        name = model.envelope or "data"
        page_of = made(f"{model.name}Page", **{name: (page_of, ...)}, **more)

    def rows(since: datetime | None) -> list[dict[str, Any]]:
        return [r for r in store.records.values() if since is None or r["updated_at"] >= since]

    def shaped(found: list[dict[str, Any]], **extra: Any) -> Any:
        return {model.envelope or "data": found, **extra} if model.envelope or more else found

    since_parameter: Any = Annotated[datetime | None, Query(include_in_schema=model.has_since)]

    def everything(changed_since: since_parameter = None) -> Any:
        return shaped(rows(changed_since))

    def by_offset(
        offset: int = 0, limit: Annotated[int, Query(le=50)] = 50, changed_since: since_parameter = None
    ) -> Any:
        return shaped(rows(changed_since)[offset : offset + limit])

    def by_page(
        page: Annotated[int, Query(ge=1)] = 1,
        per_page: Annotated[int, Query(le=30)] = 30,
        changed_since: since_parameter = None,
    ) -> Any:
        return shaped(rows(changed_since)[(page - 1) * per_page : page * per_page])

    def clamped(
        page: Annotated[int, Query(ge=1)] = 1, per_page: int = 10, changed_since: since_parameter = None
    ) -> Any:
        size = min(per_page, CLAMP)
        return shaped(rows(changed_since)[(page - 1) * size : page * size])

    def by_cursor(cursor: str | None = None, limit: Annotated[int, Query(le=30)] = 30) -> Any:
        start = int(cursor or 0)
        all_rows = rows(None)
        follows = str(start + limit) if start + limit < len(all_rows) else None
        return shaped(all_rows[start : start + limit], next_cursor=follows)

    def by_link(request: Request, response: Response, start: int = 0) -> Any:
        all_rows = rows(None)
        if start + CLAMP < len(all_rows):
            response.headers["Link"] = f'<{request.url.include_query_params(start=start + CLAMP)}>; rel="next"'
        return jsonable_encoder(shaped(all_rows[start : start + CLAMP]))

    ways: dict[str, Any] = {"none": everything, "offset": by_offset, "page": by_page}
    ways |= {"clamped": clamped, "cursor": by_cursor, "link": by_link}
    link: Any = {200: {"headers": {"Link": {"schema": {"type": "string"}}}}} if model.paging == "link" else None
    app.get(model.path, response_model=page_of, responses=link)(ways[model.paging])
