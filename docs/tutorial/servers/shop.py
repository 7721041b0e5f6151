"""The Shop of the tutorial: `python shop.py` serves /customers until Ctrl-C."""

from rest_server import Collection, serve

CUSTOMERS = Collection(
    path="customers",
    members=frozenset({"email", "first_name", "last_name", "phone"}),
    changed="changed_at",
)

if __name__ == "__main__":
    serve("Shop", 8701, CUSTOMERS, {"X-Api-Key": "shop-key"})
