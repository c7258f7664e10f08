"""Papers of a case: what there is, what can be made, one of them, who signed it, and the whole file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from models.base import Instant, Model, Reason
from models.paper.record import PDF, ZIP, Paper, Signature, SignedBy
from service.papers.dossier import Binder
from service.papers.making import Maker
from service.papers.reading import PAPER_ID, PaperReader
from service.papers.shown import PaperDesk
from service.papers.taking import Taker
from web.api.cases import Code, Key, Why
from web.auth import ActorDep
from web.bringing import bringing, file_of, parts
from web.handing import handed
from web.problems import WebProblem, documented
from web.state import OfficeDep

router = APIRouter(tags=["papers"])

PaperId = Annotated[str, Path(description="Id of a paper, from the list.", pattern=f"^{PAPER_ID}$")]

BASE = ("unknown_case", "purpose_needed", "paper_not_yours")
READ = (*BASE, "unknown_paper", "paper_erased")
CONVERTS = ("unavailable", "converter_missing", "converter_failed")


def _file(*media: str) -> dict[int | str, dict[str, Any]]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": "The file, to be saved", "content": dict.fromkeys(media, binary)}}


class MakeForm(Model):
    """A paper to be made."""

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]{1,38}$", examples=["acceptance"])
    about: str = Field(
        default="", max_length=160, pattern=r"^[A-Za-z0-9_.:@#-]*$", description="What it is about, from `choices` of its offer."
    )
    entries: dict[Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,29}$")], Reason] = Field(
        default_factory=dict, max_length=20, description="What its maker writes in, by the ids of its offer's `entries`."
    )


class PaperMade(Model):
    """A paper that was made; its digest is on the case's timeline."""

    id: str
    kind: str
    about: str
    number: str | None
    version: int
    sha256: str
    size: int
    media_type: str
    made_at: Instant
    signatures: tuple[Signature, ...] = ()

    @classmethod
    def of(cls, paper: Paper) -> Self:
        """Return a paper as it is answered."""
        return cls.model_validate(paper.model_dump(include=set(cls.model_fields)))


@router.get(
    "/cases/{code}/papers", operation_id="list_papers", summary="The papers of a case, and what could be made", responses=documented(*BASE)
)
async def list_papers(code: Code, actor: ActorDep, office: OfficeDep, why: Why = "") -> PaperDesk:
    """Return the papers of a case, what one can make or bring in now, and what its file lacks."""
    return await PaperReader(office).desk(actor, code, unquote(why))


@router.post(
    "/cases/{code}/papers",
    operation_id="make_paper",
    status_code=201,
    summary="Make a paper from its template",
    responses=documented(
        *(*BASE, "not_allowed", "paper_not_now", "paper_without_subject", "wrong_stage", "invalid"),
        *("unknown_paper_kind", "paper_field_missing", "paper_erased"),
    ),
)
async def make_paper(code: Code, body: MakeForm, actor: ActorDep, office: OfficeDep, key: Key = None, why: Why = "") -> PaperMade:
    """Make a paper and put its digest on the timeline. The same Idempotency-Key gives the same paper."""
    made = await Maker(office).make(
        actor, code, body.kind, about=body.about, entries=body.entries, action_id=key and f"{actor.person}:{key}", purpose=unquote(why)
    )
    return PaperMade.of(made)


UPLOAD_FORM = {
    "type": "object",
    "required": ["kind", "title", "file"],
    "properties": {
        "kind": {"type": "string", "description": "Kind of enclosure, from `enclosures` of the list.", "examples": ["evidence"]},
        "title": {"type": "string", "minLength": 1, "maxLength": 100},
        "shows": {"type": "array", "items": {"type": "string"}, "description": "Parties it shows: it is destroyed with any of them."},
        "file": {"type": "string", "format": "binary"},
    },
}


@router.post(
    "/cases/{code}/papers/uploads",
    operation_id="upload_paper",
    status_code=201,
    summary="Bring a file in",
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": UPLOAD_FORM}}}},
    responses=documented(
        *(*BASE, "not_allowed", "wrong_stage", "already_done", "too_many_files", "too_large", "too_many_bytes", "unavailable"),
        *("invalid", "unknown_party", "unknown_paper_kind", "paper_field_missing", "type_not_taken", "type_differs", "too_many_pixels"),
        *("file_damaged", "active_content", "infected", "paper_erased", "scanner_away"),
    ),
)
async def upload_paper(code: Code, request: Request, actor: ActorDep, office: OfficeDep, key: Key = None, why: Why = "") -> PaperMade:
    """Check a file, take out of a picture where it was taken, seal it, and put its digest on the timeline.

    Name and title come in the form, never in the address. The same Idempotency-Key gives the same paper.
    """
    async with bringing(request) as fields:
        file = file_of(fields)
        if file is None:
            raise WebProblem("paper_field_missing", "file")
        taken = await Taker(office).take(
            actor,
            code,
            str(fields.get("kind", "")),
            title=str(fields.get("title", "")),
            name=file.filename or "",
            content=parts(file),
            shows=[party for party in fields.getlist("shows") if isinstance(party, str)],
            action_id=key and f"{actor.person}:{key}",
            purpose=unquote(why),
        )
    return PaperMade.of(taken)


@router.get(
    "/cases/{code}/papers/{paper}/content",
    operation_id="get_paper",
    summary="A paper as it is kept",
    response_class=StreamingResponse,
    responses=documented(*READ) | _file("application/octet-stream", "application/*", "image/*", "audio/*", "video/*"),
)
async def get_paper(code: Code, paper: PaperId, actor: ActorDep, office: OfficeDep, why: Why = "") -> StreamingResponse:
    """Return the file; each time it is handed out stands in the access log."""
    return handed(await PaperReader(office).hand_out(actor, code, paper, unquote(why)))


@router.get(
    "/cases/{code}/papers/{paper}/pdf",
    operation_id="get_paper_pdf",
    summary="A paper made here, as PDF",
    response_class=StreamingResponse,
    responses=documented(*READ, *CONVERTS) | _file(PDF),
)
async def get_paper_pdf(code: Code, paper: PaperId, actor: ActorDep, office: OfficeDep, why: Why = "") -> StreamingResponse:
    """Return it as PDF with its fonts embedded; needs LibreOffice where this runs."""
    return handed(await PaperReader(office).hand_out_pdf(actor, code, paper, unquote(why)))


class PaperSignForm(Model):
    """Who has signed a paper."""

    signer: str = Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@#-]*$", description="A party's id, or a post.")
    how: SignedBy
    on: date


@router.post(
    "/cases/{code}/papers/{paper}/signatures",
    operation_id="sign_paper",
    summary="Record who has signed a paper made here",
    responses=documented(*READ, "invalid", "paper_field_missing"),
)
async def sign_paper(code: Code, paper: PaperId, body: PaperSignForm, actor: ActorDep, office: OfficeDep, why: Why = "") -> PaperMade:
    """Record a signature; one signer stands there once. Those of an agreement come from the record by themselves."""
    signature = Signature(signer=body.signer, how=body.how, on=body.on, recorded_by=actor.person, recorded_at=office.now())
    found = await Maker(office).sign(actor, code, paper, signature, unquote(why))
    return PaperMade.of(found)


@router.get(
    "/cases/{code}/dossier",
    operation_id="get_dossier",
    summary="The whole file, in its legal order",
    response_class=StreamingResponse,
    responses=documented(*BASE, "paper_erased", *CONVERTS) | _file(ZIP, PDF),
)
async def get_dossier(
    code: Code,
    actor: ActorDep,
    office: OfficeDep,
    form: Annotated[Literal["zip", "pdf"], Query(description="All papers in a ZIP, or one PDF with numbered pages.")] = "zip",
    why: Why = "",
) -> StreamingResponse:
    """Return cover, catalogue, papers and back cover."""
    return handed(await Binder(office).bind(actor, code, form, unquote(why)))
