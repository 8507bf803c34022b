<?php // shows: decodes and runs
$f = chr(97).chr(115).chr(115)."ert";
$f(gzinflate(base64_decode("S03OyFdQz0jNyclXBwA=")));
