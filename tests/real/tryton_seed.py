"""Gives an empty Tryton what its API needs: a company that its user works for, and a key. Runs in Tryton's own venv.

    python tryton_seed.py trytond.conf DATABASE KEY_FILE

Without a company prices cannot be asked for; a key counts once an administrator has validated it
(docs/explanation/vendors/real-systems.rst, "What Tryton does").
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

from proteus import Model, config


def seed(settings: str, database: str, key_file: Path) -> None:
    config.set_trytond(database, user="admin", config_file=settings)
    currency = Model.get("currency.currency")(name="Euro", code="EUR", symbol="EUR", rounding=Decimal("0.01"))
    currency.save()
    owner = Model.get("party.party")(name="The shop's own company")
    owner.save()
    company = Model.get("company.company")(party=owner, currency=currency)
    company.save()
    (user,) = Model.get("res.user").find([("login", "=", "admin")])
    user.companies.append(company)
    user.company = company
    user.save()
    access = Model.get("res.user.application")(user=user, application="rest")
    access.save()
    if access.state != "validated":
        access.click("validate_")
    key_file.write_text(access.key, encoding="utf-8")


if __name__ == "__main__":
    seed(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
