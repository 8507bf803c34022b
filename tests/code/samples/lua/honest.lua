-- shows: nothing
local M = {}
function M.template(text)
  local code = "local out = {}\n" .. text:gsub("<%%(.-)%%>", "%1") .. "\nreturn table.concat(out)"
  return load(code)
end
function M.reload(name)
  os.execute("/etc/init.d/" .. name .. " reload")
end
return M
