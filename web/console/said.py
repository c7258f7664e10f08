"""What a page says once something has been done, or was refused: sentences of our own, nothing of what was typed."""

from __future__ import annotations

from rules.handover.kind import HANDOVER
from rules.labels import Both, label
from rules.round.kind import ROUND
from rules.round.sheet import SHEET
from rules.team.kind import TEAM
from rules.watch.kind import WATCH
from rules.whistle.kind import WHISTLE
from web.console.forms import FORMS
from web.console.words import Words
from web.problems import KINDS

OWN_PAGES = (ROUND, SHEET, WATCH, TEAM, HANDOVER)
"""Kinds whose pages say what was done under the name of the kind."""

DONE: dict[str, Both] = {
    **{do: (f"已办理：{form.zh}", f"Done: {form.en}") for do, form in FORMS.items()},
    **{do: (f"已办理：{zh}", f"Done: {en}") for do, (zh, en) in WHISTLE.labels.actions.items() if do not in FORMS},
    **{f"{kind.name}-{do}": (f"已办理：{zh}", f"Done: {en}") for kind in OWN_PAGES for do, (zh, en) in kind.labels.actions.items()},
    "open": ("已登记", "Taken in"),
    "affair-begun": ("已登记", "Begun"),
    "affair-done": ("已办理", "Done"),
    "known": ("这件纠纷刚才已经登记过，没有重复登记", "This dispute was taken in before; it was not taken in twice"),
    "draft": ("草稿已保存", "The draft has been kept"),
    "discarded": ("草稿已丢弃", "The draft has been thrown away"),
    "no-draft": ("这份草稿已经不在了", "This draft is no longer there"),
    "renewed": ("查询码已更换，原来的不能再用", "There is a new query code; the old one no longer works"),
    "own-rate": ("谢谢，您的评价已收到", "Thank you: your rating has arrived"),
    "own-complain": ("您的投诉已收到，会有专人答复", "Your complaint has arrived; you will get a reply"),
    "own-object": ("您的申诉已收到，会有专人裁定", "Your objection has arrived; somebody will decide it"),
    "own-withdraw": ("您的申请已撤回", "Your application has been taken back"),
    "checked-in": ("入住已登记，网格员会上门核实", "You are checked in; a grid member will come by to confirm it"),
    "left": ("已退出查询", "You have left your case"),
    "over": ("太久没有操作，请重新输入查询码", "You were away for long: type the query code again"),
    "signed-out": ("已退出登录", "Signed out"),
    "password": ("密码已修改，请重新登录", "The password has been changed: sign in again"),
    "paper": ("文书已制作，摘要已登记入卷", "The paper has been made, and its digest is on the timeline"),
    "paper-signed": ("签名情况已登记", "The signature has been noted"),
    "uploaded": ("材料已收入案卷", "The file has been taken in"),
    "none": ("没有勾选案件", "No case was ticked"),
    "claim": ("已认领", "Taken on"),
    "release": ("已放回", "Given back"),
    "post": ("已切换岗位", "Now in the other post"),
    "sessions": ("其他会话已退出", "All other sessions have ended"),
    "factor-dropped": ("动态验证码已取消，请重新登录", "The second factor has been taken away: sign in again"),
    "token-revoked": ("令牌已收回", "The token has been revoked"),
    "account": ("账户已建立", "The account has been made"),
    "posts": ("岗位已保存", "The posts have been saved"),
    "account-active": ("账户已启用", "The account is on again"),
    "account-disabled": ("账户已停用", "The account has been switched off"),
    "their-factor": ("动态验证码已取消", "The second factor has been taken away"),
    "arrival-accepted": ("来件已接收为案件", "It was taken in as a case"),
    "arrival-discarded": ("来件已弃置，内容已销毁", "It was thrown away, and its content erased"),
    "feed-revoked": ("日历订阅已收回", "The calendar feed has been revoked"),
    "notices": ("通知设置已保存", "Your settings have been saved"),
    "agreed-on": ("已记录：当事人同意接收短信提醒", "Noted: the party agrees to text messages"),
    "agreed-off": ("已记录：当事人不再要短信提醒", "Noted: the party wants no more text messages"),
    "texts-on": ("已开通短信提醒", "You will get text messages"),
    "texts-off": ("已关闭短信提醒", "You will get no more text messages"),
    "replayed": ("已重新排队发送", "They are queued again"),
    "let-go": ("已不再发送", "They will not be sent"),
    "gate-on": ("渠道已启用", "The road is open"),
    "gate-off": ("渠道已停用", "The road is switched off"),
    "team-week": ("值班表已保存", "The roster is saved"),
    "absence": ("已登记离岗", "The absence has been declared"),
    "absence-ended": ("离岗已结束", "The absence has ended"),
}
"""By the word in the address (`?done=`)."""


def plain(code: str, detail: str, do: str, words: Words) -> str:
    """Return why an action was refused, in the words of its form: a field is called as the form calls it."""
    kind = KINDS[code]
    return words.about(words.pick(kind.zh, kind.en), _detail(detail, do, words) if detail else ())


def _detail(detail: str, do: str, words: Words) -> list[str]:
    """Return fields and stages by their words; what has none stays as it is."""
    fields = {asked.name: words.pick(asked.zh, asked.en) for asked in FORMS[do].inputs} if do in FORMS else {}
    return [fields.get(part.strip()) or words.both(label("stage", part.strip())) for part in detail.split(",")]
