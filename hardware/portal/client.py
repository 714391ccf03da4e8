"""The platform's own client (package nmpi), with time-outs, with errors that say what to do, and without a token file.

Three things of `nmpi.Client` are changed: its constructor asks for a password when a token is refused, its requests
wait for ever, and it writes the token to the home folder.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock
from urllib.parse import urlsplit

import nmpi
import requests
from nmpi import nmpi_user

from pynn_sfdfa.hardware.portal.answers import address_of_job, decoded, described
from pynn_sfdfa.hardware.portal.deadline import within
from pynn_sfdfa.hardware.portal.errors import NoAnswerError, PortalError, RefusedError, shown
from pynn_sfdfa.hardware.portal.tokens import VARIABLE

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.portal.job import Job

__all__ = ["SERVICE", "PortalClient"]

SERVICE = "https://nmpi-v3.hbpneuromorphic.eu"
"""The job service, as in nmpi 0.11."""

MOST_SAID, MOST_OF_A_FILE = 1 << 26, 1 << 30
"""Bytes of an answer that the platform may send: of a description with its log, and of a result file."""

LONGEST_ANSWER, LONGEST_FILE = 120.0, 3600.0
"""Seconds that the whole of an answer may take, however steadily it comes: likewise."""

_CHUNK = 1 << 16
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Answer(NamedTuple):
    """What a server has answered, read to its end."""

    ok: bool
    status_code: int
    reason: str
    url: str
    content: bytes


class PortalClient(nmpi.Client):
    """Submits jobs, asks for them, and downloads their files.

    Parameters
    ----------
    token : str
        Access token of an EBRAINS account; it is kept in memory only.
    service : str
        Base address of the job service.
    timeout : float
        Seconds to wait for a connection, and for each next part of an answer.

    Raises
    ------
    PortalError
        By all methods, if the platform does not do what is asked for; the message says why.
    """

    def __init__(self, token: str, service: str = SERVICE, timeout: float = 30.0) -> None:
        try:
            parts = urlsplit(service)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            raise PortalError(f"{shown(service)} is no address of a job service; one is {SERVICE}")
        self.timeout = timeout
        with mock.patch.object(nmpi_user, "TOKENFILE", os.devnull):
            super().__init__(token=token, job_service=service)

    def __repr__(self) -> str:
        return f"PortalClient({self.job_server!r})"

    def submit(self, job: Job, collab: str) -> str:
        """Send a job and return its address, which ends with its number."""
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):  # it prints
            source = Path(folder) / "run.py"
            source.write_text(job.code, encoding="ascii")  # nmpi reads it in the encoding of the user's locale
            return str(self.submit_job(str(source), job.platform, collab, config=job.config, tags=list(job.tags)))

    def job(self, number: int) -> dict[str, Any]:
        """Return the description of a job, with its log.

        Raises
        ------
        PortalError
            If there is no such job.
        """
        found = self._query(f"{self._get_job_uri(number)}?with_log=true&with_comments=true", ignore404=True)
        if found is None:
            raise PortalError(f"The platform knows no job {number}.")
        return dict(found)

    def _get_user_info(self) -> None:
        """Ask nothing: a refused token is seen at the first request, and nothing here needs the user's name."""
        self.user_info: dict[str, Any] = {}

    def _query(self, resource_uri: str, verbose: bool = True, ignore404: bool = False) -> Any:
        del verbose  # only full descriptions are asked for
        answer = self._request("GET", resource_uri)
        if ignore404 and answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        return described(self._content(answer))

    def _post(self, resource_uri: str, data: Any) -> Any:
        headers = {"content-type": "application/json"}
        answer = self._content(self._request("POST", resource_uri, data=json.dumps(data), headers=headers))
        return {"resource_uri": address_of_job(answer)}

    def download(self, url: str) -> bytes:
        """Return the content of a result file.

        The token goes along only to the job service itself: files may lie on other servers.
        """
        if not url.startswith(("http://", "https://")):
            raise PortalError(f"A file of the job should be at {shown(url)}, which is no address on the web.")
        with_token = url.startswith(f"{self.job_server}/")
        answer = self._request("GET", url, with_token=with_token, most=MOST_OF_A_FILE, longest=LONGEST_FILE)
        self._check(answer)
        return answer.content

    def _request(
        self,
        method: str,
        url: str,
        *,
        with_token: bool = True,
        most: int | None = None,
        longest: float | None = None,
        **options: Any,
    ) -> Answer:
        auth, limit = self.auth if with_token else None, MOST_SAID if most is None else most
        seconds = LONGEST_ANSWER if longest is None else longest
        try:
            return within(seconds, lambda: self._exchange(method, url, limit, auth=auth, **options))
        except TimeoutError:
            raise NoAnswerError(
                f"{shown(url)} has not answered to the end within {seconds:g} s: it is too slow, or says too much; try "
                "again later."
            ) from None
        except requests.Timeout:
            raise NoAnswerError(
                f"{self.job_server} did not answer within {self.timeout:g} s; try again later."
            ) from None
        except requests.RequestException as error:
            raise NoAnswerError(
                f"{shown(url)} cannot be reached ({type(error).__name__}); check the network."
            ) from None
        except ValueError:  # an address that is none
            raise PortalError(f"{shown(url)} cannot be asked for: it is no address on the web.") from None

    def _exchange(self, method: str, url: str, limit: int, **options: Any) -> Answer:
        with requests.request(
            method, url, timeout=self.timeout, stream=True, hooks={"response": _unread}, **options
        ) as answer:
            content = bytearray()
            for chunk in answer.iter_content(_CHUNK):
                content += chunk
                if len(content) > limit:
                    raise PortalError(f"{shown(url)} answered with more than {limit:,} bytes; it was not read on.")
            return Answer(answer.ok, answer.status_code, str(answer.reason), answer.url, bytes(content))

    def _content(self, answer: Answer) -> Any:
        self._check(answer)
        return decoded(answer.content, answer.url)

    def _check(self, answer: Answer) -> None:
        if answer.ok:
            return
        if answer.status_code in _REFUSED:
            raise RefusedError(
                f"The platform refused the access token ({answer.status_code}: {_detail(answer)}). Tokens expire after "
                f"some hours: set {VARIABLE} to a new one; for a collab you must be a member with an accepted quota."
            )
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NoAnswerError(
                f"The platform is in trouble ({answer.status_code}: {_detail(answer)}); try again later."
            )
        raise PortalError(f"The platform answered {answer.status_code} to {shown(answer.url)}: {_detail(answer)}.")


def _unread(answer: requests.Response, **_: Any) -> None:
    """Drop what comes along with a redirection: requests would read it to its end, and there may be none."""
    if answer.is_redirect:
        answer.close()


def _detail(answer: Answer) -> str:
    try:
        content = decoded(answer.content, answer.url)
    except PortalError:
        return shown(answer.reason)
    if isinstance(content, dict):
        content = content.get("detail", content.get("error", content))
    return shown(str(content)).rstrip(".")
