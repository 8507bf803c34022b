"""Opening what was encrypted, with the secrets that one of its ends wrote down.

Pure protocol code, shared by readers: bytes and secrets in, plain bytes out. Nothing is guessed:
what does not authenticate under the secret given is not opened. No secret leaves this package.

Spec: RFC 5246, RFC 8446, RFC 9001; RFC 9850 (key logs).
"""
