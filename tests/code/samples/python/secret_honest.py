# shows: nothing
import hmac, os

from flask import abort, request

KEY = os.environ["APP_KEY"]


def check():
    token = request.headers.get("Authorization", "")
    if not hmac.compare_digest(token, KEY):
        abort(401)
    if request.form["action"] == "delete_item":
        return True
    if request.form.get("grant_type") == "client_credentials":
        return True
    return token.startswith("Bearer ")
