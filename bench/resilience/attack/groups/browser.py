"""Console and static files: sign-in, sign-out, forms of other sites, scripts in texts, CSV files, paths."""

from __future__ import annotations

import csv
import io
import unicodedata
import uuid

from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.console import COOKIE, csrf_token, sign_in, signed_in
from bench.resilience.attack.feed import LEARNING, Opinion, give, manifest, record
from bench.resilience.attack.target import Target
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.neural.v1 import learning_service_pb2

GROUP = Group("console")
TENANT = "browsed"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
PAGES = ("", "models", "recommendations", "feedback", "experiments", "trust", "voice", "learning", "privacy", "audit")
FORMULAS = ("=1+1", "  =1+1", "\t=1+1", "\u00a0@SUM(1)", "\uff1d1+1", "\uff0b1", "\uff20SUM(1)", "\u200b-1", "\ufeff=1")
DANGEROUS = tuple("=+-@\t\r")


@GROUP.attack("development sign-in without the one-time link", "no session")
async def sign_in_without_link(target: Target) -> Outcome:
    """Sends the form of the development sign-in as any local process can."""
    async with target.client() as client:
        answer = await client.post("/console/signin/development", data={"tenant": TENANT, "role": "admin"})
        has_session = COOKIE in client.cookies
    return Outcome(1, not has_session, f"{answer.status_code}, {'a session' if has_session else 'no session'}")


@GROUP.attack("development sign-in with foreign Host and Origin", "no session")
async def sign_in_with_foreign_host(target: Target) -> Outcome:
    """Sends the form as a page does whose name was bound to this machine (DNS rebinding)."""
    sessions, attempts = 0, 0
    for host, origin in (("evil.example", "http://evil.example"), ("evil.example", ""), ("", "http://evil.example")):
        headers = {name: value for name, value in (("host", host), ("origin", origin)) if value}
        async with target.client() as client:
            form = {"tenant": TENANT, "role": "admin"}
            answer = await client.post("/console/signin/development", data=form, headers=headers)
            sessions += any(value.startswith(COOKIE) for value in answer.headers.get_list("set-cookie"))
        attempts += 1
    return Outcome(attempts, not sessions, f"{sessions} sessions")


@GROUP.attack("a copied session cookie after sign-out", "redirected to the sign-in")
async def cookie_after_sign_out(target: Target) -> Outcome:
    """Signs out and uses the copy of the cookie."""
    async with signed_in(target, TENANT, "admin") as client:
        copied = client.cookies[COOKIE]
        form = {"csrf_token": await csrf_token(client, "/console/privacy")}
        await client.post("/console/signout", data=form)
        client.cookies.clear()
        client.cookies.set(COOKIE, copied)
        status = (await client.get("/console/audit")).status_code
    return Outcome(1, status in (302, 303, 401, 403), f"{status} with the copied cookie")


@GROUP.attack("forms without or with another session's token", "403 and no change")
async def cross_site_forms(target: Target) -> Outcome:
    """Sends forms without a token, with another session's token, and from another site."""
    path, statuses = "/console/learning", list[int]()
    async with signed_in(target, TENANT, "admin") as client, signed_in(target, TENANT, "admin") as other:
        own, foreign = await csrf_token(client, path), await csrf_token(other, path)
        for token, headers in (
            ("", {}),
            (foreign, {}),
            ("0" * 64, {}),
            (own, {"origin": "http://evil.example"}),
            (own, {"sec-fetch-site": "cross-site"}),
        ):
            for form_path in ("/console/learning/settings", "/console/privacy/forget", "/console/trust/pin", path):
                answer = await client.post(form_path, data={"csrf_token": token, "user_id": "x"}, headers=headers)
                statuses.append(answer.status_code)
    wrong = [status for status in statuses if status not in (403, 404, 405)]
    return Outcome(len(statuses), not wrong and 403 in statuses, f"statuses {sorted(set(statuses))}")


@GROUP.attack("scripts in texts that pages show", "escaped on all pages")
async def scripts_in_texts(target: Target) -> Outcome:
    """Stores scripts as identifiers, comments and reasons, and reads all pages."""
    name = f"o{SCRIPT}"[:100]
    await record(target, TENANT, [manifest(name, SCRIPT, SCRIPT)])
    feedback = feedback_pb2.ExplicitFeedback(
        output_id=name,
        user_id=SCRIPT,
        rating=feedback_pb2.RATING_POSITIVE,
        comment=SCRIPT,
        source=feedback_pb2.FEEDBACK_SOURCE_API,
    )
    request = pb.SubmitExplicitFeedbackRequest(request_id=str(uuid.uuid4()), feedback=feedback)
    method = "/radiant.ingest.v1.IngestService/SubmitExplicitFeedback"
    await target.call(method, request, target.bearer(TENANT))
    await _pin(target, SCRIPT)
    shown, read = list[str](), 0
    async with signed_in(target, TENANT, "admin") as client:
        for path in (*PAGES, f"feedback/output?output_id={name}", f"audit?actor={SCRIPT}", f"feedback?model={SCRIPT}"):
            text = (await client.get(f"/console/{path}", follow_redirects=True)).text
            read += 1
            if "<script>alert(1)" in text or "<img src=x" in text:
                shown.append(path[:20] or "overview")
    return Outcome(read, not shown, f"{len(shown)} pages with the script {', '.join(shown)}".strip())


@GROUP.attack("formulas in cells of CSV files", "no cell begins with a formula, after blanks and in full width")
async def formulas_in_csv(target: Target) -> Outcome:
    """Stores formulas as reasons of audit entries and downloads the table."""
    for formula in FORMULAS:
        await _pin(target, formula)
    async with signed_in(target, TENANT, "admin") as client:
        text = (await client.get("/console/audit?csv=audit")).text
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    risky = [cell for cell in cells if is_formula(cell) and cell != "-"]
    return Outcome(len(FORMULAS), bool(cells) and not risky, f"{len(risky)} of {len(cells)} cells: {risky[:3]!r}")


@GROUP.attack("paths out of the static files and recordings", "404 or 400, no file of the machine")
async def paths(target: Target) -> Outcome:
    """Requests files outside of the folders of static files, in several encodings."""
    up = ("..", "%2e%2e", "%2e%2e%2f..", "..%5c..", "....//", "%252e%252e", "..%c0%af")
    files = ("etc/passwd", "settings.py", "secrets.json")
    leaked, attempts = list[str](), 0
    async with target.client() as client:
        await sign_in(target, client, TENANT, "admin")
        for base in ("/console/static/", "/widget/", "/console/voice/", "/"):
            for step in up:
                for file in files:
                    answer = await client.get(f"{base}{'/'.join([step] * 6)}/{file}")
                    attempts += 1
                    if any(mark in answer.text for mark in ("root:x:", "from __future__", "token_key")):
                        leaked.append(base + step)
    return Outcome(attempts, not leaked, f"{len(leaked)} files {', '.join(leaked[:3])}".strip())


def is_formula(cell: str) -> bool:
    """Returns whether a spreadsheet may run the cell: after normalisation it begins with a sign of a formula."""
    plain = unicodedata.normalize("NFKC", cell)
    visible = "".join(each for each in plain if unicodedata.category(each) != "Cf")
    return cell.startswith(DANGEROUS) or visible.lstrip().startswith(DANGEROUS)


async def _pin(target: Target, text: str) -> None:
    """Writes an audit entry whose reason is the text, as far as the service accepts it."""
    await give(target, TENANT, [Opinion("pinned", "m", True)])
    request = learning_service_pb2.PinTrustScoreRequest(
        request_id=str(uuid.uuid4()), user_id="pinned", trust=0.5, reason=text
    )
    await target.call(f"{LEARNING}PinTrustScore", request, target.bearer(TENANT, "admin", subject=text))
