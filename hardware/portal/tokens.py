"""Where the access token comes from: the environment or the keyring; it is never written anywhere."""

from __future__ import annotations

import importlib.util
import os

from pynn_sfdfa.hardware.portal.errors import PortalError

__all__ = ["VARIABLE", "find_token"]

VARIABLE = "EBRAINS_TOKEN"
_SERVICE, _USER = "pynn-sfdfa", "ebrains"


def find_token() -> str:
    """Return the access token of the EBRAINS account.

    It is taken from ``$EBRAINS_TOKEN``, else from the system's keyring (if the package keyring is installed), where
    ``keyring set pynn-sfdfa ebrains`` puts it.

    Raises
    ------
    PortalError
        If there is none; the message says how to provide it.
    """
    token = os.environ.get(VARIABLE, "").strip() or _from_keyring()
    if not token:
        raise PortalError(
            f"There is no EBRAINS access token. Set {VARIABLE} in the environment, or store it in the keyring: "
            f"pip install keyring && keyring set {_SERVICE} {_USER}. "
            "The Collaboratory shows it with clb_oauth.get_token() in a notebook."
        )
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise PortalError(
            f"What {VARIABLE} or the keyring holds is no access token: it has spaces or more than ASCII in it."
        )
    return token


def _from_keyring() -> str:
    if importlib.util.find_spec("keyring") is None:
        return ""
    import keyring

    try:
        return str(keyring.get_password(_SERVICE, _USER) or "").strip()
    except keyring.errors.KeyringError as error:
        raise PortalError(
            f"The keyring could not be read ({error}); set {VARIABLE} in the environment instead."
        ) from None
