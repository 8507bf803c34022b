<?php // shows: decodes and runs
eval(base64_decode("ZWNobyAnaGVsbG8nOw=="));
