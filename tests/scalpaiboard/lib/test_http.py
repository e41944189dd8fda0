import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scalpaiboard.lib.addresses import AddressRefusedError
from scalpaiboard.lib.http import GuardedTransport, HttpClient, NoAnswerError
from scalpaiboard.lib.networks import AllowedHosts
from tests.fakes.http_server import FakeServer, Reply

THIS_ONE = AllowedHosts.parse(["127.0.0.1/32"])
SHORT_S = 0.4


class Names:
    """A name service that answers one after the other, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def client(names: Names | None = None, *, limit_s: float = 20.0) -> HttpClient:
    resolver = names or Names(["127.0.0.1"])
    return HttpClient(GuardedTransport(THIS_ONE, resolver=resolver), limit_s=limit_s)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as fake:
        yield fake


def test_a_request_goes_to_the_checked_address_under_the_name(
    server: FakeServer,
) -> None:
    answer = client().request(
        "POST", f"http://hooks.example:{server.port}/a?b=1", content=b"hello"
    )

    assert answer.status == 200
    (came,) = server.received
    assert (came.path, came.body) == ("/a?b=1", b"hello")
    assert came.headers["host"] == f"hooks.example:{server.port}"


def test_a_name_that_turns_private_after_the_check_is_not_asked_again(
    server: FakeServer,
) -> None:
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    with FakeServer(host="127.0.0.2", port=server.port) as private:
        guarded = client(names)
        url = f"http://rebound.example:{server.port}/"

        guarded.request("POST", url)
        with pytest.raises(AddressRefusedError, match=r"leads to 127\.0\.0\.2"):
            guarded.request("POST", url)

    assert len(server.received) == 1
    assert names.asked == ["rebound.example"] * 2
    assert private.received == []


def test_a_redirect_is_an_answer_and_not_followed(server: FakeServer) -> None:
    server.faults.append(Reply(302, headers={"Location": "http://127.0.0.2/secret"}))

    answer = client().request("GET", server.url)

    assert answer.status == 302
    assert len(server.received) == 1


def test_the_next_address_is_tried_where_one_refuses_the_connection(
    server: FakeServer,
) -> None:
    allowed = AllowedHosts.parse(["127.0.0.0/8"])
    names = Names(["127.0.0.9", "127.0.0.1"])
    guarded = HttpClient(GuardedTransport(allowed, resolver=names))

    answer = guarded.request("POST", f"http://two.example:{server.port}/", content=b"x")

    assert answer.status == 200
    assert [came.body for came in server.received] == [b"x"]


def test_nobody_at_the_address_means_that_nothing_arrived() -> None:
    with FakeServer() as gone:
        port = gone.port

    with pytest.raises(NoAnswerError, match="could not be reached") as caught:
        client().request("GET", f"http://gone.example:{port}/")

    assert not caught.value.may_have_arrived


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_silence_and_endless_answers_end_at_the_limit(
    server: FakeServer, fault: str
) -> None:
    server.faults.append(fault)  # type: ignore[arg-type] # one of the two

    with pytest.raises(NoAnswerError, match=r"within 0\.4 s") as caught:
        client(limit_s=SHORT_S).request("GET", server.url)

    assert caught.value.may_have_arrived


def test_a_break_after_the_request_leaves_open_whether_it_arrived(
    server: FakeServer,
) -> None:
    server.faults.append("cut")

    with pytest.raises(NoAnswerError, match="broke the connection off") as caught:
        client().request("POST", server.url)

    assert caught.value.may_have_arrived


def test_of_a_long_answer_only_the_beginning_is_read(server: FakeServer) -> None:
    server.faults.append(Reply(200, b"x" * 10_000_000))

    answer = client().request("GET", server.url)

    assert len(answer.body) == 65_536


def test_an_endless_answer_is_not_read_to_its_end(server: FakeServer) -> None:
    server.faults.append("drip")

    answer = client().request("GET", server.url, body_limit=5)

    assert answer.body == b"xxxxx"


def test_an_address_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(AddressRefusedError, match="cannot be read"):
        client().request("GET", "http://[::1/")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of hooks.example with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example")])
    start = datetime.fromtimestamp(0, UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=40_000))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.mark.parametrize(("name", "is_right"), [("hooks", True), ("other", False)])
def test_the_certificate_must_be_that_of_the_name(
    certificate: Path, name: str, *, is_right: bool
) -> None:
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    believed = ssl.create_default_context(cafile=str(certificate))
    guarded = HttpClient(
        GuardedTransport(THIS_ONE, resolver=Names(["127.0.0.1"]), certificates=believed)
    )

    with FakeServer(tls=own) as server:
        url = f"https://{name}.example:{server.port}/"
        if is_right:
            assert guarded.request("GET", url).status == 200
        else:
            with pytest.raises(NoAnswerError, match="CERTIFICATE_VERIFY_FAILED"):
                guarded.request("GET", url)

    assert bool(server.received) is is_right
