"""The demo's configuration, schools and people: made up, and showing every case that the rules speak of."""

import csv
import ipaddress
import re
from collections import defaultdict
from pathlib import Path

import pytest

from bot import data
from bot.settings import load

CHECKOUT = Path(__file__).parents[2]
DEMO = data.folder("config") / "demo"
SETTINGS = load(DEMO, {})


def rows(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


SCHOOLS = {row["LA (code)"] + row["EstablishmentNumber"]: row for row in rows("schools.csv")}
PEOPLE = rows("people.csv")


def split(cell: str) -> set[str]:
    return set(filter(None, cell.split(";")))


def of_role(role: str) -> list[dict[str, str]]:
    return [row for row in PEOPLE if row["role"] == role]


def test_it_listens_and_speaks_on_this_machine_only() -> None:
    smtp, outgoing, web = SETTINGS.email.smtp, SETTINGS.email.outgoing, SETTINGS.web

    assert (smtp.host, smtp.port) == ("127.0.0.1", 2525)
    assert (outgoing.host, outgoing.port, outgoing.tls) == ("127.0.0.1", 2526, "none")
    assert (web.host, web.port, web.base_url) == ("127.0.0.1", 8025, "http://127.0.0.1:8025")
    assert all(network.is_loopback for network in SETTINGS.email.trust.submission_networks)
    assert any(ipaddress.ip_address("127.0.0.1") in network for network in SETTINGS.email.trust.submission_networks)


def test_everything_lies_under_var_at_the_top_of_the_checkout() -> None:
    keys = SETTINGS.keys

    for place in (SETTINGS.ledger.file, SETTINGS.vault.folder, keys.path, keys.master_key_file):
        assert place.parent == CHECKOUT / "var"


def test_its_services_are_the_shipped_ones() -> None:
    shipped = load(DEMO.parent, {})

    assert [(one.code, one.name) for one in SETTINGS.services] == [(one.code, one.name) for one in shipped.services]
    assert (SETTINGS.tags, SETTINGS.reasons) == (shipped.tags, shipped.reasons)


def test_its_schools_are_of_the_authority_and_made_up_but_for_the_one_that_the_rules_name() -> None:
    assert len(SCHOOLS) == 6
    assert SCHOOLS["8302000"]["EstablishmentName"] == "Leys Junior School"
    assert all(re.fullmatch("8302000|830900[0-9]", number) for number in SCHOOLS)
    assert all(row["TelephoneNum"].startswith("01632960") for row in SCHOOLS.values())
    assert len({row["URN"] for row in SCHOOLS.values()}) == 6


@pytest.mark.parametrize("column", ["email", "other_emails"])
def test_nobody_in_it_has_an_address_that_could_be_real(column: str) -> None:
    assert all(address.endswith(".example") for row in PEOPLE for address in split(row[column]))


def test_every_school_and_service_of_a_person_exists() -> None:
    assert set(PEOPLE[0]) == {"email", "name", "role", "schools", "services", "other_emails"}
    for row in PEOPLE:
        assert split(row["schools"]) <= {*SCHOOLS, "*"}
        assert split(row["services"]) <= {*(service.code for service in SETTINGS.services), "*"}


def test_each_school_has_a_headteacher_and_a_sender() -> None:
    for number, school in SCHOOLS.items():
        heads = [row["name"] for row in of_role("headteacher") if number in split(row["schools"])]
        assert heads == [f"{school['HeadFirstName']} {school['HeadLastName']}"]
        assert any(number in split(row["schools"]) for row in of_role("sender"))


def test_one_headteacher_can_be_told_things_only_at_a_shared_mailbox() -> None:
    shared = [row for row in PEOPLE if row["email"].partition("@")[0] in SETTINGS.access.shared_mailboxes]

    assert [row["role"] for row in shared] == ["headteacher"]


def test_somebody_acts_for_two_schools_and_an_officer_is_on_the_staff_of_one() -> None:
    roles = defaultdict(set)
    for row in PEOPLE:
        roles[row["email"]].add(row["role"])

    assert any(len(split(row["schools"])) == 2 for row in of_role("sender"))
    assert [email for email, held in roles.items() if held == {"officer", "sender"}] == ["dee.lomas@derbyshire.example"]
    assert len(of_role("administrator")) == 1


def test_the_services_that_schools_send_to_most_have_officers() -> None:
    served = set().union(*(split(row["services"]) for row in of_role("officer")))

    assert served >= {"SEN", "INFO", "SSHR", "FIN", "ADMISS", "SAFE"}
