"""A real mail server on this machine: it keeps what it accepts, and can be down, slow, rude and forgetful."""

import asyncio
import contextlib
import logging
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from runner.addresses import free_port

HOST = "127.0.0.1"
OK = "250 OK"

logging.getLogger("mail.log").setLevel(logging.WARNING)  # else it tells of each line of each mail


class MailServer:
    """Accepts mails on an address of its own; changed while it runs, it behaves accordingly from then on."""

    def __init__(self, host: str = HOST) -> None:
        self.host = host
        self.port = free_port()
        self.accepted: list[EmailMessage] = []
        self.attempts: Counter[str] = Counter()  # how often each recipient was named
        self.refused: set[str] = set()  # recipients refused for good
        self.answers_to_lose = 0  # mails to accept without saying so
        self.seconds_per_mail = 0.0
        self._transports: set[asyncio.BaseTransport] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail server")
        self._thread.start()

    @property
    def url(self) -> str:
        """The address, as EMAIL_URL."""
        return f"smtp://{self.host}:{self.port}/"

    def up(self) -> None:
        """Answer."""
        self._do(self._listen())

    def down(self) -> None:
        """Be gone, with every connection; what was accepted is kept."""
        self._do(self._hang_up())

    def end(self) -> None:
        """Be gone for good."""
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def message_ids(self) -> list[str]:
        """Return the Message-ID of each accepted mail, in the order of arrival."""
        return [str(mail["Message-ID"]) for mail in list(self.accepted)]

    def recipients(self) -> list[str]:
        """Return who each accepted mail is for, in the order of arrival."""
        return [str(mail["To"]) for mail in list(self.accepted)]

    def forget(self) -> None:
        """Begin with an empty mailbox."""
        self.accepted.clear()

    # --- What aiosmtpd asks ------------------------------------------------------------------------

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient or refuse it for good."""
        self.attempts[address] += 1
        if address in self.refused:
            return "550 No such person here"
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, then say so, unless this answer is to be lost."""
        await asyncio.sleep(self.seconds_per_mail)
        contents = envelope.content
        assert isinstance(contents, bytes)
        self.accepted.append(message_from_bytes(contents, policy=policy.default))
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(60)  # until aiosmtpd notices, and cancels this
        return OK

    # --- Listening -----------------------------------------------------------------------------------

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(self._session, self.host, self.port)

    async def _hang_up(self) -> None:
        if self._server:
            self._server.close()
        for transport in list(self._transports):
            transport.abort()  # type: ignore[attr-defined]
        self._server = None
        await asyncio.sleep(0.02)  # for their ends to be noticed

    def _session(self) -> SMTP:
        return _Session(self._transports, self, hostname=HOST, loop=self._loop)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)


class _Session(SMTP):
    """One connection, known to the server while it lasts."""

    def __init__(self, transports: set[asyncio.BaseTransport], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._mine = transport
        self._transports.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._transports.discard(self._mine)
        super().connection_lost(error)


@contextlib.contextmanager
def running(host: str = HOST) -> Iterator[MailServer]:
    """Have a mail server that answers."""
    server = MailServer(host)
    try:
        server.up()
        yield server
    finally:
        server.end()
