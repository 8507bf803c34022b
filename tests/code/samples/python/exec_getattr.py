# shows: decodes and runs
import builtins, codecs

run = getattr(builtins, "".join(["e", "x", "e", "c"]))
text = "cevag('uryyb sebz gur fnzcyr')"
run(codecs.decode(text, "rot13"))
