<?php // shows: nothing
namespace Example;
class Image {
  public static function fromData(string $text): self {
    $raw = base64_decode(substr($text, strpos($text, ",") + 1), true);
    file_put_contents(sys_get_temp_dir() . "/image.png", $raw);
    return new self();
  }
  public function convert(string $path): string {
    exec("convert " . escapeshellarg($path) . " out.png", $out, $code);
    return $_POST["name"] ?? "image";
  }
}
require __DIR__ . "/vendor/autoload.php";
