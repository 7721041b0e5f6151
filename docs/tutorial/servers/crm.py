"""The CRM of the tutorial: `python crm.py` serves /people until Ctrl-C."""

from rest_server import Collection, serve

PEOPLE = Collection(
    path="people",
    members=frozenset({"mail", "name", "mobile"}),
    changed="modified",
    envelope="people",
    new_id="P-{:05}".format,
)

if __name__ == "__main__":
    serve("CRM", 8702, PEOPLE, {"Authorization": "Bearer crm-token"})
