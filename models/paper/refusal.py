"""Why a paper is not made, taken in or handed out. The codes are stable; `SENTENCES` says them in both languages."""

from __future__ import annotations

from enum import StrEnum


class PaperProblem(StrEnum):
    """What is wrong."""

    UNKNOWN_KIND = "unknown_paper_kind"
    UNKNOWN_PAPER = "unknown_paper"
    NOT_YOURS = "paper_not_yours"
    NOT_NOW = "paper_not_now"
    NOTHING_TO_SAY = "paper_without_subject"
    FIELD_MISSING = "paper_field_missing"
    ERASED = "paper_erased"
    CONVERTER_MISSING = "converter_missing"
    CONVERTER_FAILED = "converter_failed"
    TYPE_NOT_TAKEN = "type_not_taken"
    TYPE_DIFFERS = "type_differs"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_FILES = "too_many_files"
    TOO_MANY_PIXELS = "too_many_pixels"
    DAMAGED = "file_damaged"
    ACTIVE_CONTENT = "active_content"
    INFECTED = "infected"
    SCANNER_AWAY = "scanner_away"


PAPER_SENTENCES: dict[PaperProblem, tuple[str, str]] = {
    PaperProblem.UNKNOWN_KIND: ("没有这种文书或材料", "There is no such kind of paper"),
    PaperProblem.UNKNOWN_PAPER: ("案卷里没有这份材料", "There is no such paper in the file"),
    PaperProblem.NOT_YOURS: ("您的岗位不能制作或查看这种文书", "Your post may not make or read this kind of paper"),
    PaperProblem.NOT_NOW: ("案件目前的阶段不能制作这种文书", "This paper is not made at this stage of the case"),
    PaperProblem.NOTHING_TO_SAY: ("案件里还没有这份文书要记载的事项", "The case has nothing yet that this paper would be about"),
    PaperProblem.FIELD_MISSING: ("必填内容未填写", "Something that has to be filled in is missing"),
    PaperProblem.ERASED: ("这份材料已随密钥销毁，无法读取", "This paper was destroyed with its key and can't be read"),
    PaperProblem.CONVERTER_MISSING: ("本机没有安装 LibreOffice，请下载 DOCX 文书", "LibreOffice is not installed here: take the DOCX"),
    PaperProblem.CONVERTER_FAILED: (
        "转换为 PDF 未成功，请稍后再试或下载 DOCX 文书",
        "No PDF could be made: try again later or take the DOCX",
    ),
    PaperProblem.TYPE_NOT_TAKEN: ("不接收这种类型的文件", "Files of this type are not taken"),
    PaperProblem.TYPE_DIFFERS: ("文件内容与扩展名不符", "The file is not what its name says"),
    PaperProblem.TOO_MANY_BYTES: ("文件超过大小上限", "The file is too large"),
    PaperProblem.TOO_MANY_FILES: ("本案材料已达数量上限", "The case holds as many papers as it may"),
    PaperProblem.TOO_MANY_PIXELS: ("图片尺寸过大", "The picture has too many pixels"),
    PaperProblem.DAMAGED: ("文件已损坏，无法读取", "The file is damaged"),
    PaperProblem.ACTIVE_CONTENT: (
        "文件含有脚本、宏或内嵌文件，不予接收",
        "The file holds scripts, macros or embedded files and is not taken",
    ),
    PaperProblem.INFECTED: ("文件未通过病毒查杀，不予接收", "The virus scanner rejected the file"),
    PaperProblem.SCANNER_AWAY: ("病毒查杀服务暂不可用，请稍后再试", "The virus scanner does not answer: try again later"),
}
"""What a person is told, in Chinese and in English."""
