-- Healthy when CassKop says Running and Done, of the whole and of each rack. It writes its status late: right after a change it still
-- speaks of the spec before. The gates know better (docs/gate.md); this is for the eye.
local hs = {status = "Progressing", message = "CassKop has not worked on it yet"}
local status = obj.status
if status == nil or status.phase == nil then
  return hs
end
local action = status.lastClusterAction or ""
if action == "CorrectCRDConfig" then
  return {status = "Degraded", message = "CassKop refused a change and put the old value back"}
end
if status.phase ~= "Running" then
  hs.message = "phase is " .. status.phase
  return hs
end
if status.lastClusterActionStatus ~= "Done" then
  hs.message = action .. " is " .. (status.lastClusterActionStatus or "not known")
  return hs
end
for name, rack in pairs(status.cassandraRackStatus or {}) do
  local last = rack.cassandraLastAction or {}
  if rack.phase ~= "Running" or last.status ~= "Done" then
    hs.message = "rack " .. name .. ": " .. (rack.phase or "no phase") .. ", " .. (last.name or "no action") .. " is " .. (last.status or "not known")
    return hs
  end
end
return {status = "Healthy", message = "Running and Done"}
