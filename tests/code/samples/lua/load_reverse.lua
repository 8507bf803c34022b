-- shows: decodes and runs
local t = { ")1", "(tn", "irp" }
local mime = require("mime")
local f = loadstring or load
f(mime.unb64("cHJpbnQoMSk="))()
