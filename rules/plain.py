"""How a case stands and what comes next, in words for the parties themselves (群众版进度): no terms of the office, no content."""

from __future__ import annotations

from models.words import Stage
from rules.labels import Both

STAGES: dict[Stage, Both] = {
    Stage.REGISTERED: ("您的纠纷已登记", "The dispute has been registered"),
    Stage.SCREENED: ("已受理", "The dispute has been accepted"),
    Stage.ROUTED: ("已转交承办单位", "It has been passed on to the unit that will handle it"),
    Stage.SIGNED: ("承办单位已接手", "The unit in charge has taken it on"),
    Stage.MEDIATING: ("正在调解", "It is being mediated"),
    Stage.AGREED: ("已达成协议，等待生效", "An agreement was reached and has yet to take effect"),
    Stage.PERFORMING: ("协议已生效，正在履行", "The agreement is in force and being carried out"),
    Stage.FOLLOWING_UP: ("协议已履行，回访中", "The agreement has been carried out; the parties are being visited"),
    Stage.AUDITING: ("正在审核办理结果", "The outcome is being reviewed"),
    Stage.ARCHIVED: ("已办结归档", "Finished and filed"),
    Stage.DECLINED: ("不予受理，去向已告知申请人", "Not accepted; the applicant was told where to turn"),
    Stage.CHANNELLED: ("调解已终止，法定途径已告知", "Mediation has ended; the parties were told of the legal routes"),
    Stage.WITHDRAWN: ("申请已撤回", "The application was withdrawn"),
    Stage.MERGED: ("已并入同一纠纷的案件", "Joined with another case of the same dispute"),
}
"""Where the case stands."""

NEXT: dict[str, Both] = {
    "screen": ("审核是否受理", "It is decided whether the dispute is accepted"),
    "merge": ("并入同一纠纷的案件", "It is joined with another case of the same dispute"),
    "route": ("确定由哪个单位办理", "It is decided which unit handles it"),
    "sign": ("承办单位接手", "The unit in charge takes it on"),
    "rule": ("综治中心确定承办单位", "The centre decides which unit handles it"),
    "contact": ("承办单位与您联系", "The unit in charge gets in touch with you"),
    "assign": ("指派调解员", "A mediator is appointed"),
    "consent": ("征询各方是否愿意调解", "All parties are asked whether they agree to mediation"),
    "agree": ("调解员组织调解", "The mediator brings the parties together"),
    "meet": ("召集有关单位会商", "The units concerned are called together"),
    "escalate": ("由负责领导牵头解决", "The leader in charge takes it in hand"),
    "resume": ("暂停原因消除后继续办理", "It goes on when the reason for the standstill is gone"),
    "channel": ("告知您还有哪些法定途径", "You are told which legal routes are open"),
    "sign_agreement": ("各方签署协议", "The parties sign the agreement"),
    "seal": ("协议盖章生效", "The agreement is sealed and takes effect"),
    "perform": ("按协议履行", "The agreement is carried out"),
    "visit": ("上门或电话回访", "You are visited or called"),
    "audit": ("审核办理结果", "The outcome is reviewed"),
    "sign_off": ("审核办理结果", "The outcome is reviewed"),
    "archive": ("归档", "The case is filed"),
}
"""What happens next, by the act of whoever holds the ball; a test looks that none is missing."""
