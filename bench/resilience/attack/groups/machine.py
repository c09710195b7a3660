"""The machine of the suite: modes of files, secrets of processes, erased names, unsafe settings, TLS."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import stat
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.feed import Opinion, give
from bench.resilience.attack.suite import (
    SESSION_SECRET,
    SETTINGS,
    StartError,
    environment,
    radiant_up,
    temporary_folder,
)
from bench.resilience.attack.target import Target
from bench.resilience.chaos.load.recordings import marked_wav, originals
from cli.embedded.folder import DataFolder
from cli.embedded.process import free_port
from cli.processes.service_process import ServiceProcess, answers_http
from cli.services import SERVICES
from radiant.ingest.v1 import ingest_service_pb2 as pb

GROUP = Group("machine")
INGEST = "/radiant.ingest.v1.IngestService/"
ERASURE_SECONDS_MAX, FILE_SECONDS_MAX = 20.0, 20.0
TLS_SECONDS_MAX = 60.0
START_SECONDS_MAX = 10.0


@GROUP.attack("recordings and logs read by other users", "files 0600, folders 0700")
async def modes(target: Target) -> Outcome:
    """Looks at the modes of recordings, logs and secrets."""
    async with target.client() as client:
        parts: list[tuple[str, tuple[str | None, str | bytes, str]]] = [
            (
                "feedback",
                (None, '{"outputId": "o", "userId": "u", "source": "FEEDBACK_SOURCE_API"}', "application/json"),
            ),
            ("audio", ("a.wav", marked_wav(originals()[0], 3), "audio/wav")),
        ]
        headers = {"authorization": target.bearer("acme"), "idempotency-key": str(uuid.uuid4())}
        await client.post("/api/v2/feedback/voice", files=parts, headers=headers)
    found = await asyncio.to_thread(_open_paths, target.folder)
    readable = [path for path, is_open in found if is_open]
    figure = f"{len(readable)} of {len(found)} readable {', '.join(readable[:2])}".strip()
    return Outcome(len(found), bool(found) and not readable, figure)


def _open_paths(folder: Path) -> list[tuple[str, bool]]:
    """Returns the files and folders of recordings and logs, and whether other users may use each."""
    paths = [folder / "secrets.json"]
    for name in ("audio", "logs"):
        paths += [folder / name, *(folder / name).rglob("*")]
    return [
        (str(path.relative_to(folder)), bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))) for path in paths
    ]


@GROUP.attack("secrets in the environments of processes", "each secret only in the process that needs it")
async def secrets(target: Target) -> Outcome:
    """Reads the environments of all services."""
    folder = DataFolder(target.folder)
    owners = {SESSION_SECRET: {"gateway"}, SETTINGS["AWS_SECRET_ACCESS_KEY"]: {"ingest", "voice"}}
    owners |= {folder.secret(each.secret): {each.name} for each in SERVICES if each.role}
    if folder.has_secret("audit_key"):
        owners[folder.secret("audit_key")] = {"ingest"}
    wrong, attempts = list[str](), 0
    for service in SERVICES:
        for pid in target.pids(service.module):
            environ = await asyncio.to_thread(_environ, pid)
            for value, permitted in owners.items():
                attempts += 1
                if value in environ and service.name not in permitted:
                    name = next(line.partition("=")[0] for line in environ.split("\0") if value in line)
                    wrong.append(f"{service.name} has {name}")
    return Outcome(attempts, attempts > 0 and not wrong, f"{len(wrong)} wrong: {', '.join(wrong[:4])}")


def _environ(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")


@GROUP.attack("the name of an erased user in files of Valkey", "removed within 20 s")
async def erased_names(target: Target) -> Outcome:
    """Erases a user and searches the files of Valkey for the user's id."""
    user = f"erased-{uuid.uuid4()}"
    await give(target, "erasures", [Opinion(user, "m", True) for _ in range(3)])
    request = pb.ForgetUserRequest(request_id=str(uuid.uuid4()), user_id=user)
    answer = await target.call(f"{INGEST}ForgetUser", request, target.bearer("erasures", "admin"))
    if answer.code != "OK":
        raise RuntimeError(f"the erasure was refused: {answer.code} {answer.details}")
    clock = asyncio.get_running_loop().time
    begun, files = clock(), list[str]()
    while clock() < begun + FILE_SECONDS_MAX:
        files = await asyncio.to_thread(_files_with, target.folder / "valkey", user.encode())
        if not files:
            break
        await asyncio.sleep(0.5)
    figure = f"in {', '.join(files[:2])}" if files else f"removed after {clock() - begun:.0f} s"
    return Outcome(1, not files, figure)


def _files_with(folder: Path, text: bytes) -> list[str]:
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path.name for path in paths if text in path.read_bytes()]


@GROUP.attack("a gateway with unsafe settings", "it does not start and names the setting")
async def unsafe_settings(target: Target) -> Outcome:
    """Starts gateways with a short session secret, and with an issuer without TLS."""
    cases: Mapping[str, Mapping[str, str]] = {
        "CONSOLE_SESSION_SECRET": {"RADIANT_CONSOLE_SESSION_SECRET": "short"},
        "OIDC_ISSUER": {
            "RADIANT_OIDC_ISSUER": "http://provider.example",
            "RADIANT_OIDC_CLIENT_ID": "console",
            "RADIANT_CONSOLE_PUBLIC_URL": "https://console.example",
        },
        "CONSOLE_PUBLIC_URL": {"RADIANT_OIDC_ISSUER": "https://provider.example", "RADIANT_OIDC_CLIENT_ID": "console"},
    }
    started = [name for name, settings in cases.items() if not await _is_refused(name, settings)]
    return Outcome(len(cases), not started, f"accepted: {', '.join(started) or 'none'}")


async def _is_refused(name: str, settings: Mapping[str, str]) -> bool:
    with temporary_folder() as folder:
        environ = environment(folder, RADIANT_GATEWAY_PORT="0", RADIANT_OTLP_GRPC_PORT="0", **settings)
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "gateway")
        process = await asyncio.create_subprocess_exec(*command, env=environ, stdout=pipe, stderr=pipe)
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                _, errors = await process.communicate()
        except TimeoutError:
            return False
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return process.returncode == 2 and name in errors.decode(errors="replace")


@GROUP.attack("a first request without TLS to a gateway behind a TLS proxy", "Strict-Transport-Security on all pages")
async def transport_security(target: Target) -> Outcome:
    """Reads pages of a gateway that browsers reach over TLS."""
    port = free_port()
    settings = {
        "RADIANT_GATEWAY_PORT": str(port),
        "RADIANT_OTLP_GRPC_PORT": "0",
        "RADIANT_BEHIND_TLS_PROXY": "true",
        "RADIANT_CONSOLE_PUBLIC_URL": "https://console.example",
        "RADIANT_CONSOLE_SESSION_SECRET": SESSION_SECRET,
        "RADIANT_TOKEN_KEY": target.key,
    }
    paths = ("/console/signin", "/api/v2/openapi.json", "/healthz")
    with temporary_folder() as folder:
        log = folder / "gateway.log"
        address = f"127.0.0.1:{port}"
        gateway = ServiceProcess(
            "gateway", "gateway", environ=environment(folder, **settings), address=address, log=log, ready=answers_http
        )
        try:
            await gateway.start()
            async with httpx.AsyncClient(base_url=f"http://{address}", headers={"host": "console.example"}) as client:
                answers = [await client.get(path) for path in paths]
        finally:
            await gateway.stop()
    missing = [p for p, each in zip(paths, answers, strict=True) if "strict-transport-security" not in each.headers]
    return Outcome(len(paths), not missing, f"without: {', '.join(missing) or 'none'}")


@GROUP.attack("radiant up with a certificate for all services", "up within 60 s", seconds_max=110)
async def tls(target: Target) -> Outcome:
    """Starts a second suite whose services use TLS."""
    with temporary_folder() as folder:
        certificate, key = folder / "cert.pem", folder / "key.pem"
        _write_certificate(certificate, key)
        settings = {"RADIANT_TLS_CERT": str(certificate), "RADIANT_TLS_KEY": str(key)}
        settings |= {
            "RADIANT_GATEWAY_SERVICES_CA": str(certificate),
            "RADIANT_VOICE_CACHE": SETTINGS["RADIANT_VOICE_CACHE"],
        }
        clock = asyncio.get_running_loop().time
        begun, figure = clock(), ""
        with contextlib.suppress(StartError):
            async with radiant_up(environment(folder / "data", **settings), folder / "output.txt", TLS_SECONDS_MAX):
                figure = f"up after {clock() - begun:.0f} s"
    return Outcome(1, bool(figure), figure or f"not up after {clock() - begun:.0f} s")


def _write_certificate(certificate: Path, key: Path) -> None:
    """Writes a self-signed certificate for this machine."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(encoding, form, serialization.NoEncryption()))
    certificate.chmod(0o644)
    key.chmod(0o600)
