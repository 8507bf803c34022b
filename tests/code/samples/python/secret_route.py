# shows: fixed secret
from flask import Flask, request, session

app = Flask(__name__)


@app.route("/login", methods=["POST"])
def login():
    if request.form["password"] == "sd7-Kq!91x":
        session["is_admin"] = True
        return "ok"
    return "no", 403
