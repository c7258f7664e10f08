"""What a request works with: the office and the use cases over it, opened by the lifespan and kept on the application."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.affairs.desk import Affairs
from service.affairs.reading import AffairReader
from service.cases import Cases
from service.desk.claims import Claims
from service.desk.inbox import Inbox
from service.office import Office
from service.reading import Reader


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


OfficeDep = Annotated[Office, Depends(_office)]


def own_address(request: Request, office: Office) -> str:
    """Return where this is reached from outside, without a slash at its end: as the settings say, or as the request came."""
    return office.settings.public_url or str(request.base_url).rstrip("/")


def _cases(office: OfficeDep) -> Cases:
    return Cases(office)


def _reader(office: OfficeDep) -> Reader:
    return Reader(office)


def _inbox(office: OfficeDep) -> Inbox:
    return Inbox(office)


def _claims(office: OfficeDep) -> Claims:
    return Claims(office)


def _affairs(office: OfficeDep) -> Affairs:
    return Affairs(office)


def _affair_reader(office: OfficeDep) -> AffairReader:
    return AffairReader(office)


CasesDep = Annotated[Cases, Depends(_cases)]
ReaderDep = Annotated[Reader, Depends(_reader)]
InboxDep = Annotated[Inbox, Depends(_inbox)]
ClaimsDep = Annotated[Claims, Depends(_claims)]
AffairsDep = Annotated[Affairs, Depends(_affairs)]
AffairReaderDep = Annotated[AffairReader, Depends(_affair_reader)]
