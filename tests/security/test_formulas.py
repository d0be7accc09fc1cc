"""What somebody typed never becomes a formula in the spreadsheet of whoever exports it."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.utils import timezone

from guichet.tickets import actions
from tests import builders

HOSTILE = ('=HYPERLINK("http://evil.example")', "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1")


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_an_export_is_reckoned(name: str) -> None:
    desk = builders.desk()
    nadia, manager = builders.agent(desk), builders.manager(desk)
    desk.second.name = name
    desk.second.save()
    ticket = builders.ticket(builders.person(desk.organisation), now=timezone.now())
    actions.hand_over(ticket, to_team=desk.second, reason="competence", actor=nadia, now=timezone.now())
    answer = builders.client_for(manager).get("/desk/levels/figures.csv")
    assert answer.status_code == 200
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert any(name.strip() in cell for row in rows for cell in row), rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
