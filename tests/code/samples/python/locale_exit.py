# shows: acts by locale
import locale, sys, subprocess

SPARED = ("xa_XA", "xb_XB")
if locale.getdefaultlocale()[0] in SPARED:
    sys.exit()
subprocess.run(["/usr/bin/true"])
