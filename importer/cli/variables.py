"""The variables of secrets, which have no option: others could read it."""

from __future__ import annotations

from importer.cli.options import PREFIX

TOKEN = f"{PREFIX}TOKEN"
CLIENT_ID, CLIENT_SECRET = f"{PREFIX}CLIENT_ID", f"{PREFIX}CLIENT_SECRET"
SECRETS = (TOKEN, CLIENT_ID, CLIENT_SECRET)
"""Each may have `_FILE` behind it: then it names a file that holds the secret."""
