<?php // shows: fixed secret
class Gate {
  public function allowed() {
    if (($_COOKIE["auth_token"] ?? "") == "zz-91-QQ-kk") return true;
    return isset($_SESSION["user"]);
  }
}
