<?php // shows: decodes and runs
$a = "str_" . "rot13"; $b = strrev("edoced_46esab");
$code = $a("rpub 'uryyb';");
@eval($b("ZWNobyAxOw==") . $code);
