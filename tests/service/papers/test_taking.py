"""Files on their way in: what they really are, what they must not hold, what is taken out of them, and where they end."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from models.paper.record import DOCX, PDF, Paper
from models.paper.refusal import PaperProblem
from models.refusal import RefusalCode
from service.errors import Refused
from service.papers.clamd import Clamd
from service.papers.cleaning import Cleaner
from service.papers.converting import Converter
from service.papers.taking import Taker
from tests.papers.stories import place
from tests.service.papers.conftest import CLERK, MEDIATOR, OFFICER, PaperHands, read
from tests.service.papers.test_making import SQLITE, attached, refused

GPS = 0x8825
PIXELS = 1_000_000


def jpeg(width: int = 60, height: int = 40) -> bytes:
    """A photo that says where it was taken, by whom, and that it lies on its side."""
    image, made = Image.new("RGB", (width, height), (200, 30, 30)), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = 6, "made-up camera", "secret comment"
    exif.get_ifd(GPS)[1], exif.get_ifd(GPS)[2] = "N", (26.0, 24.0, 30.0)
    image.save(made, "JPEG", exif=exif, comment=b"secret remark")
    return made.getvalue()


def script_action() -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('x')")})


def pdf(*, script: bool = False, attachment: bool = False, password: str = "") -> bytes:
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if script:
        writer.root_object[NameObject("/OpenAction")] = script_action()
    if attachment:
        writer.add_attachment("a.txt", b"x")
    if password:
        writer.encrypt(password)
    writer.write(made)
    return made.getvalue()


def hidden_script() -> bytes:
    """A script that no page and no catalogue leads to by name."""
    writer, made = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(200, 200)
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): writer._add_object(script_action())})
    writer.write(made)
    return made.getvalue()


def office(*more: str, main: str = "wordprocessingml.document.main+xml", bomb: bool = False) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", f"<Types>application/vnd.openxmlformats-officedocument.{main}</Types>")
        file.writestr("word/document.xml", "<w:document/>")
        for name in more:
            file.writestr(name, "x")
        if bomb:
            for number in range(3):
                with file.open(f"word/media/{number}.bin", "w") as part:
                    for _ in range(80):
                        part.write(bytes(1_000_000))
    return made.getvalue()


async def clean(content: bytes, media: str, most_pixels: int = PIXELS) -> bytes:
    file = io.BytesIO(content)
    await Cleaner().clean(file, media, most_pixels)
    return file.getvalue()


async def test_a_photo_keeps_its_pixels_and_nothing_else() -> None:
    before = jpeg()
    assert Image.open(io.BytesIO(before)).getexif().get_ifd(GPS)
    after = await clean(before, "image/jpeg")
    image = Image.open(io.BytesIO(after))
    assert (image.size, dict(image.getexif()), image.info.get("comment")) == ((40, 60), {}, None)
    for secret in (b"secret", b"made-up camera", b"Exif", b"GPS"):
        assert secret not in after


async def test_a_picture_loses_its_texts() -> None:
    from PIL.PngImagePlugin import PngInfo

    made, texts = io.BytesIO(), PngInfo()
    texts.add_text("Location", "secret place")
    Image.new("P", (20, 20)).save(made, "PNG", pnginfo=texts)
    assert b"secret" not in await clean(made.getvalue(), "image/png")


@pytest.mark.parametrize(
    ("content", "media"), [(pdf(), PDF), (office(), DOCX), (b"ID3\x04\x00" + bytes(200), "audio/mpeg")], ids=["pdf", "docx", "mp3"]
)
async def test_a_harmless_file_is_taken_as_it_is(content: bytes, media: str) -> None:
    assert await clean(content, media) == content


@pytest.mark.parametrize(
    ("content", "media", "problem"),
    [
        (jpeg(), "image/png", PaperProblem.TYPE_DIFFERS),
        (pdf(), "image/jpeg", PaperProblem.TYPE_DIFFERS),
        (b"MZ" + bytes(300), PDF, PaperProblem.TYPE_DIFFERS),
        (b"<html><script>x</script></html>", "image/png", PaperProblem.TYPE_DIFFERS),
        (b"\n" + pdf(), PDF, PaperProblem.TYPE_DIFFERS),
        (office(main="spreadsheetml.sheet.main+xml"), DOCX, PaperProblem.TYPE_DIFFERS),
        (office(main="ms-word.document.macroEnabled.main+xml"), DOCX, PaperProblem.TYPE_DIFFERS),
        (office("word/vbaProject.bin"), DOCX, PaperProblem.ACTIVE_CONTENT),
        (office("word/embeddings/oleObject1.bin"), DOCX, PaperProblem.ACTIVE_CONTENT),
        (office(bomb=True), DOCX, PaperProblem.TOO_MANY_BYTES),
        (pdf(script=True), PDF, PaperProblem.ACTIVE_CONTENT),
        (hidden_script(), PDF, PaperProblem.ACTIVE_CONTENT),
        (pdf(attachment=True), PDF, PaperProblem.ACTIVE_CONTENT),
        (pdf(password="x"), PDF, PaperProblem.ACTIVE_CONTENT),
        (pdf()[:200], PDF, PaperProblem.DAMAGED),
        (jpeg()[:300], "image/jpeg", PaperProblem.DAMAGED),
        (office()[:100], DOCX, PaperProblem.DAMAGED),
        (jpeg(1001, 1000), "image/jpeg", PaperProblem.TOO_MANY_PIXELS),
    ],
    ids=range(18),
)
async def test_what_is_something_else_or_does_something_is_refused(content: bytes, media: str, problem: PaperProblem) -> None:
    with refused(problem):
        await clean(content, media)


async def test_a_picture_of_a_billion_pixels_is_refused_before_it_is_unpacked() -> None:
    made = io.BytesIO()
    Image.new("1", (40_000, 30_000)).save(made, "PNG")
    assert len(made.getvalue()) < 1_000_000
    with refused(PaperProblem.TOO_MANY_PIXELS):
        await clean(made.getvalue(), "image/png", 50_000_000)


@asynccontextmanager
async def scanner(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that speaks clamd's protocol, and what was sent to it."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(await reader.readexactly(4)):
            content += await reader.readexactly(size)
        seen.append(content)
        writer.write(b"stream: Eicar-Test-Signature FOUND\0" if b"EICAR" in content else answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", seen


async def test_a_file_goes_through_the_scanner_where_there_is_one() -> None:
    big = bytes(200_000)
    async with scanner(b"stream: OK\0") as (address, seen):
        await Clamd(address).scan(io.BytesIO(big))
        assert seen == [big]
        with refused(PaperProblem.INFECTED):
            await Cleaner(address).clean(io.BytesIO(b"an EICAR test"), PDF, PIXELS)


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"what?\0", b""])
async def test_a_scanner_that_does_not_answer_lets_nothing_in(answer: bytes) -> None:
    async with scanner(answer) as (address, _):
        with refused(PaperProblem.SCANNER_AWAY):
            await Clamd(address).scan(io.BytesIO(b"x"))
    with refused(PaperProblem.SCANNER_AWAY):
        await Clamd(address).scan(io.BytesIO(b"x"))
    with refused(PaperProblem.SCANNER_AWAY):
        await Clamd("/nowhere/clamd.sock").scan(io.BytesIO(b"x"))


async def stream(content: bytes, size: int = 1 << 16) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def bring(hands: PaperHands, post: str, case_id: str, kind: str, name: str, content: bytes, **options: object) -> Paper:
    actor, title = await hands.here.cases.actor(post), str(options.pop("title", "现场照片"))
    return await Taker(hands.here.office).take(
        actor,
        case_id,
        kind,
        title=title,
        name=name,
        content=stream(content),
        **options,  # type: ignore[arg-type]
    )


async def test_a_file_is_sealed_and_its_digest_is_that_of_what_is_kept(hands: PaperHands) -> None:
    case_id = await hands.case()
    taken = await bring(hands, MEDIATOR, case_id, "evidence", "甲一家.JPG", jpeg(), shows=("a",), action_id="u1")
    again = await bring(hands, MEDIATOR, case_id, "evidence", "甲一家.JPG", jpeg(), shows=("a",), action_id="u1")
    assert again == taken
    kept = await hands.take(MEDIATOR, case_id, taken.id)
    assert Image.open(io.BytesIO(kept)).size == (40, 60)
    (what,) = await attached(hands, case_id)
    assert (what.sha256, what.size, what.media_type) == (taken.sha256, len(kept), "image/jpeg")
    (line,) = (await hands.reader.desk(await hands.here.cases.actor(MEDIATOR), case_id)).papers
    assert (line.title, line.zh, line.made, line.attached) == ("现场照片", "证据材料", False, True)
    with pytest.raises(Refused) as known:
        await bring(hands, MEDIATOR, case_id, "other", "b.jpg", jpeg())
    assert known.value.refusal.code is RefusalCode.ALREADY_DONE
    case = await hands.here.stored(case_id)
    await hands.here.office.store.keys.erase(case.parties[0].person or "", hands.here.office.now())
    with refused(PaperProblem.ERASED):
        await hands.take(MEDIATOR, case_id, taken.id)


@SQLITE
async def test_what_is_not_taken_leaves_nothing(hands: PaperHands) -> None:
    case_id = await hands.case()
    most = place().papers.known.uploads.most_bytes
    for kind, name, content, problem in (
        ("nothing", "a.jpg", jpeg(), PaperProblem.UNKNOWN_KIND),
        ("agreement", "a.jpg", jpeg(), PaperProblem.UNKNOWN_KIND),
        ("evidence", "a.exe", jpeg(), PaperProblem.TYPE_NOT_TAKEN),
        ("evidence", "a.png", jpeg(), PaperProblem.TYPE_DIFFERS),
        ("evidence", "a.jpg", b"", PaperProblem.DAMAGED),
        ("evidence", "a.pdf", bytes(most + 1), PaperProblem.TOO_MANY_BYTES),
    ):
        with refused(problem):
            await bring(hands, MEDIATOR, case_id, kind, name, content)
    with refused(PaperProblem.FIELD_MISSING):
        await bring(hands, MEDIATOR, case_id, "evidence", "a.jpg", jpeg(), title=" ")
    with pytest.raises(Refused):
        await bring(hands, MEDIATOR, case_id, "evidence", "a.jpg", jpeg(), shows=("nobody",))
    assert await attached(hands, case_id) == []
    assert (await hands.reader.desk(await hands.here.cases.actor(CLERK), case_id)).papers == ()
    assert list((hands.here.office.settings.home / "tmp").iterdir()) == []


@SQLITE
async def test_what_was_brought_in_lies_in_the_file(hands: PaperHands, converter: Converter) -> None:
    case_id = await hands.case(amount=20_000)
    await bring(hands, MEDIATOR, case_id, "identity", "a.jpg", jpeg(), title="身份证")
    await bring(hands, OFFICER, case_id, "evidence", "b.pdf", pdf(), title="判决书")
    await bring(hands, OFFICER, case_id, "evidence", "c.docx", office(), title="清单")
    actor = await hands.here.cases.actor(MEDIATOR)
    assert "identity" not in {one.kind for one in (await hands.reader.desk(actor, case_id)).file.missing}
    with zipfile.ZipFile(io.BytesIO(await read(await hands.binder.bind(actor, case_id, "zip")))) as file:
        assert [name[3:] for name in file.namelist()][2:-1] == ["当事人身份证明_身份证.jpg", "证据材料_判决书.pdf", "证据材料_清单.docx"]
    hands.here.office.converter = converter
    whole = await read(await hands.binder.bind(actor, case_id, "pdf"))
    told = [page.extract_text() for page in PdfReader(io.BytesIO(whole)).pages]
    assert "另存" in told[1]
    assert [page.strip() for page in told[2:-1]] == ["1", "2"]
