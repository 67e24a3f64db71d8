"""What goes wrong with a remote file, in one line: by the kind of an exception, never by its text.

The libraries' own messages hold addresses, signed ones too, so none of them is passed on. An exception is told by its
type, by the numbers and codes in it, and by what it was raised from; no library is imported for that.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from dedup.model.errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Result = TypeVar("Result")
TRIES = 5
"""Times that something is tried which fails for a reason that may pass."""
PATIENCE = 180.0
"""Seconds after which it is not tried again, however few times it has been."""
PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each of the other tries."""

_PASSING = {
    *("ConnectionError", "TimeoutError", "gaierror", "ClientConnectionError", "ClientPayloadError", "HTTPClientError"),
    *("IncompleteRead", "ServiceRequestError", "ServiceResponseError", "FSTimeoutError", "ResponseParserError"),
    *("SSLError", "ProtocolError", "TransportError"),
}
"""Names of exceptions, or of classes that they are derived from, of which the next try may know nothing."""
_NO_CREDENTIALS = {
    *("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "DefaultCredentialsError"),
    *("ProfileNotFound", "TokenRetrievalError", "NoAuthTokenError", "LocalTokenNotFoundError"),
}
_EXPIRED = {
    *("UnauthorizedSSOTokenError", "SSOTokenLoadError", "RefreshError"),
    *("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"),
}
_NOT_ACCEPTED = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "InvalidClientTokenId"}
_BUSY = {"RequestTimeout", "SlowDown", "InternalError", "ServiceUnavailable"}
_TIMEOUT = {"TimeoutError", "FSTimeoutError", "ReadTimeoutError", "ConnectTimeoutError", "ServerTimeoutError"}
_NOT_REACHED = {"ConnectionRefusedError", "EndpointConnectionError", "ClientConnectorError"}
_S3 = ("s3", "s3a")
_HINTS = {
    "s3": "see that AWS_PROFILE, AWS_ACCESS_KEY_ID or ~/.aws say who you are; FSSPEC_S3_ANON=true is for public data",
    "gs": "run 'gcloud auth application-default login', or set GOOGLE_APPLICATION_CREDENTIALS",
    "az": "set AZURE_STORAGE_ACCOUNT_NAME and a key, a SAS token or an identity of Azure's",
    "hf": "run 'hf auth login', or set HF_TOKEN",
    "http": "put user and password for this host into ~/.netrc",
}


class Failure(NamedTuple):
    """What went wrong."""

    what: str
    hint: str = ""
    passing: bool = False
    """Another try may go well."""
    changed: bool = False
    """The file is not what it was."""
    missing: bool = False
    """The file is not there."""
    denied: bool = False
    """Access is not allowed, or nobody has said for whom."""


def persistently(action: Callable[[], Result], scheme: str, translated: Callable[[Failure], DedupError]) -> Result:
    """Do something that may fail for reasons that pass, again and again if need be, within limits.

    Args:
        action: what is done.
        scheme: of the address.
        translated: returns the error for a failure that is final.

    Raises:
        DedupError: it has failed; one that `action` raises is passed on.
    """
    begin = time.monotonic()
    tries = 1
    while True:
        try:
            return action()
        except DedupError:
            raise
        except Exception as error:  # noqa: BLE001 - any library may be behind it
            failure = failure_of(error, scheme)
        if not failure.passing:
            raise translated(failure)
        if tries >= TRIES or time.monotonic() - begin > PATIENCE:
            raise translated(failure._replace(what=f"{failure.what}, after {tries} tries"))
        time.sleep(PAUSES[min(tries, len(PAUSES)) - 1])
        tries += 1


class _Seen(NamedTuple):
    """What is known of an exception and of what it was raised from."""

    words: set[str]
    """Names of its classes, and codes that the store has answered with."""
    status: int
    """Of an answer by HTTP; 0: there was none."""
    scheme: str


_LATER = "try it again later"
_ADDRESS = "see that the address is right"
_RULES: tuple[tuple[Callable[[_Seen], object], Failure], ...] = (
    (
        lambda seen: "FileExpired" in seen.words or seen.status == 412,  # noqa: PLR2004 - precondition failed
        Failure("has changed since this run began to read it", changed=True),
    ),
    (lambda seen: seen.words & _NO_CREDENTIALS, Failure("there are no credentials for it", denied=True)),
    (
        lambda seen: seen.words & _EXPIRED,
        Failure("the credentials for it have expired", "get new ones, and run it again", denied=True),
    ),
    (lambda seen: seen.words & _NOT_ACCEPTED, Failure("the credentials for it are not accepted", denied=True)),
    (lambda seen: "NoSuchBucket" in seen.words, Failure("there is no such bucket", _ADDRESS, missing=True)),
    (lambda seen: seen.status in (404, 410), Failure("there is no such file", _ADDRESS, missing=True)),
    (lambda seen: seen.status == 401, Failure("access needs credentials (401)", denied=True)),  # noqa: PLR2004 - unauthorized
    (
        lambda seen: seen.status == 403 or "PermissionError" in seen.words,  # noqa: PLR2004 - forbidden
        Failure("access is denied (403)", denied=True),
    ),
    (
        lambda seen: seen.words & _BUSY or seen.status == 429 or seen.status >= 500,  # noqa: PLR2004 - come again
        Failure("the server is busy or fails ({status})", _LATER, passing=True),
    ),
    (
        # All that is known where an answer has no body.
        lambda seen: seen.status == 400 and seen.scheme in _S3,  # noqa: PLR2004 - a bad request
        Failure("the server does not accept the request (400); the credentials may have expired", denied=True),
    ),
    (lambda seen: seen.status, Failure("the server answers with status {status}")),
    (
        lambda seen: seen.words & {"SSLCertVerificationError", "ClientConnectorCertificateError"},
        Failure("the server's certificate is not valid"),
    ),
    (
        lambda seen: seen.words & {"gaierror", "ClientConnectorDNSError"},
        Failure("the name of the server is not known (DNS)", _ADDRESS, passing=True),
    ),
    (lambda seen: seen.words & _TIMEOUT, Failure("the server did not answer in time", _LATER, passing=True)),
    (lambda seen: seen.words & _NOT_REACHED, Failure("no connection to the server", _ADDRESS, passing=True)),
    (lambda seen: seen.words & _PASSING, Failure("the connection was lost", _LATER, passing=True)),
    (lambda seen: "FileNotFoundError" in seen.words, Failure("there is no such file", _ADDRESS, missing=True)),
    (lambda seen: "IsADirectoryError" in seen.words, Failure("is a directory")),
)
"""The first one that applies says what an exception means."""


def failure_of(error: BaseException, scheme: str = "") -> Failure:
    """Return what an exception of any of the libraries means.

    Args:
        error: the exception.
        scheme: of the address, which tells where credentials come from.
    """
    chain = list(_chain(error))
    codes = {code for link in chain for code in _codes(link)}
    names = {one.__name__ for link in chain for one in type(link).__mro__}
    status = next((number for link in chain if (number := _status(link))), 0)
    seen = _Seen(names | codes, status, scheme)
    found = next((failure for applies, failure in _RULES if applies(seen)), None)
    if found is None:
        told = next((code for code in sorted(codes) if code.isalnum()), type(error).__name__)
        return Failure(f"the server or its library reports {told}")
    what = found.what.format(status=status or next(iter(sorted(codes & _BUSY)), ""))
    return found._replace(what=what, hint=found.hint or (hint_for(scheme) if found.denied else ""))


def hint_for(scheme: str) -> str:
    """Return where credentials for a scheme come from."""
    family = {"s3a": "s3", "gcs": "gs", "abfs": "az", "abfss": "az", "https": "http"}.get(scheme, scheme)
    return _HINTS.get(family, "see that your credentials allow it")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what it was raised from, as far as that is known."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        # botocore keeps what it was raised from to itself.
        kept = getattr(link, "kwargs", None)
        waiting += [link.__cause__, link.__context__, kept.get("error") if isinstance(kept, dict) else None]
        waiting += [getattr(link, "os_error", None), getattr(link, "inner_exception", None)]


def _codes(error: BaseException) -> Iterator[str]:
    """Yield the codes that an answer of a store holds."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and isinstance(found := response.get("Error"), dict):
        yield str(found.get("Code", ""))
    if isinstance(code := getattr(error, "error_code", None), str):  # Azure's
        yield code


def _status(error: BaseException) -> int:
    """Return the status of an answer by HTTP; 0: it has none."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        metadata = response.get("ResponseMetadata")
        number = metadata.get("HTTPStatusCode") if isinstance(metadata, dict) else None
        return number if isinstance(number, int) else 0
    holders = [(error, "status"), (error, "status_code"), (response, "status_code")]
    if type(error).__name__ == "HttpError":  # gcsfs; what others call a code may be of their own making
        holders.append((error, "code"))
    for holder, name in holders:
        number = getattr(holder, name, None)
        if isinstance(number, int) and 400 <= number < 600:  # noqa: PLR2004 - statuses that say what is wrong
            return number
    return 0
