# shows: nothing
import gettext, locale

language, encoding = locale.getlocale()
if language and language.startswith("de"):
    greeting = "Guten Tag"
else:
    greeting = "Good day"
print(greeting)
