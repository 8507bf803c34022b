-- shows: decodes and runs
local s = string.char(112, 114, 105, 110, 116, 40, 49, 41)
load(s)()
