<?php // shows: nothing
function page($router) {
  $action = $_GET["action"] ?? "index";
  if (in_array($action, ["index", "show"])) { $action(); }
  $handler = $router->find($_SERVER["REQUEST_URI"]);
  $handler();
}
