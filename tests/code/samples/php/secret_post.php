<?php // shows: fixed secret
session_start();
if ($_POST["password"] === "s0me-Fixed-9") {
  $_SESSION["admin"] = true;
}
